//! `remove-oidc-provider`: a whole provider, and an audience that was added to one.

use riposte_core::action::RemoveOidcProvider as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemoveOidcProvider;
use crate::actions::conformance::Case;
use crate::testing::refuse;

const ARN: &str = "arn:aws:iam::111122223333:oidc-provider/id.example.net";

pub(super) const CASE: Case = Case {
    name: "remove-oidc-provider",
    action: || Box::new(RemoveOidcProvider),
    response: || Request { provider_arn: ARN.to_owned(), client_id: None }.into(),
    state: |response, _| {
        let request: Request = response.read().unwrap();
        let added = request.client_id.unwrap_or_else(|| "sts.amazonaws.com".to_owned());
        json!({
            "it": {
                "Url": "id.example.net", "ClientIDList": ["own", added], "ThumbprintList": ["aa"],
                "Tags": [{ "Key": "team", "Value": "web" }],
            },
            "other": true,
        })
    },
    calls: &[
        ("iam:GetOpenIDConnectProvider", |state, _| it(state, "NoSuchEntity")),
        ("iam:DeleteOpenIDConnectProvider", |state, _| {
            it(state, "NoSuchEntity")?;
            state["it"] = Value::Null;
            Ok(json!({}))
        }),
        ("iam:CreateOpenIDConnectProvider", |state, given| {
            if !state["it"].is_null() {
                return refuse("EntityAlreadyExists");
            }
            state["it"] = given.clone();
            // IAM keeps the URL without its scheme.
            state["it"]["Url"] = json!(given["Url"].as_str().unwrap().strip_prefix("https://").unwrap());
            Ok(json!({ "OpenIDConnectProviderArn": ARN }))
        }),
        ("iam:RemoveClientIDFromOpenIDConnectProvider", |state, given| {
            it(state, "NoSuchEntity")?;
            state["it"]["ClientIDList"].as_array_mut().unwrap().retain(|client| *client != given["ClientID"]);
            Ok(json!({}))
        }),
        ("iam:AddClientIDToOpenIDConnectProvider", |state, given| {
            it(state, "NoSuchEntity")?;
            let list = state["it"]["ClientIDList"].as_array_mut().unwrap();
            if !list.contains(&given["ClientID"]) {
                list.push(given["ClientID"].clone());
            }
            Ok(json!({}))
        }),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        match request.client_id {
            None => state["it"] = Value::Null,
            Some(_) => state["it"]["ClientIDList"] = json!(["own"]),
        }
    },
    // The whole provider is all that there is.
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const AUDIENCE: Case = Case {
    name: "remove-oidc-provider: an audience",
    response: || Request { provider_arn: ARN.to_owned(), client_id: Some("door".to_owned()) }.into(),
    meddle: Some(|state| state["it"]["ThumbprintList"] = json!(["bb"])),
    ..CASE
};
