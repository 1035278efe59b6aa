//! A network access list in front of several hosts: two denies of it come one after the other, and others wait for neither.

use riposte_core::action::DenySource;
use riposte_core::finding::{Finding, Target};
use riposte_core::incident::State;
use serde_json::json;

use super::warm;
use crate::clock::now_ms;
use crate::testing::{Aws, Function, Instance, World, lay_host, of};

const FIRST: &str = "i-0123456789abcdef0";
const NEIGHBOR: &str = "i-0123456789abcdef1";
const ELSEWHERE: &str = "i-0123456789abcdef2";

/// Two hosts behind one network access list, and one behind another.
fn lay(world: &mut World) {
    lay_host(world);
    let host = |id: &str, address: &str, subnet: &str| Instance {
        id: id.to_owned(),
        address: address.to_owned(),
        subnet: Some(subnet.to_owned()),
        vpc: Some("vpc-1".to_owned()),
        ..Instance::default()
    };
    world.ec2.instances.push(host(NEIGHBOR, "10.0.1.7", "subnet-1"));
    world.ec2.instances.push(host(ELSEWHERE, "10.0.2.5", "subnet-2"));
}

fn attack(address: &str, host: &str) -> Finding {
    let address = address.parse().unwrap();
    let (group, stream) = ("/var/log/secure".to_owned(), host.to_owned());
    let response = DenySource { address, group: group.clone(), stream: stream.clone() }.into();
    let mut finding = of(Target::Source { address, group, stream }, response);
    finding.scope.event_id = format!("e-{address}-{host}");
    finding
}

fn denied(aws: &Aws, acl: &str) -> Vec<String> {
    let entries = aws.world(|world| world.ec2.acl(acl).entries.clone());
    entries.iter().filter(|entry| entry.number < 100 && !entry.egress).filter_map(|entry| entry.v4.clone()).collect()
}

/// Somebody holds a network access list for so long.
fn hold(aws: &Aws, acl: &str, ms: i64) {
    let pk = format!("lease#111122223333/eu-west-1/network-acl/{acl}");
    let item =
        json!({ "pk": { "S": pk }, "owner": { "S": "other" }, "until_ms": { "N": (now_ms() + ms).to_string() } });
    aws.world(|world| world.table.items.insert(pk, item.as_object().unwrap().clone()));
}

async fn laid() -> (Aws, Function) {
    let aws = Aws::new();
    aws.world(lay);
    let function = warm(&aws).await;
    (aws, function)
}

#[tokio::test]
async fn two_hosts_behind_one_list_are_both_answered_at_once_and_nothing_is_left_held() {
    let (aws, function) = laid().await;
    let (one, two) = (attack("198.51.100.9", FIRST), attack("203.0.113.77", NEIGHBOR));
    let other = Function::new(&aws);
    let (here, there) = (crate::testing::invocation(), crate::testing::invocation());
    let (first, second) = tokio::join!(function.respond_in(one.clone(), &here), other.respond_in(two.clone(), &there));
    first.unwrap();
    second.unwrap();
    let mut both = denied(&aws, "acl-1");
    both.sort();
    assert_eq!(both, ["198.51.100.9/32", "203.0.113.77/32"]);
    for finding in [one, two] {
        let incident = function.incident(&finding).await;
        assert_eq!(incident.state, State::Verified);
        let seen = incident.verification.unwrap();
        assert!(seen.elsewhere.is_empty(), "the other deny is no change by somebody else: {seen:?}");
    }
    assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0);
}

#[tokio::test]
async fn who_holds_one_list_holds_up_no_other() {
    let (aws, function) = laid().await;
    hold(&aws, "acl-1", 8_000);
    let began = now_ms();
    function.respond_in(attack("198.51.100.9", ELSEWHERE), &crate::testing::invocation()).await.unwrap();
    assert!(now_ms() - began < 1_000, "another list is free");
    assert_eq!(denied(&aws, "acl-0"), ["198.51.100.9/32"]);
    let waiting = attack("198.51.100.9", FIRST);
    function.respond_in(waiting.clone(), &crate::testing::invocation()).await.unwrap();
    assert!(now_ms() - began >= 8_000, "it waited for its own");
    assert_eq!(denied(&aws, "acl-1"), ["198.51.100.9/32"]);
    assert_eq!(function.incident(&waiting).await.state, State::Verified);
}

#[tokio::test]
async fn a_list_that_stays_held_gives_the_event_back_with_nothing_done() {
    let (aws, function) = laid().await;
    hold(&aws, "acl-1", 60_000);
    let finding = attack("198.51.100.9", FIRST);
    let busy = function.respond_in(finding.clone(), &crate::testing::invocation()).await.unwrap_err();
    assert!(busy.worth_retrying() && busy.to_string().contains("holds the target"), "{busy}");
    assert_eq!((denied(&aws, "acl-1"), aws.changes()), (Vec::new(), Vec::new()));
    let leases = aws.world(|world| world.table.with_prefix("lease#").len());
    assert_eq!(leases, 1, "its own is given back");
    aws.end_leases();
    function.respond(finding.clone()).await.unwrap();
    assert_eq!(function.incident(&finding).await.state, State::Verified);
}

#[tokio::test]
async fn what_was_interrupted_waits_for_the_list_too() {
    let (aws, function) = laid().await;
    let finding = attack("198.51.100.9", FIRST);
    // Killed right after the intent was written.
    let intent = aws_calls_until_intent(&aws, &function, &finding).await;
    let (aws, function) = laid().await;
    assert!(aws.run_for(intent, function.respond(finding.clone())).await.is_none());
    aws.end_leases();
    hold(&aws, "acl-1", 5_000);
    let began = now_ms();
    function.respond_in(finding.clone(), &crate::testing::invocation()).await.unwrap();
    assert!(now_ms() - began >= 5_000);
    assert_eq!(denied(&aws, "acl-1"), ["198.51.100.9/32"]);
}

async fn aws_calls_until_intent(aws: &Aws, function: &Function, finding: &Finding) -> usize {
    function.respond(finding.clone()).await.unwrap();
    aws.calls().iter().position(|call| call == "ec2:CreateNetworkAclEntry").unwrap()
}

#[tokio::test]
async fn an_address_has_one_spelling_by_hand() {
    for text in ["198.51.100.9", "::ffff:198.51.100.9", "64:ff9b::c633:6409"] {
        let request = <DenySource as riposte_core::action::Request>::by_hand(&format!("{text}@{FIRST}")).unwrap();
        assert_eq!(request.address.to_string(), "198.51.100.9", "{text}");
    }
    assert!(<DenySource as riposte_core::action::Request>::by_hand("AWS Internal@i-1").is_none());
}
