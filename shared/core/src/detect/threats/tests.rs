use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::catalogue::FUNCTIONS;
use crate::detect::Events;
use crate::event::Event;
use crate::finding::Target;
use crate::incident::Incident;
use crate::settings::Mode;

/// The event of a fixture.
fn event(id: &str, name: &str) -> Value {
    let found = riposte_fixtures::of(id).unwrap().into_iter().find(|fixture| fixture.name == name).unwrap();
    serde_json::from_str(&found.text().unwrap()).unwrap()
}

fn threat(event: &Value) -> Threat {
    match Event::parse(&event.to_string()) {
        Ok(Event::Threat(threat)) => *threat,
        other => panic!("{event} is no finding of GuardDuty: {other:?}"),
    }
}

/// What all the detectors find in it.
fn found(event: &Value) -> Vec<Finding> {
    let threat = threat(event);
    THREATS.iter().filter_map(|detector| detector.judge(&threat).unwrap()).collect()
}

fn one(event: &Value) -> Finding {
    let [finding] = <[Finding; 1]>::try_from(found(event)).unwrap();
    finding
}

#[test]
fn each_asks_for_the_smallest_response_or_for_none() {
    let instance = json!({ "instance_id": "i-0a1b2c3d4e5f67890" });
    let isolate = Some(("isolate-instance", instance));
    let revoke =
        |role: &str| Some(("revoke-sessions", json!({ "role_name": role, "before": "2026-05-06T07:08:09.000Z" })));
    let key = json!({ "user_name": "build", "access_key_id": "AKIAIOSFODNN7EXAMPLE" });
    let jane = json!({ "principal": { "kind": "user", "name": "jane" } });
    for (id, name, severity, technique, expected) in [
        ("guardduty-instance-compromised", "mining", Severity::High, "T1496", isolate.clone()),
        ("guardduty-instance-compromised", "malware", Severity::High, "T1204", isolate.clone()),
        ("guardduty-instance-compromised", "scans-others", Severity::High, "T1078.004", isolate),
        ("guardduty-instance-compromised", "is-scanned", Severity::Low, "T1078.004", None),
        ("guardduty-instance-compromised", "sample", Severity::Informational, "T1496", None),
        (
            "guardduty-credentials-compromised",
            "key-from-tor",
            Severity::Medium,
            "T1078.004",
            Some(("deactivate-access-key", key)),
        ),
        ("guardduty-credentials-compromised", "role-outside-aws", Severity::High, "T1078.004", revoke("build")),
        ("guardduty-credentials-compromised", "bucket-read", Severity::High, "T1537", revoke("reports")),
        (
            "guardduty-credentials-compromised",
            "temporary-key-of-user",
            Severity::Medium,
            "T1580",
            Some(("deny-principal", jane)),
        ),
        ("guardduty-credentials-compromised", "root", Severity::Medium, "T1078.004", None),
        ("guardduty-credentials-compromised", "policy-of-bucket", Severity::High, "T1078.004", None),
        ("guardduty-threat-reported", "container", Severity::High, "T1496", None),
        ("guardduty-threat-reported", "attack-sequence", Severity::Critical, "T1078.004", None),
        ("guardduty-threat-reported", "malicious-object", Severity::High, "T1204", None),
    ] {
        let finding = one(&event(id, name));
        let response = finding.response.map(|response| {
            let mut request = serde_json::to_value(&response).unwrap();
            request.as_object_mut().unwrap().remove("action");
            (response.action.as_str().to_owned(), request)
        });
        let expected = expected.map(|(action, request)| (action.to_owned(), request));
        assert_eq!(
            (finding.detector.as_str(), finding.severity, &finding.technique[..], response),
            (id, severity, &[technique.to_owned()][..], expected),
            "{name}"
        );
    }
}

#[test]
fn what_it_is_about_is_named() {
    let of = |name: &str| one(&event("guardduty-threat-reported", name)).target.key();
    assert_eq!(of("container"), "eks/arn:aws:eks:eu-west-1:111122223333:cluster/shop");
    assert_eq!(of("malicious-object"), "s3/arn:aws:s3:::invoices-example");
    assert_eq!(of("database-guessed"), "rds/arn:aws:rds:eu-west-1:111122223333:db:orders");
    // Nothing is named: then it is the finding itself.
    assert!(of("attack-sequence").starts_with("guardduty/"));
    let finding = one(&event("guardduty-credentials-compromised", "role-outside-aws"));
    assert_eq!(finding.principal.role_arn.as_deref(), Some("arn:aws:iam::111122223333:role/build"));
    assert_eq!(finding.principal.source_ip.as_deref(), Some("203.0.113.7"));
    assert_eq!(finding.event_name, "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS");
    let root = one(&event("guardduty-credentials-compromised", "root"));
    assert_eq!(root.principal.arn.as_deref(), Some("arn:aws:iam::111122223333:root"));
}

