//! `restore-copy-block`.

use riposte_core::action::{Response, RestoreCopyBlock as Request};
use serde_json::{Value, json};

use super::it;
use crate::actions::RestoreCopyBlock;
use crate::actions::conformance::Case;
use crate::testing::Handler;

fn laid(response: &Response, _: Option<&Value>) -> Value {
    let name = if response.read::<Request>().unwrap().images { "ImageBlockPublicAccessState" } else { "State" };
    json!({ "it": { name: "unblocked" }, "other": true })
}

/// Of snapshots and of images.
const CALLS: &[(&str, Handler)] = &[
    ("ec2:GetSnapshotBlockPublicAccessState", |state, _| it(state, "UnsupportedOperation")),
    ("ec2:EnableSnapshotBlockPublicAccess", |state, given| {
        state["it"]["State"] = given["State"].clone();
        Ok(json!({}))
    }),
    ("ec2:DisableSnapshotBlockPublicAccess", |state, _| {
        state["it"]["State"] = json!("unblocked");
        Ok(json!({}))
    }),
    ("ec2:GetImageBlockPublicAccessState", |state, _| it(state, "UnsupportedOperation")),
    ("ec2:EnableImageBlockPublicAccess", |state, given| {
        state["it"]["ImageBlockPublicAccessState"] = given["ImageBlockPublicAccessState"].clone();
        Ok(json!({}))
    }),
    ("ec2:DisableImageBlockPublicAccess", |state, _| {
        state["it"]["ImageBlockPublicAccessState"] = json!("unblocked");
        Ok(json!({}))
    }),
];

pub(super) const CASE: Case = Case {
    name: "restore-copy-block",
    action: || Box::new(RestoreCopyBlock),
    response: || Request { images: false }.into(),
    state: laid,
    calls: CALLS,
    contain: |state, _| {
        state["it"]["State"] = json!("block-all-sharing");
    },
    meddle: None,
    // A setting of the account is never gone; nothing is to be done where it is as it should be.
    remove: |state| state["it"]["State"] = json!("block-all-sharing"),
    scar: |_| {},
};

pub(super) const IMAGES: Case = Case {
    name: "restore-copy-block of images",
    action: || Box::new(RestoreCopyBlock),
    response: || Request { images: true }.into(),
    state: laid,
    calls: CALLS,
    contain: |state, _| state["it"]["ImageBlockPublicAccessState"] = json!("block-new-sharing"),
    meddle: None,
    remove: |state| state["it"]["ImageBlockPublicAccessState"] = json!("block-new-sharing"),
    scar: |_| {},
};
