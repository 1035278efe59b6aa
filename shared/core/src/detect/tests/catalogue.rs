//! What must hold for every detector.

use std::collections::BTreeSet;

use super::fixture::{firing, fixtures_of};
use crate::catalogue::all_metas;
use crate::detect::{Domain, Events, Meta, SIGNATURES};
use crate::finding::Severity;

const HEADINGS: [&str; 4] = ["What it does", "Why is this bad?", "False positives", "References"];

#[test]
fn ids_are_unique_and_kebab_case() {
    let ids: Vec<_> = all_metas().map(|meta| meta.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for id in ids {
        let words: Vec<_> = id.split('-').collect();
        let is_word =
            |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(words.len() > 1 && words.iter().all(is_word), "{id}");
    }
}

#[test]
fn prose_has_its_four_parts_in_order_each_with_text() {
    for meta in all_metas() {
        let parts: Vec<_> = meta.prose.split("## ").skip(1).map(|part| part.split_once('\n').unwrap()).collect();
        let headings: Vec<_> = parts.iter().map(|(heading, _)| *heading).collect();
        assert_eq!(headings, HEADINGS, "{}", meta.id);
        for (heading, text) in parts {
            assert!(text.trim().len() > 40, "{}: `{heading}` says nothing", meta.id);
        }
    }
}

#[test]
fn whatever_is_grave_has_a_response_or_says_why_none_would_help() {
    for meta in all_metas() {
        let reason = meta.no_response;
        assert!(
            reason.is_empty() || meta.actions.is_empty(),
            "{}: it has a response, and says that none helps",
            meta.id
        );
        // A sequence is made of calls whose own detectors respond, and of what lines tell only addresses can be denied.
        let elsewhere = meta.id.starts_with("sequence-") || matches!(meta.events, Events::Lines);
        let silent = meta.actions.is_empty() && reason.is_empty() && !elsewhere;
        assert!(!silent || meta.severity < Severity::High, "{}: no response, and no reason", meta.id);
        let is_sentence = reason.ends_with('.') && reason.starts_with(char::is_uppercase) && reason.len() > 40;
        assert!(reason.is_empty() || is_sentence, "{}: `{reason}`", meta.id);
    }
}

#[test]
fn references_are_public_pages() {
    for meta in all_metas() {
        let (_, references) = meta.prose.split_once("## References\n").unwrap();
        let lines: Vec<_> = references.lines().collect();
        let is_link = |line: &&str| line.starts_with("- <https://") && line.ends_with('>');
        assert!(lines.len() > 1 && lines.iter().all(is_link), "{}: {lines:?}", meta.id);
    }
}

#[test]
fn techniques_are_attack_ids() {
    for meta in all_metas() {
        assert!(!meta.technique.is_empty(), "{}", meta.id);
        for technique in meta.technique {
            let id = technique.strip_prefix('T').unwrap();
            let (number, sub) = id.split_once('.').unwrap_or((id, "000"));
            let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
            assert!(digits(number, 4) && digits(sub, 3), "{}: {technique}", meta.id);
        }
    }
}

#[test]
fn a_detector_that_reads_calls_names_them_and_permissions_are_reads() {
    for meta in all_metas() {
        let names = meta.events.names();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{}", meta.id);
        assert!(names.iter().all(|event| event.source.ends_with(".amazonaws.com")), "{}", meta.id);
        assert_eq!(names.is_empty(), !matches!(meta.events, Events::Calls(_)), "{}: reads no call", meta.id);
        let is_read = |permission: &&str| permission.contains(":Get") || permission.contains(":Describe");
        assert!(meta.reads.iter().all(is_read), "{}", meta.id);
    }
}

/// Those that one event, or the lines of one file, can show. The others have tests of their own: what is unusual needs
/// a past, lines of any format are read by another crate, and what a function looks for is in no event.
fn with_fixtures() -> impl Iterator<Item = &'static Meta> {
    all_metas()
        .filter(|meta| meta.domain != Domain::Behavior && meta.events != Events::Looked)
        .filter(|meta| !SIGNATURES.iter().any(|signature| signature.id == meta.id))
}

#[test]
fn every_detector_has_fixtures_on_which_it_fires_and_on_which_it_does_not() {
    for meta in with_fixtures() {
        let (fires, benign): (Vec<_>, Vec<_>) = fixtures_of(meta.id).into_iter().partition(|fixture| fixture.fires);
        assert!(!fires.is_empty() && !benign.is_empty(), "{}: {} fire, {} do not", meta.id, fires.len(), benign.len());
    }
    // A folder that nobody runs proves nothing, and an id that nobody has is a typing error.
    for (id, folder) in riposte_fixtures::folders().unwrap() {
        let meta = with_fixtures().find(|meta| meta.id == id);
        let meta = meta.unwrap_or_else(|| panic!("{} is of no detector", folder.display()));
        assert!(folder.parent().unwrap().ends_with(meta.domain.as_str()), "{:?}: {}", meta.domain, folder.display());
        for other in fixtures_of(&id).iter().flat_map(|fixture| fixture.others.clone()) {
            assert!(all_metas().any(|meta| meta.id == other), "{id}: there is no detector `{other}`");
        }
    }
}

#[test]
fn a_detector_fires_alone_on_its_fixtures_and_no_other_joins_in() {
    let mut wrong = Vec::new();
    for meta in with_fixtures() {
        for fixture in firing(meta.id) {
            let name = format!("{}/{}", meta.id, fixture.name);
            if fixture.fired_alone(meta.id) != BTreeSet::from([meta.id]) {
                wrong.push(format!("{name}: does not fire alone"));
            }
            let mut others = fixture.alarmed_among_all();
            others.remove(meta.id);
            if others != fixture.others() {
                wrong.push(format!("{name}: with {others:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn nothing_fires_on_what_is_ordinary() {
    let mut wrong = Vec::new();
    for meta in with_fixtures() {
        for fixture in fixtures_of(meta.id).iter().filter(|fixture| !fixture.fires) {
            let name = format!("{}/{}", meta.id, fixture.name);
            if !fixture.fired_alone(meta.id).is_empty() {
                wrong.push(format!("{name}: fires"));
            }
            let expected = fixture.others();
            let mut others = fixture.alarmed_among_all();
            others.extend(fixture.fired_among_all().intersection(&expected));
            if others != expected {
                wrong.push(format!("{name}: see {others:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
