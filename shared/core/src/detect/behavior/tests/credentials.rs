//! Credentials where they do not belong.

use serde_json::json;

use super::{Call, HOUR, START, Watch, call};

pub(super) const SHOWN: &[&str] = &[
    "session-on-two-networks-at-once",
    "instance-session-on-two-machines",
    "access-key-used-elsewhere-once-made",
    "credentials-used-after-revocation",
];

fn session(at_s: i64, address: &str) -> Call {
    call(at_s, "s3", "ListBuckets").session("dev", "maria", "ASIAEXAMPLE", START).from(address).id(at_s)
}

fn found(calls: &[Call]) -> Vec<String> {
    let mut watch = Watch::default();
    calls.iter().flat_map(|call| watch.see(call)).collect()
}

#[test]
fn a_session_on_two_networks_that_take_turns() {
    let (home, far) = ("203.0.113.10", "198.51.100.1");
    let turns = [session(START, home), session(START + 60, far), session(START + 120, home)];
    assert_eq!(found(&turns), ["session-on-two-networks-at-once"]);
    let mut more = turns.to_vec();
    more.extend([session(START + 180, far), session(START + 240, home)]);
    assert_eq!(found(&more).len(), 1, "once a day");
    let moved = [session(START, home), session(START + 60, far), session(START + 120, far)];
    assert!(found(&moved).is_empty(), "somebody left the house");
    let slow = [session(START, home), session(START + 60, far), session(START + 2 * HOUR, home)];
    assert!(found(&slow).is_empty(), "and came back");
    let both = [session(START, home), session(START + 60, "2001:db8::1"), session(START + 120, home)];
    assert!(found(&both).is_empty(), "both versions of IP");
    let inside = [session(START, home), session(START + 60, "10.0.0.1"), session(START + 120, home)];
    assert!(found(&inside).is_empty(), "through an endpoint");
    let late = [session(START + 60, far), session(START + 120, home), session(START, home)];
    assert_eq!(found(&late), ["session-on-two-networks-at-once"], "a late event completes it too");
}

#[test]
fn an_instances_session_on_two_machines_of_aws() {
    let at = |at_s: i64, address: &str| {
        call(at_s, "s3", "ListBuckets")
            .session("web", "i-0123456789abcdef0", "ASIAEXAMPLE", START)
            .from(address)
            .id(at_s)
    };
    let (own, other) = ("3.5.6.7", "52.1.2.3");
    let turns = [at(START, own), at(START + 60, other), at(START + 120, own)];
    assert_eq!(found(&turns), ["instance-session-on-two-machines"]);
    assert!(found(&[at(START, own), at(START + 60, other), at(START + 120, other)]).is_empty(), "a new address");
    let endpoint = at(START + 60, other).with("/vpcEndpointId", "vpce-1");
    assert!(found(&[at(START, own), endpoint, at(START + 120, own)]).is_empty());
    let task = |at_s, address| at(at_s, address).session("web", "task", "ASIAEXAMPLE", START);
    assert!(found(&[task(START, own), task(START + 60, other), task(START + 120, own)]).is_empty(), "no instance");
}

#[test]
fn a_key_that_is_carried_away() {
    let made = call(START, "iam", "CreateAccessKey")
        .with("/responseElements", json!({"accessKey": {"accessKeyId": "AKIAEXAMPLENEW"}}));
    let used = |at_s: i64, address: &str| {
        call(at_s, "s3", "ListBuckets").with("/userIdentity/accessKeyId", "AKIAEXAMPLENEW").from(address).id(at_s)
    };
    let far = "198.51.100.1";
    assert_eq!(found(&[made.clone(), used(START + 600, far)]), ["access-key-used-elsewhere-once-made"]);
    assert!(found(&[made.clone(), used(START + 600, "203.0.113.99")]).is_empty(), "where it was made");
    assert!(found(&[made.clone(), used(START + 2 * HOUR, far)]).is_empty(), "later");
    assert!(found(&[made, used(START + 600, "3.5.6.7")]).is_empty(), "a program in AWS");
    assert!(found(&[used(START + 600, far)]).is_empty(), "a key that was there before");
}

#[test]
fn what_outlives_its_revocation() {
    let revoked = call(START, "iam", "PutRolePolicy").with("/requestParameters/roleName", "dev").with(
        "/requestParameters/policyDocument",
        r#"{"Statement":[{"Effect":"Deny","Condition":{"DateLessThan":{"aws:TokenIssueTime":"now"}}}]}"#,
    );
    let used = |at_s: i64, issued_s: i64| {
        call(at_s, "s3", "ListBuckets").session("dev", "maria", "ASIAEXAMPLE", issued_s).id(at_s)
    };
    let outlived = ["credentials-used-after-revocation"];
    assert_eq!(found(&[revoked.clone(), used(START + 600, START - 600)]), outlived);
    assert!(found(&[revoked.clone(), used(START + 600, START + 60)]).is_empty(), "a session of after it");
    assert!(found(&[revoked.clone(), used(START + 120, START - 600)]).is_empty(), "it takes time to be known");
    assert!(found(&[revoked.clone(), used(START + 600, START - 600).denied()]).is_empty(), "it holds");
    assert!(found(&[used(START - 600, START - 900), revoked]).is_empty(), "before it");
    let other = call(START, "iam", "PutRolePolicy")
        .with("/requestParameters/roleName", "dev")
        .with("/requestParameters/policyDocument", "{}");
    assert!(found(&[other, used(START + 600, START - 600)]).is_empty(), "another policy");

    let inactive = |status: &str| {
        call(START, "iam", "UpdateAccessKey")
            .user("boss")
            .with("/requestParameters", json!({"accessKeyId": "AKIAEXAMPLEMARIA", "status": status}))
    };
    let used = call(START + 600, "s3", "ListBuckets");
    assert_eq!(found(&[inactive("Inactive"), used.clone()]), outlived);
    assert!(found(&[inactive("Active"), used]).is_empty());
}
