//! `restore-default-policy-version`.

use riposte_core::action::RestoreDefaultPolicyVersion as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RestoreDefaultPolicyVersion;
use crate::actions::conformance::Case;
use crate::testing::refuse;

/// The number of the offending version.
fn offending(response: &riposte_core::action::Response) -> u32 {
    response.read::<Request>().unwrap().version_id.trim_start_matches('v').parse().unwrap()
}

pub(super) const CASE: Case = Case {
    name: "restore-default-policy-version",
    action: || Box::new(RestoreDefaultPolicyVersion),
    response: || {
        Request { policy_arn: "arn:aws:iam::111122223333:policy/app".to_owned(), version_id: "v12".to_owned() }.into()
    },
    state: |response, _| {
        let newest = offending(response);
        let older = newest.checked_sub(1).filter(|n| *n > 0).map(|n| format!("v{n}"));
        let versions: Vec<_> = older.into_iter().chain([format!("v{newest}")]).collect();
        json!({ "it": { "default": format!("v{newest}"), "versions": versions }, "other": true })
    },
    calls: &[
        ("iam:GetPolicy", |state, _| {
            let tags = json!([{ "Key": "riposte:restorable", "Value": "true" }]);
            it(state, "NoSuchEntity").map(|it| json!({ "Policy": { "DefaultVersionId": it["default"], "Tags": tags } }))
        }),
        ("iam:ListPolicyVersions", |state, _| {
            let it = it(state, "NoSuchEntity")?;
            let versions = it["versions"].as_array().unwrap().iter().map(|id| json!({ "VersionId": id }));
            Ok(json!({ "Versions": versions.collect::<Vec<_>>() }))
        }),
        ("iam:SetDefaultPolicyVersion", |state, given| {
            if !state["it"]["versions"].as_array().unwrap().contains(&given["VersionId"]) {
                return refuse("NoSuchEntity");
            }
            state["it"]["default"] = given["VersionId"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, response| state["it"]["default"] = json!(format!("v{}", offending(response) - 1)),
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
