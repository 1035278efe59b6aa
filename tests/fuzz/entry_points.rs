//! What reads bytes from outside, each as one function over bytes: the fuzz targets run them (`make
//! fuzz`), and the property tests of `riposte-core` run the same on a stable compiler.

use riposte_core::detect::{Facts, Head, Index, detectors, run};
use riposte_core::event::{Delivery, Event};
use riposte_core::iam;
use riposte_core::net::cidr::{Reach, internet_ranges, network, same_network};

/// A delivery as Lambda hands it over: parsed, and each call in it judged by the whole catalogue.
pub(crate) fn event(data: &[u8]) {
    thread_local! {
        static CATALOGUE: Index = Index::new(detectors().iter().copied());
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    for item in Delivery::parse(text).items {
        let Ok(Event::Call(call)) = item.event else { continue };
        let Ok(scope) = call.scope() else { continue };
        CATALOGUE.with(|catalogue| {
            for detector in catalogue.reading(&Head::from(&*call)) {
                detector.questions(&call);
            }
            let report = run(catalogue, &call, &scope, &Facts::default());
            assert!(report.findings.iter().all(|finding| !finding.why.is_empty()));
        });
    }
}

/// A policy document: every evaluator over it.
pub(crate) fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(evaluation) = iam::evaluate_all(text) {
        assert_eq!(iam::evaluate_all(text), Ok(evaluation), "the same document, the same verdict");
    }
}

/// Ranges, one a line: what each reaches, and what they reach together.
pub(crate) fn cidr(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let ranges: Vec<&str> = text.lines().take(64).collect();
    for range in &ranges {
        assert_eq!(Reach::of(range).is_ok(), network(range).is_ok());
        assert!(same_network(range, range));
    }
    let open = internet_ranges(&ranges);
    assert!(open.iter().all(|place| *place < ranges.len()));
}
