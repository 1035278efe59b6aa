//! `revoke-sessions`.

use riposte_core::action::RevokeSessions as Request;
use serde_json::{Value, json};

use super::deny_principal::{attach, detach, list};
use super::it;
use crate::actions::RevokeSessions;
use crate::actions::conformance::Case;
use crate::testing::refuse;

const POLICY: &str = "arn:aws:iam::111122223333:policy/riposte/revoked-app-20261122T100000Z";

pub(super) const CASE: Case =
    Case {
        name: "revoke-sessions",
        action: || Box::new(RevokeSessions),
        response: || Request { role_name: "app".to_owned(), before: "2026-11-22T10:00:00Z".to_owned() }.into(),
        state: |_, _| json!({ "it": ["arn:aws:iam::aws:policy/ReadOnlyAccess"], "made": null, "other": true }),
        calls: &[
            ("iam:GetRole", |state, _| {
                it(state, "NoSuchEntity").map(|_| json!({ "Role": { "Arn": "arn:aws:iam::111122223333:role/app" } }))
            }),
            ("iam:ListAttachedRolePolicies", list),
            ("iam:GetPolicy", |state, _| {
                if state["made"].is_null() { refuse("NoSuchEntity") } else { Ok(json!({ "Policy": {} })) }
            }),
            ("iam:CreatePolicy", |state, given| {
                if !state["made"].is_null() {
                    return refuse("EntityAlreadyExists");
                }
                state["made"] = serde_json::from_str(given["PolicyDocument"].as_str().unwrap()).unwrap();
                Ok(json!({}))
            }),
            ("iam:DeletePolicy", |state, given| {
                if state["it"].as_array().unwrap().contains(&given["PolicyArn"]) {
                    return refuse("DeleteConflict");
                }
                state["made"] = Value::Null;
                Ok(json!({}))
            }),
            ("iam:AttachRolePolicy", attach),
            ("iam:DetachRolePolicy", detach),
        ],
        contain: |state, _| {
            state["it"].as_array_mut().unwrap().push(json!(POLICY));
            state["made"] = json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Deny",
                    "Action": "*",
                    "Resource": "*",
                    "Condition": { "DateLessThan": { "aws:TokenIssueTime": "2026-11-22T10:00:00Z" } },
                }],
            });
        },
        meddle: Some(|state| {
            let arns = state["it"].as_array_mut().unwrap();
            arns.retain(|arn| arn != "arn:aws:iam::aws:policy/ReadOnlyAccess");
        }),
        remove: |state| state["it"] = Value::Null,
        scar: |_| {},
    };
