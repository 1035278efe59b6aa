//! What holds for every action.

use riposte_core::action::ActionId;

use super::Bench;
use crate::actions::{ACTIONS, Planned, meta};
use crate::fault::Kind;
use crate::testing::{Aws, CASES, Fault};

#[test]
fn every_action_is_in_the_catalogue_with_permissions_and_prose() {
    for id in ActionId::ALL {
        let meta = meta(id).unwrap();
        assert!(!meta.permissions.is_empty() && !meta.title.is_empty() && !meta.reversibility.is_empty(), "{id}");
        for part in ["## What it does", "## What it keeps", "## Undo"] {
            assert!(meta.prose.contains(part), "{id}: {part}");
        }
    }
    assert_eq!(ACTIONS.len(), ActionId::ALL.len());
}

#[tokio::test]
async fn every_call_of_an_action_is_among_its_permissions() {
    for case in &CASES {
        let aws = Aws::new();
        aws.world(case.lay);
        let bench = Bench::new(&aws, (case.finding)().response.unwrap());
        let allowed: Vec<&str> = bench.action().meta().permissions.iter().flat_map(|p| p.calls).copied().collect();
        let plan = bench.contained().await;
        for call in aws.calls() {
            assert!(allowed.contains(&call.as_str()), "{}: {call}", case.name);
        }
        aws.forget_calls();
        bench.undone(&plan).await;
        let undo: Vec<&str> = bench.action().meta().undo_permissions.iter().flat_map(|p| p.calls).copied().collect();
        for call in aws.calls() {
            assert!(allowed.contains(&call.as_str()) || undo.contains(&call.as_str()), "{}: {call}", case.name);
        }
    }
}

#[tokio::test]
async fn an_action_refuses_what_another_is_asked_for() {
    let aws = Aws::new();
    for case in &CASES {
        aws.world(case.lay);
    }
    for case in &CASES[..5] {
        let own = Bench::new(&aws, (case.finding)().response.unwrap());
        let other = if case.name == CASES[0].name { &CASES[1] } else { &CASES[0] };
        let foreign = (other.finding)().response.unwrap();
        let plan = Bench::new(&aws, foreign.clone()).plan().await;
        aws.forget_calls();
        let site = own.actions.site(&own.scope);
        let refused = own.action().plan(&site, &foreign).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Refused, "{}: {refused}", case.name);
        assert_eq!(own.read(&plan).await.unwrap_err().kind, Kind::Refused, "{}", case.name);
        assert_eq!(aws.calls(), Vec::<String>::new(), "{}", case.name);
    }
}

#[tokio::test]
async fn faults_are_told_apart() {
    for case in &CASES {
        let aws = Aws::new();
        aws.world(case.lay);
        let bench = Bench::new(&aws, (case.finding)().response.unwrap());
        let reading: &'static str = {
            bench.plan().await;
            aws.calls()[0].split(':').nth(1).unwrap().to_owned().leak()
        };
        for (fault, kind) in [
            (Fault::DENIED, Kind::Denied),
            (Fault::Code(403, "UnauthorizedOperation"), Kind::Denied),
            (Fault::THROTTLED, Kind::Transient),
            (Fault::Code(503, "RequestLimitExceeded"), Kind::Transient),
            (Fault::Code(500, "SomethingNew"), Kind::Transient),
            (Fault::Timeout, Kind::Transient),
            (Fault::Code(400, "InvalidParameterValue"), Kind::Refused),
        ] {
            aws.fail(reading, fault.clone());
            let found = bench.planned().await.unwrap_err();
            assert_eq!(found.kind, kind, "{}, {fault:?}: {found}", case.name);
        }
        let plan = bench.plan().await;
        let writing: &'static str = {
            let twin = Aws::new();
            twin.world(case.lay);
            Bench::new(&twin, bench.response.clone()).contained().await;
            twin.changes()[0].split(':').nth(1).unwrap().to_owned().leak()
        };
        aws.fail(writing, Fault::DENIED);
        assert_eq!(bench.apply(&plan).await.unwrap_err().kind, Kind::Denied, "{}", case.name);
        aws.fail(writing, Fault::THROTTLED);
        assert_eq!(bench.apply(&plan).await.unwrap_err().kind, Kind::Transient, "{}", case.name);
        bench.contained().await;
    }
}

#[tokio::test]
async fn planning_again_finds_nothing_left() {
    for case in &CASES {
        let aws = Aws::new();
        aws.world(case.lay);
        let bench = Bench::new(&aws, (case.finding)().response.unwrap());
        bench.contained().await;
        let again = bench.plan().await;
        assert_eq!((again.changes, again.undo), (vec![], vec![]), "{}", case.name);
        assert!(again.note.is_some(), "{}", case.name);
    }
}

#[tokio::test]
async fn what_does_not_exist_is_gone() {
    for case in &CASES {
        let aws = Aws::new();
        let planned = Bench::new(&aws, (case.finding)().response.unwrap()).planned().await.unwrap();
        match planned {
            Planned::Gone(why) => assert!(why.contains("exist"), "{}: {why}", case.name),
            Planned::Impossible(why) => {
                assert!(case.name.starts_with("deny-source") && why.contains("no longer"), "{why}");
            }
            Planned::Plan(plan) => panic!("{}: {plan:?}", case.name),
        }
    }
}
