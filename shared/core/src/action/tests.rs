//! The list holds together, and what stands in ledgers is read.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::event::ApiCall;
use crate::finding::IamPrincipal;

#[test]
fn every_id_is_read_back_and_no_two_are_the_same() {
    for (n, id) in ActionId::ALL.into_iter().enumerate() {
        assert_eq!(id.as_str().parse::<ActionId>().unwrap(), id);
        assert_eq!(serde_json::to_value(id).unwrap(), id.as_str());
        assert!(ActionId::ALL.iter().skip(n + 1).all(|other| other.as_str() != id.as_str()), "{id}");
        assert!(id.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{id}");
    }
    let unknown = "freeze-\n".parse::<ActionId>().unwrap_err();
    assert!(unknown.contains("`freeze-\\u{a}`") && unknown.contains("`revoke-ingress`"), "{unknown}");
}

#[test]
fn a_response_is_what_it_was_in_older_ledgers() {
    for text in [
        r#"{"action":"revoke-ingress","group_id":"sg-1","rules":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr":"::/0"}]}"#,
        r#"{"action":"detach-managed-policy","principal":{"kind":"user","name":"eve"},"policy_arn":"arn:p"}"#,
        r#"{"action":"delete-inline-policy","principal":{"kind":"role","name":"app"},"policy_name":"door"}"#,
        r#"{"action":"deactivate-access-key","user_name":"eve","access_key_id":"AKIA1"}"#,
        r#"{"action":"deny-source","address":"198.51.100.9","group":"g","stream":"s"}"#,
    ] {
        let response: Response = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&response).unwrap(), text);
        assert!(response.resource().is_ok() && response.target().is_ok(), "{text}");
    }
}

#[test]
fn a_newer_releases_response_is_kept_and_names_no_resource() {
    let text = r#"{"action":"freeze-bucket","bucket":"b"}"#;
    let newer: Response = serde_json::from_str(text).unwrap();
    assert_eq!(newer.action, ActionName::Newer("freeze-bucket".to_owned()));
    assert_eq!(serde_json::to_string(&newer).unwrap(), text);
    assert!(matches!(newer.resource(), Err(Malformed::Newer(_))));
    assert!(matches!(newer.read::<RevokeIngress>(), Err(Malformed::Other { .. })));
}

#[test]
fn a_request_with_a_field_missing_is_refused_by_name() {
    let broken: Response = serde_json::from_str(r#"{"action":"deactivate-access-key","user_name":"eve"}"#).unwrap();
    let error = broken.resource().unwrap_err().to_string();
    assert!(error.contains("deactivate-access-key") && error.contains("access_key_id"), "{error}");
}

/// Incidents are found by these keys: they must never change.
#[test]
fn keys_of_targets_and_leases_stand() {
    let principal = IamPrincipal::User("eve".to_owned());
    let responses: [(Response, &str, &str); 5] = [
        (
            RevokeIngress { group_id: "sg-1".to_owned(), rules: vec![] }.into(),
            "security-group/sg-1",
            "security-group/sg-1",
        ),
        (
            DetachManagedPolicy { principal: principal.clone(), policy_arn: "arn:p".to_owned() }.into(),
            "user/eve/attached/arn:p",
            "user/eve",
        ),
        (
            DeleteInlinePolicy { principal, policy_name: "door".to_owned(), digest: None }.into(),
            "user/eve/inline/door",
            "user/eve",
        ),
        (
            DeactivateAccessKey { user_name: "eve".to_owned(), access_key_id: "AKIA1".to_owned() }.into(),
            "user/eve/access-key/AKIA1",
            "user/eve",
        ),
        (
            DenySource { address: [198, 51, 100, 9].into(), group: "g".to_owned(), stream: "s".to_owned() }.into(),
            "source/198.51.100.9/of/g:s",
            "network-acl/of/g:s",
        ),
    ];
    for (response, target, lease) in responses {
        assert_eq!(response.target().unwrap().key(), target);
        assert_eq!(response.resource().unwrap().key(), lease);
    }
}

#[test]
fn a_list_of_two_hundred_resources_is_as_many_requests_each_to_one() {
    let names: Vec<_> = (0..200).map(|number| format!("secret-{number}")).collect();
    let record = json!({ "requestParameters": { "names": names } });
    let Value::Object(record) = record else { panic!() };
    let call = ApiCall::new(record, None, None);
    let place = Place::at("requestParameters.names", &call).unwrap();
    let responses = ActionId::RestoreSecret.of_rule(&place);
    let resources: BTreeSet<_> = responses.iter().map(|response| response.resource().unwrap().id).collect();
    assert_eq!((responses.len(), resources.len()), (200, 200));
}

#[test]
fn a_person_names_a_target_in_words_or_as_json() {
    let by_hand = |action, target: &str| Response::by_hand(action, target).map(|r| r.target().unwrap().key());
    for (action, target, key) in [
        (ActionId::DeactivateAccessKey, "eve/AKIA1", "user/eve/access-key/AKIA1"),
        (ActionId::DeleteInlinePolicy, "role/app/door", "role/app/inline/door"),
        (
            ActionId::DetachManagedPolicy,
            "group/ops/arn:aws:iam::aws:policy/P",
            "group/ops/attached/arn:aws:iam::aws:policy/P",
        ),
        (
            ActionId::DenySource,
            "198.51.100.9@i-0123456789abcdef0",
            "source/198.51.100.9/of/by-hand:i-0123456789abcdef0",
        ),
        (ActionId::RevokeIngress, r#"{"group_id":"sg-1","rules":[]}"#, "security-group/sg-1"),
    ] {
        assert_eq!(by_hand(action, target).unwrap(), key);
    }
    for (action, target, said) in [
        (ActionId::DeactivateAccessKey, "eve", "USER/ACCESS-KEY-ID"),
        (ActionId::DeactivateAccessKey, "user/build", "USER/ACCESS-KEY-ID"),
        (ActionId::DeactivateAccessKey, "eve/", "USER/ACCESS-KEY-ID"),
        (ActionId::RevokeIngress, "sg-1", "must be given as a JSON object, not `sg-1`"),
        (ActionId::RevokeIngress, "{\"group_id\":1}", "revoke-ingress"),
        (ActionId::DeleteInlinePolicy, "host/app/door", "POLICY-NAME"),
    ] {
        let error = by_hand(action, target).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
