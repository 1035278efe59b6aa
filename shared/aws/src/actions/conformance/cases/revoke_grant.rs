//! `revoke-grant`.

use riposte_core::action::RevokeGrant as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RevokeGrant;
use crate::actions::conformance::Case;
use crate::testing::refuse;

pub(super) const CASE: Case = Case {
    name: "revoke-grant",
    action: || Box::new(RevokeGrant),
    response: || Request { key_id: "k1".to_owned(), grant_id: "g1".to_owned() }.into(),
    state: |response, _| {
        let request: Request = response.read().unwrap();
        json!({
            "it": [
                { "GrantId": "own", "GranteePrincipal": "arn:aws:iam::111122223333:role/app", "Operations": ["Decrypt"] },
                {
                    "GrantId": request.grant_id, "GranteePrincipal": "arn:aws:iam::444455556666:role/reader", "Name": "",
                    "Operations": ["Decrypt", "DescribeKey"], "Constraints": { "EncryptionContextEquals": { "a": "b" } },
                },
            ],
            "other": true,
        })
    },
    calls: &[
        ("kms:ListGrants", |state, _| it(state, "NotFoundException").map(|grants| json!({ "Grants": grants }))),
        ("kms:ListResourceTags", |_, _| Ok(json!({ "Tags": [] }))),
        ("kms:RevokeGrant", |state, given| {
            let list = state["it"].as_array_mut().unwrap();
            let before = list.len();
            list.retain(|grant| grant["GrantId"] != given["GrantId"]);
            if list.len() == before { refuse("NotFoundException") } else { Ok(json!({})) }
        }),
        ("kms:CreateGrant", |state, given| {
            let mut grant = given.clone();
            grant.as_object_mut().unwrap().remove("KeyId");
            grant["GrantId"] = json!("made-anew");
            grant["Name"] = json!("");
            let list = state["it"].as_array_mut().unwrap();
            // With the same terms KMS makes another one; this fake keeps one, as its answer to a repetition.
            list.retain(|grant| grant["GrantId"] != "made-anew");
            list.push(grant);
            Ok(json!({ "GrantId": "made-anew" }))
        }),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        state["it"].as_array_mut().unwrap().retain(|grant| grant["GrantId"] != request.grant_id.as_str());
    },
    // It reads nothing else.
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |state| {
        let list = state["it"].as_array_mut().unwrap();
        list.iter_mut()
            .filter(|grant| grant["GrantId"] != "own")
            .for_each(|grant| grant["GrantId"] = json!("made-anew"));
    },
};
