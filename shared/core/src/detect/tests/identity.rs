//! What the detectors of identities say, and how sure they are.

use serde_json::json;

use super::fixture::{everything, fixture};
use crate::action::DeleteInlinePolicy;
use crate::detect::{Facts, Report, Tally, detectors, run};
use crate::event::ApiCall;
use crate::finding::{Confidence, Finding, IamPrincipal, Severity, Target};

fn only(detector: &str, name: &str) -> Finding {
    let mut report = fixture(detector, name).run(detectors());
    report.findings.retain(|finding| finding.detector == detector);
    assert_eq!((report.findings.len(), report.failures.len()), (1, 0), "{report:?}");
    report.findings.remove(0)
}

fn judged(call: &ApiCall) -> Report {
    run(&everything(), call, &call.scope().unwrap(), &Facts::default())
}

/// The ids of what is found of some weight.
fn alarms(call: &ApiCall) -> Vec<String> {
    let weighty = |finding: &Finding| finding.severity >= Severity::Medium;
    judged(call).findings.into_iter().filter(weighty).map(|finding| finding.detector).collect()
}

/// A fixture whose policy document is another one.
fn with_document(detector: &str, name: &str, field: &str, document: &serde_json::Value) -> ApiCall {
    let mut record = fixture(detector, name).call().record().as_object().unwrap().clone();
    record["requestParameters"][field] = json!(document.to_string());
    ApiCall::new(record, None, None)
}

fn policy(statements: &serde_json::Value) -> serde_json::Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

#[test]
fn the_ways_up_are_told_and_the_policy_can_be_taken_away() {
    let finding = only("escalation-by-policy", "keys-of-any-user");
    assert_eq!(
        finding.why,
        "`PutRolePolicy` wrote the inline policy `maintenance` onto role/orders-worker, whose holder makes access \
         keys for any user (`iam:CreateAccessKey`; statement 1)"
    );
    assert_eq!(finding.confidence, Confidence::Medium);
    let principal = IamPrincipal::Role("orders-worker".to_owned());
    let policy_name = "maintenance".to_owned();
    let asked: DeleteInlinePolicy = finding.response.unwrap().read().unwrap();
    assert_eq!((&asked.principal, &asked.policy_name), (&principal, &policy_name));
    let document = r#"{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}"#;
    assert!(!asked.offends(document, "aws", "111122223333").unwrap(), "rewritten, and harmless since");
}

#[test]
fn many_ways_are_counted_not_told() {
    let document = policy(&json!({
        "Effect": "Allow",
        "Action": ["iam:AddUserToGroup", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"],
        "Resource": "*",
    }));
    let call = with_document("escalation-by-policy", "keys-of-any-user", "policyDocument", &document);
    let report = judged(&call);
    let found = report.findings.iter().find(|finding| finding.detector == "escalation-by-policy").unwrap();
    assert!(found.why.ends_with(", and 1 more ways"), "{}", found.why);
}

#[test]
fn a_policy_that_nobody_holds_or_only_under_a_condition_is_told_with_low_confidence() {
    let created = only("escalation-by-policy", "created");
    assert_eq!((created.confidence, created.response), (Confidence::Low, None));
    let document = policy(&json!({
        "Effect": "Allow",
        "Action": "iam:CreateAccessKey",
        "Resource": "*",
        "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } },
    }));
    let call = with_document("escalation-by-policy", "keys-of-any-user", "policyDocument", &document);
    let report = judged(&call);
    let found = report.findings.iter().find(|finding| finding.detector == "escalation-by-policy").unwrap();
    assert_eq!(found.confidence, Confidence::Low);
}

#[test]
fn of_one_policy_only_the_worst_is_told() {
    let statements =
        |actions: &serde_json::Value| policy(&json!({ "Effect": "Allow", "Action": actions, "Resource": "*" }));
    for (actions, want) in [
        (json!("*"), "admin-inline-policy"),
        (json!(["iam:PutRolePolicy", "iam:PassRole", "lambda:*"]), "escalation-by-policy"),
        (json!(["iam:PassRole", "lambda:*"]), "escalation-by-any-role"),
    ] {
        let document = statements(&actions);
        let call = with_document("escalation-by-policy", "keys-of-any-user", "policyDocument", &document);
        assert_eq!(alarms(&call), [want], "{document}");
    }
    let document = statements(&json!(["lambda:*", "sts:AssumeRole"]));
    let call = with_document("escalation-by-policy", "keys-of-any-user", "policyDocument", &document);
    assert_eq!(alarms(&call), Vec::<String>::new());
    assert!(judged(&call).findings.iter().any(|finding| finding.detector == "escalation-by-takeover"));
}

#[test]
fn a_role_says_who_may_become_it() {
    let finding = only("role-trusts-external-account", "added-to-a-service");
    assert_eq!(
        finding.why,
        "`UpdateAssumeRolePolicy` lets these become the role `orders-worker`: account `444455556666`, without an \
         external id (statement 2)"
    );
    assert_eq!(finding.target, Target::Resource { service: "iam".to_owned(), id: "role/orders-worker".to_owned() });
    let finding = only("role-trusts-federation", "any-repository");
    let lacks = "no condition fixes `token.actions.githubusercontent.com:sub`";
    assert!(finding.why.contains(lacks), "{}", finding.why);
}

#[test]
fn a_condition_that_says_nothing_of_who_comes_lowers_the_confidence() {
    let trust = |condition: &serde_json::Value| {
        policy(&json!({
            "Effect": "Allow",
            "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
            "Action": "sts:AssumeRole",
            "Condition": condition,
        }))
    };
    for (condition, want) in [
        (json!({}), Confidence::Medium),
        (json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }), Confidence::Low),
    ] {
        let call =
            with_document("role-trusts-external-account", "added-to-a-service", "policyDocument", &trust(&condition));
        let report = judged(&call);
        let found = report.findings.iter().find(|f| f.detector == "role-trusts-external-account").unwrap();
        assert_eq!(found.confidence, want);
    }
}

