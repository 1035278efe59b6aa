//! `disable-lifecycle-rule`.

use riposte_core::action::DisableLifecycleRule as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::DisableLifecycleRule;
use crate::actions::conformance::Case;
use crate::testing::refuse;

fn rules(status: &str) -> Value {
    json!({
        "Rules": [
            { "ID": "logs", "Status": "Enabled", "Filter": { "Prefix": "logs/" }, "Expiration": { "Days": 1 } },
            { "ID": "all", "Status": status, "Filter": { "Prefix": "" }, "Expiration": { "Days": 1 } },
            { "ID": "year", "Status": "Enabled", "Filter": { "Prefix": "" }, "Expiration": { "Days": 365 } },
        ],
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
    })
}

pub(super) const CASE: Case = Case {
    name: "disable-lifecycle-rule",
    action: || Box::new(DisableLifecycleRule),
    response: || Request { bucket: "pay".to_owned(), set_at: "2026-11-22T10:00:00Z".to_owned() }.into(),
    state: |_, _| json!({ "it": rules("Enabled"), "other": true }),
    calls: &[
        ("s3:GetBucketLifecycleConfiguration", |state, _| it(state, "NoSuchBucket")),
        ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
        ("s3:PutBucketLifecycleConfiguration", |state, given| {
            let size = given["TransitionDefaultMinimumObjectSize"].as_str().unwrap_or("all_storage_classes_128K");
            let rules = given["LifecycleConfiguration"]["Rules"].clone();
            state["it"] = json!({ "Rules": rules, "TransitionDefaultMinimumObjectSize": size });
            Ok(json!({}))
        }),
    ],
    contain: |state, _| state["it"] = rules("Disabled"),
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
