//! `disable-guest-access`.

use riposte_core::action::DisableGuestAccess as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::DisableGuestAccess;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "disable-guest-access",
    action: || Box::new(DisableGuestAccess),
    response: || Request { identity_pool_id: "eu-west-1:1".to_owned() }.into(),
    state: |response, _| {
        let request: Request = response.read().unwrap();
        json!({
            "it": {
                "IdentityPoolId": request.identity_pool_id, "IdentityPoolName": "orders",
                "AllowUnauthenticatedIdentities": true, "AllowClassicFlow": false,
                "SupportedLoginProviders": { "graph.facebook.com": "1" },
            },
            "other": true,
        })
    },
    calls: &[
        ("cognito-identity:DescribeIdentityPool", |state, _| it(state, "ResourceNotFoundException")),
        ("cognito-identity:UpdateIdentityPool", |state, given| {
            it(state, "ResourceNotFoundException")?;
            // What is left out is lost.
            state["it"] = given.clone();
            Ok(given.clone())
        }),
    ],
    contain: |state, _| state["it"]["AllowUnauthenticatedIdentities"] = json!(false),
    meddle: Some(|state| state["it"]["AllowClassicFlow"] = json!(true)),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
