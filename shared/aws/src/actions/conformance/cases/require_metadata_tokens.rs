//! `require-metadata-tokens`.

use riposte_core::action::RequireMetadataTokens as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RequireMetadataTokens;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "require-metadata-tokens",
    action: || Box::new(RequireMetadataTokens),
    response: || Request { instance_id: "i-1".to_owned() }.into(),
    state: |_, _| json!({ "it": { "HttpTokens": "optional", "HttpPutResponseHopLimit": 1 }, "other": true }),
    calls: &[
        ("ec2:DescribeInstances", |state, _| {
            it(state, "InvalidInstanceID.NotFound")
                .map(|it| json!({ "Reservations": [{ "Instances": [{ "MetadataOptions": it }] }] }))
        }),
        ("ec2:DescribeTags", |_, _| Ok(json!({}))),
        ("ec2:ModifyInstanceMetadataOptions", |state, given| {
            state["it"]["HttpTokens"] = given["HttpTokens"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["HttpTokens"] = json!("required");
    },
    meddle: Some(|state| state["it"]["HttpPutResponseHopLimit"] = json!(2)),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
