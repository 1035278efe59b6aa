//! `remove-layer-permission`.

use riposte_core::action::RemoveLayerPermission as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemoveLayerPermission;
use crate::actions::conformance::Case;
use crate::testing::refuse;

fn statement(id: &str, principal: &Value) -> Value {
    json!({
        "Sid": id, "Effect": "Allow", "Principal": principal, "Action": "lambda:GetLayerVersion", "Resource": "arn:l",
    })
}

pub(super) const CASE: Case = Case {
    name: "remove-layer-permission",
    action: || Box::new(RemoveLayerPermission),
    response: || Request { layer: "helpers".to_owned(), version: 3, statement_id: "all".to_owned() }.into(),
    state: |response, _| {
        let request: Request = response.read().unwrap();
        let own = statement("own", &json!({ "AWS": "arn:aws:iam::555566667777:root" }));
        json!({ "it": [own, statement(&request.statement_id, &json!("*"))], "other": true })
    },
    calls: &[
        ("lambda:GetLayerVersionPolicy", |state, _| {
            let list = it(state, "ResourceNotFoundException")?;
            if list.as_array().unwrap().is_empty() {
                return refuse("ResourceNotFoundException");
            }
            Ok(json!({ "Policy": json!({ "Version": "2012-10-17", "Statement": list }).to_string() }))
        }),
        ("lambda:RemoveLayerVersionPermission", |state, given| {
            let list = state["it"].as_array_mut().unwrap();
            let before = list.len();
            list.retain(|statement| statement["Sid"] != given["StatementId"]);
            if list.len() == before { refuse("ResourceNotFoundException") } else { Ok(json!({})) }
        }),
        ("lambda:AddLayerVersionPermission", |state, given| {
            let list = state["it"].as_array_mut().unwrap();
            if list.iter().any(|statement| statement["Sid"] == given["StatementId"]) {
                return refuse("ResourceConflictException");
            }
            list.push(statement(given["StatementId"].as_str().unwrap(), &given["Principal"]));
            Ok(json!({}))
        }),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        state["it"].as_array_mut().unwrap().retain(|statement| statement["Sid"] != request.statement_id.as_str());
    },
    meddle: Some(|state| {
        let list = state["it"].as_array_mut().unwrap();
        list.iter_mut().filter(|s| s["Sid"] == "own").for_each(|s| s["Principal"] = json!("444455556666"));
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
