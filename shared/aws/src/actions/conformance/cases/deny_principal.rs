//! `deny-principal`: a user and a role.

use riposte_core::action::DenyPrincipal as Request;
use riposte_core::finding::IamPrincipal;
use serde_json::{Value, json};

use super::it;
use crate::actions::DenyPrincipal;
use crate::actions::conformance::Case;
use crate::testing::{Refused, refuse};

pub(super) fn list(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    let arns = it(state, "NoSuchEntity")?;
    let policies = arns.as_array().unwrap().iter().map(|arn| json!({ "PolicyArn": arn }));
    Ok(json!({ "AttachedPolicies": policies.collect::<Vec<_>>() }))
}

pub(super) fn attach(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    let arns = state["it"].as_array_mut().unwrap();
    if !arns.contains(&given["PolicyArn"]) {
        arns.push(given["PolicyArn"].clone());
    }
    Ok(json!({}))
}

pub(super) fn detach(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    let arns = state["it"].as_array_mut().unwrap();
    let before = arns.len();
    arns.retain(|arn| *arn != given["PolicyArn"]);
    if arns.len() == before { refuse("NoSuchEntity") } else { Ok(json!({})) }
}

const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

pub(super) const USER: Case = Case {
    name: "deny-principal: a user",
    action: || Box::new(DenyPrincipal),
    response: || Request { principal: IamPrincipal::User("eve".to_owned()) }.into(),
    state: |_, _| json!({ "it": [READ_ONLY], "id": "AIDAFIRST", "other": true }),
    calls: &[
        ("sts:GetCallerIdentity", |_, _| Ok(json!({ "Arn": "arn:aws:iam::111122223333:user/operator" }))),
        ("iam:GetUser", |state, _| {
            it(state, "NoSuchEntity")?;
            Ok(json!({ "User": { "Arn": "arn:aws:iam::111122223333:user/eve", "UserId": state["id"] } }))
        }),
        ("iam:GetRole", |state, _| {
            it(state, "NoSuchEntity").map(|_| json!({ "Role": { "Arn": "arn:aws:iam::111122223333:role/app" } }))
        }),
        ("iam:ListAttachedUserPolicies", list),
        ("iam:ListAttachedRolePolicies", list),
        ("iam:AttachUserPolicy", attach),
        ("iam:AttachRolePolicy", attach),
        ("iam:DetachUserPolicy", detach),
        ("iam:DetachRolePolicy", detach),
    ],
    contain: |state, _| {
        state["it"] = json!([READ_ONLY, "arn:aws:iam::111122223333:policy/riposte/deny-all-eu-west-1"]);
    },
    meddle: Some(|state| {
        let arns = state["it"].as_array_mut().unwrap();
        arns.retain(|arn| arn != READ_ONLY);
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const ROLE: Case = Case {
    name: "deny-principal: a role",
    response: || Request { principal: IamPrincipal::Role("app".to_owned()) }.into(),
    ..USER
};
