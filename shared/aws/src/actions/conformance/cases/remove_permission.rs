//! `remove-permission`.

use riposte_core::action::RemovePermission as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemovePermission;
use crate::actions::conformance::Case;
use crate::testing::refuse;

fn statement(id: &str, principal: &str) -> Value {
    json!({ "Sid": id, "Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunction", "Resource": "arn:f" })
}

pub(super) const CASE: Case = Case {
    name: "remove-permission",
    action: || Box::new(RemovePermission),
    response: || Request::of("pay", None, "door").unwrap().into(),
    state: |response, _| {
        let request: Request = response.read().unwrap();
        json!({ "it": [statement("own", "events.amazonaws.com"), statement(&request.statement_id, "*")], "other": true })
    },
    calls: &[
        ("lambda:GetPolicy", |state, _| {
            let list = it(state, "ResourceNotFoundException")?;
            if list.as_array().unwrap().is_empty() {
                return refuse("ResourceNotFoundException");
            }
            Ok(json!({ "Policy": json!({ "Version": "2012-10-17", "Statement": list }).to_string() }))
        }),
        ("lambda:ListTags", |_, _| Ok(json!({ "Tags": {} }))),
        ("lambda:RemovePermission", |state, given| {
            let list = state["it"].as_array_mut().unwrap();
            let before = list.len();
            list.retain(|statement| statement["Sid"] != given["StatementId"]);
            if list.len() == before { refuse("ResourceNotFoundException") } else { Ok(json!({})) }
        }),
        ("lambda:AddPermission", |state, given| {
            let list = state["it"].as_array_mut().unwrap();
            if list.iter().any(|statement| statement["Sid"] == given["StatementId"]) {
                return refuse("ResourceConflictException");
            }
            let id = given["StatementId"].as_str().unwrap();
            list.push(statement(id, given["Principal"].as_str().unwrap()));
            Ok(json!({}))
        }),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        state["it"].as_array_mut().unwrap().retain(|statement| statement["Sid"] != request.statement_id.as_str());
    },
    meddle: Some(|state| {
        let list = state["it"].as_array_mut().unwrap();
        list.iter_mut().filter(|s| s["Sid"] == "own").for_each(|s| s["Principal"] = json!("s3.amazonaws.com"));
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