#[test]
fn the_severity_is_by_guardduty_s_own_scale() {
    let mut event = event("guardduty-instance-compromised", "mining");
    for (score, severity) in [
        (json!(1), Severity::Low),
        (json!(3.9), Severity::Low),
        (json!(4), Severity::Medium),
        (json!(6.9), Severity::Medium),
        (json!(7.0), Severity::High),
        (json!(8.9), Severity::High),
        (json!(9), Severity::Critical),
        (json!(10), Severity::Critical),
        (Value::Null, Severity::Medium),
        (json!("8"), Severity::Medium),
    ] {
        event["detail"]["severity"] = score.clone();
        let finding = one(&event);
        assert_eq!((finding.severity, finding.response.is_some()), (severity, severity >= Severity::Medium), "{score}");
    }
}

#[test]
fn what_guardduty_adds_to_a_finding_is_the_same_incident() {
    let first = event("guardduty-instance-compromised", "mining");
    let mut later = first.clone();
    later["id"] = json!("another-envelope");
    later["detail"]["service"]["count"] = json!(900);
    later["detail"]["service"]["eventLastSeen"] = json!("2026-05-07T07:08:09.000Z");
    later["detail"]["updatedAt"] = json!("2026-05-07T07:10:00.000Z");
    let id = |event: &Value| Incident::open(one(event), "compute-guard", Mode::Live, 0).id;
    assert_eq!(id(&first), id(&later));
    // Of a role's, too, whose sessions would be revoked up to a later time.
    let role = event("guardduty-credentials-compromised", "role-outside-aws");
    let mut later = role.clone();
    later["detail"]["service"]["eventLastSeen"] = json!("2026-05-07T07:08:09.000Z");
    assert_eq!(id(&role), id(&later));
}

#[test]
fn each_finding_is_one_of_exactly_one_function() {
    let mut homes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for function in FUNCTIONS {
        for detector in function.threats {
            homes.entry(detector.meta.id).or_default().push(function.name);
            assert_eq!(detector.meta.events, Events::GuardDuty);
        }
    }
    for detector in THREATS {
        assert_eq!(homes[detector.meta.id].len(), 1, "{}", detector.meta.id);
        for fixture in riposte_fixtures::of(detector.meta.id).unwrap().iter().filter(|fixture| fixture.fires) {
            let event: Value = serde_json::from_str(&fixture.text().unwrap()).unwrap();
            assert_eq!(one(&event).detector, detector.meta.id, "{}", fixture.name);
        }
    }
}

#[test]
fn without_its_envelope_it_is_the_same() {
    let event = event("guardduty-credentials-compromised", "key-from-tor");
    assert_eq!(one(&event["detail"]), one(&event));
}

#[test]
fn whatever_a_user_or_a_host_is_called_it_stays_a_name() {
    let mut event = event("guardduty-credentials-compromised", "key-from-tor");
    event["detail"]["resource"]["accessKeyDetails"]["userName"] = json!("<b>\u{202e}../role/admin");
    event["detail"]["type"] = json!("Policy\u{1b}[31m:x");
    let finding = one(&event);
    assert_eq!(
        finding.target,
        Target::AccessKey {
            user_name: "<b>\u{202e}../role/admin".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned()
        }
    );
    assert!(!finding.event_name.contains('\u{1b}') && !finding.why.contains('\u{1b}'));
    // An instance's id that is none is not isolated.
    let mut event = super::tests::event("guardduty-instance-compromised", "mining");
    event["detail"]["resource"]["instanceDetails"]["instanceId"] = json!("*");
    assert_eq!(one(&event).detector, "guardduty-threat-reported");
}

#[test]
fn what_lacks_its_place_or_is_no_finding_is_an_error_that_says_so() {
    for (field, missing) in [("accountId", "account"), ("region", "region")] {
        let mut event = event("guardduty-instance-compromised", "mining");
        event["detail"].as_object_mut().unwrap().remove(field);
        let error = INSTANCE.judge(&threat(&event)).unwrap_err();
        assert!(error.to_string().ends_with(&format!("has no {missing}")), "{error}");
    }
    for detail in [json!(null), json!({}), json!([]), json!({ "service": { "serviceName": "guardduty" } })] {
        let event =
            json!({ "id": "e", "detail-type": "GuardDuty Finding", "source": "aws.guardduty", "detail": detail });
        let error = Event::parse(&event.to_string()).unwrap_err().to_string();
        assert_eq!(error, "EventBridge event `e`: `detail` is no finding of GuardDuty");
    }
}
