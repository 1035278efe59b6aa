//! `remove-trusted-principal`: of a role that others may become too, and of one that nobody else may.

use riposte_core::action::RemoveTrustedPrincipal as Request;
use riposte_core::iam::Outsider;
use riposte_core::text::url_decoded;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemoveTrustedPrincipal;
use crate::actions::conformance::Case;

fn statement(principal: &Value, action: &str) -> Value {
    json!({ "Effect": "Allow", "Principal": principal, "Action": action })
}

fn own() -> Value {
    statement(&json!({ "Service": "ec2.amazonaws.com" }), "sts:AssumeRole")
}

fn outside(who: &Outsider) -> Value {
    match who {
        Outsider::Everyone => statement(&json!({ "AWS": "*" }), "sts:AssumeRole"),
        Outsider::Account(id) => statement(&json!({ "AWS": id }), "sts:AssumeRole"),
        other => panic!("no statement lets {other} in"),
    }
}

/// The trust policy of the event, or one that lets in those whom the response names.
fn laid(response: &riposte_core::action::Response, event: Option<&Value>) -> Value {
    let parameters = event.map(|event| &event["requestParameters"]);
    let written = parameters.and_then(|p| p["policyDocument"].as_str().or(p["assumeRolePolicyDocument"].as_str()));
    if let Some(text) = written {
        return json!({ "it": serde_json::from_str::<Value>(&url_decoded(text)).unwrap(), "other": true });
    }
    let request: Request = response.read().unwrap();
    let mut statements = vec![own()];
    statements.extend(request.outsiders.iter().map(outside));
    json!({ "it": { "Version": "2012-10-17", "Statement": statements }, "other": true })
}

pub(super) const CASE: Case = Case {
    name: "remove-trusted-principal",
    action: || Box::new(RemoveTrustedPrincipal),
    response: || {
        let outsiders = vec![Outsider::Everyone, Outsider::Account("444455556666".to_owned())];
        Request { role_name: "app".to_owned(), outsiders }.into()
    },
    state: laid,
    calls: &[
        ("iam:GetRole", |state, _| {
            let trust = it(state, "NoSuchEntity")?.to_string();
            let arn = "arn:aws:iam::111122223333:role/app";
            let tags = json!([{ "Key": "riposte:restorable", "Value": "true" }]);
            Ok(json!({ "Role": { "Arn": arn, "AssumeRolePolicyDocument": trust, "Tags": tags } }))
        }),
        ("iam:UpdateAssumeRolePolicy", |state, given| {
            state["it"] = serde_json::from_str(given["PolicyDocument"].as_str().unwrap()).unwrap();
            Ok(json!({}))
        }),
    ],
    contain: |state, _| state["it"]["Statement"] = json!([own()]),
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const ALONE: Case = Case {
    name: "remove-trusted-principal of a role that nobody else may become",
    state: |response, event| {
        let mut state = laid(response, event);
        state["it"]["Statement"].as_array_mut().unwrap().remove(0);
        state
    },
    contain: |state, _| {
        state["it"] = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Deny", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }],
        });
    },
    ..CASE
};