#[test]
fn a_session_is_a_namesake_by_its_own_name_alone() {
    let session = |arn: &str| {
        let mut record = fixture("login-profile-for-namesake", "changed").call().record().as_object().unwrap().clone();
        record["userIdentity"]["arn"] = json!(arn);
        alarms(&ApiCall::new(record, None, None))
    };
    assert_eq!(session("arn:aws:sts::111122223333:assumed-role/operations/Alice"), ["login-profile-for-namesake"]);
    for arn in [
        "arn:aws:sts::111122223333:assumed-role/alice/operations",
        "arn:aws:sts::111122223333:assumed-role/operations/malice",
        "arn:aws:sts::111122223333:assumed-role/operations/alice@example.com",
    ] {
        assert_eq!(session(arn), ["login-profile-for-another"], "{arn}");
    }
}

#[test]
fn a_role_of_another_name_takes_no_policy_from_itself() {
    let mut record = fixture("own-policy-removed", "role-deletes").call().record().as_object().unwrap().clone();
    // The session's name is not the role's.
    record["requestParameters"]["roleName"] = json!("i-0a1b2c3d4e5f60718");
    assert_eq!(alarms(&ApiCall::new(record, None, None)), Vec::<String>::new());
}

#[test]
fn refused_calls_are_counted_by_their_kinds() {
    let refused = fixture("escalation-refused-repeatedly", "one-of-several").call();
    let found = |names: &[&str]| {
        let mut tally = Tally::default();
        let mut found = Vec::new();
        for (number, name) in names.iter().enumerate() {
            let mut record = refused.record().as_object().unwrap().clone();
            record["eventName"] = json!(name);
            record["eventID"] = json!(format!("e-{number}"));
            let report = judged(&ApiCall::new(record, None, None));
            found.extend(report.sightings.into_iter().filter_map(|sighting| tally.count(sighting)));
        }
        found.into_iter().map(|finding| finding.detector).collect::<Vec<_>>()
    };
    let several = ["AttachUserPolicy", "PutUserPolicy", "CreateAccessKey"];
    assert_eq!(found(&several), ["escalation-refused-repeatedly"]);
    assert_eq!(found(&["AttachUserPolicy"; 10]), Vec::<String>::new());
    assert_eq!(found(&["AttachUserPolicy"; 20]), ["denied-calls-in-bulk"]);
}

#[test]
fn the_key_of_root_is_told_once_an_hour() {
    let call = fixture("root-access-key-used", "read").call();
    let mut tally = Tally::default();
    let told = (0..5)
        .filter_map(|number| {
            let mut record = call.record().as_object().unwrap().clone();
            record["eventID"] = json!(format!("e-{number}"));
            let sightings = judged(&ApiCall::new(record, None, None)).sightings;
            sightings.into_iter().find_map(|sighting| tally.count(sighting))
        })
        .count();
    assert_eq!(told, 1);
}

#[test]
fn who_takes_which_role_is_told() {
    for (detector, name, why) in [
        (
            "role-assumed-externally",
            "other-account",
            "`AssumeRole`: account `444455556666` took the role `arn:aws:iam::111122223333:role/vendor-monitoring` as \
             `scanner`",
        ),
        (
            "external-role-assumed",
            "other-account",
            "`AssumeRole`: `arn:aws:sts::111122223333:assumed-role/ci-deploy/build-4711` took the role \
             `arn:aws:iam::444455556666:role/deploy-target` of account `444455556666`",
        ),
        (
            "session-renewed-by-itself",
            "own-role",
            "`AssumeRole`: `arn:aws:sts::111122223333:assumed-role/ci-deploy/build-4711` took its own role \
             `arn:aws:iam::111122223333:role/ci-deploy` once more",
        ),
    ] {
        assert_eq!(only(detector, name).why, why);
    }
}

#[test]
fn a_policy_of_ones_own_may_be_of_aws_or_of_the_customer() {
    let finding = only("policy-given-to-self", "attached-to-user");
    assert_eq!(
        finding.why,
        "`AttachUserPolicy`: user/Mallory gave itself the policy `arn:aws:iam::aws:policy/SecretsManagerReadWrite`"
    );
    // Nobody has read the customer's policy: it may grant something.
    let mut record = fixture("policy-given-to-self", "attached-to-user").call().record().as_object().unwrap().clone();
    record["requestParameters"]["policyArn"] = json!("arn:aws:iam::111122223333:policy/extras");
    assert_eq!(alarms(&ApiCall::new(record, None, None)), ["policy-given-to-self"]);
}

#[test]
fn people_of_identity_center_are_counted_one_by_one() {
    let of = |user: &str| {
        let call = fixture("sso-credentials-collected", "one-of-many").call();
        let mut record = call.record().as_object().unwrap().clone();
        record["userIdentity"]["onBehalfOf"]["userId"] = json!(user);
        let mut report = judged(&ApiCall::new(record, None, None));
        report.sightings.retain(|sighting| sighting.finding.detector == "sso-credentials-collected");
        report.sightings.remove(0).counter.whose
    };
    assert_eq!((of("u-1"), of("u-2")), ("u-1".to_owned(), "u-2".to_owned()));
}
