//! One thing is told once: a detector steps back where another says more of the same call.

use super::fixture::{Fixture, fixture, fixtures_of};
use crate::catalogue::all_metas;
use crate::detect::says_more::{SAY_MORE, says_more};
use crate::detect::{Meta, Status};

/// Events that two detectors find something in and that stand beside a third.
const BESIDE_OTHERS: &[(&str, &str)] = &[
    ("bucket-policy-public", "refused"),
    ("instance-exported", "refused"),
    ("permissions-boundary-removed", "refused"),
    ("riposte-alarm-silenced", "riposte-changed-by-cloudformation"),
    ("riposte-logs-tampered", "riposte-changed-by-cloudformation"),
    ("riposte-notices-cut-off", "riposte-changed-by-cloudformation"),
];

/// Who steps back, and before whom.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    SAY_MORE.iter().flat_map(|(general, specials)| specials.iter().map(|special| (*general, *special)))
}

fn meta(id: &str) -> &'static Meta {
    all_metas().find(|meta| meta.id == id).unwrap_or_else(|| panic!("there is no detector `{id}`"))
}

#[test]
fn nothing_is_lost_when_a_detector_steps_back() {
    for (general, special) in pairs() {
        let (less, more) = (meta(general), meta(special));
        let pair = format!("{general} before {special}");
        assert_eq!(less.domain, more.domain, "{pair}: they run in different functions");
        assert!(less.severity <= more.severity, "{pair}: the graver one steps back");
        assert!(more.status == Status::Stable, "{pair}: what is being tried opens no incident");
        assert!(less.burst.is_none() && more.burst.is_none(), "{pair}: what is counted is another thing");
        assert!(less.actions.iter().all(|action| more.actions.contains(action)), "{pair}: a response is lost");
        assert!(!says_more(general, special), "{pair}: both step back");
    }
}

/// Whether both find something in the event where each runs alone.
fn both_fire(fixture: &Fixture, general: &str, special: &str) -> bool {
    !fixture.is_log() && [general, special].iter().all(|id| !fixture.fired_alone(id).is_empty())
}

#[test]
fn a_detector_steps_back_where_another_says_more_and_only_there() {
    for (general, special) in pairs() {
        let beside = BESIDE_OTHERS.iter().map(|(detector, name)| fixture(detector, name));
        let events = fixtures_of(special).into_iter().chain(fixtures_of(general)).chain(beside);
        let both: Vec<_> = events.filter(|event| both_fire(event, general, special)).collect();
        assert!(!both.is_empty(), "no event makes `{general}` step back before `{special}`");
        for event in both {
            let fired = event.fired_among_all();
            assert!(!fired.contains(general), "{}: `{general}` beside {fired:?}", event.path.display());
        }
        // Where nobody says more it speaks: on one event of its own at least.
        let own = fixtures_of(general);
        let speaks = own.iter().any(|event| event.fires && event.fired_among_all().contains(general));
        assert!(speaks, "`{general}` never speaks");
    }
}
