//! Plans that no item of the ledger could hold.

use riposte_core::finding::Finding;
use riposte_core::incident::State;
use riposte_core::net::IngressRule;

use crate::testing::{Aws, Function, Group, Rule, closing, finding, rule};

/// The most rules that AWS lets a group have, each with the longest description.
const RULES: i32 = 900;

/// Text that no compression would make shorter.
fn description(n: i32) -> String {
    let mut state = u64::from(n.unsigned_abs()) + 1;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + u8::try_from((state >> 33) % 26).unwrap())
    };
    (0..255).map(|_| letter()).collect()
}

fn attack(mode: &str) -> (Aws, Function, Finding) {
    let aws = Aws::new();
    let all = (0..RULES).map(|n| {
        let cidr = "0.0.0.0/0";
        Rule::tcp(&format!("sgr-{n}"), 2000 + n, cidr).described(&description(n), &[])
    });
    aws.world(|world| {
        world.ssm.insert("/riposte/mode".to_owned(), mode.to_owned());
        world.ec2.groups.insert("sg-1".to_owned(), Group { rules: all.collect(), ..Group::default() });
    });
    let wanted = (0..RULES).map(|n| IngressRule {
        rule_id: Some(format!("sgr-{n}")),
        from_port: Some(2000 + n),
        to_port: Some(2000 + n),
        ..rule()
    });
    let finding = Finding { response: Some(closing(wanted.collect())), ..finding() };
    let function = Function::new(&aws);
    (aws, function, finding)
}

fn open(aws: &Aws) -> usize {
    aws.world(|world| world.ec2.group("sg-1").rules.len())
}

#[tokio::test]
async fn all_is_contained_recorded_told_once_and_undone() {
    let (aws, function, finding) = attack("live");
    function.respond(finding.clone()).await.unwrap();
    assert_eq!(open(&aws), 0);
    let incident = function.incident(&finding).await;
    assert_eq!((incident.state, incident.notified), (State::Verified, true));
    let size = serde_json::to_string(&incident.plan).unwrap().len();
    assert!(size > 400 * 1024, "{size} bytes would fit into an item");
    assert_eq!(aws.world(|world| world.sent.len()), 1);
    assert!(aws.world(|world| world.sent[0].subject.contains("CONTAINED")));
    let listed = function.ledger().list(10).await.unwrap();
    assert_eq!((listed.incidents, listed.unreadable.len()), (vec![incident], 0));
    function.undo(&finding, false).await.unwrap();
    let mut left: Vec<_> = aws.world(|world| {
        world.ec2.group("sg-1").rules.iter().map(|rule| (rule.from, rule.description.clone())).collect()
    });
    left.sort();
    let expected: Vec<_> = (0..RULES).map(|n| (2000 + n, Some(description(n)))).collect();
    assert_eq!(left, expected);
}

#[tokio::test]
async fn in_shadow_mode_it_is_recorded_and_told_once() {
    let (aws, function, finding) = attack("shadow");
    for _ in 0..3 {
        function.respond(finding.clone()).await.unwrap();
    }
    assert_eq!((open(&aws), aws.world(|world| world.sent.len())), (usize::try_from(RULES).unwrap(), 1));
    let incident = function.incident(&finding).await;
    assert_eq!((incident.state, incident.plan.unwrap().changes.len()), (State::Observed, 1));
}

#[tokio::test]
async fn killed_after_any_call_it_ends_the_same() {
    let (aws, function, finding) = attack("live");
    function.loaded().await;
    aws.forget_calls();
    function.respond(finding.clone()).await.unwrap();
    let calls = aws.calls().len();
    // Each of them plans hundreds of rules: the calls around the intent and the outcome, not all.
    for killed_after in (0..calls).step_by(3) {
        let (aws, function, finding) = attack("live");
        function.loaded().await;
        assert!(aws.run_for(killed_after, function.respond(finding.clone())).await.is_none());
        aws.end_leases();
        function.respond(finding.clone()).await.unwrap();
        let incident = function.incident(&finding).await;
        assert_eq!((open(&aws), incident.state), (0, State::Verified), "killed after {killed_after}");
    }
}

#[tokio::test]
async fn a_part_that_somebody_changed_or_took_away_is_no_plan() {
    for take in [false, true] {
        let (aws, function, finding) = attack("live");
        function.respond(finding.clone()).await.unwrap();
        aws.world(|world| {
            let pk = world.table.items.keys().find(|pk| pk.starts_with("plan#")).unwrap().clone();
            if take {
                world.table.items.remove(&pk);
            } else {
                let item = world.table.items.get_mut(&pk).unwrap();
                let text = item["plan"]["S"].as_str().unwrap().replacen("sg-1", "sg-2", 1);
                item.insert("plan".to_owned(), serde_json::json!({ "S": text }));
            }
        });
        let refused = function.undo(&finding, true).await.unwrap_err().to_string();
        assert!(refused.contains(if take { "is gone" } else { "its signature does not hold" }), "{refused}");
        assert_eq!(open(&aws), 0);
    }
}
