//! `restore-copy-block`: blocks that snapshots or images are made public, in the region.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, RestoreCopyBlock as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreCopyBlock;

const UNBLOCKED: &str = "unblocked";

impl Setting for RestoreCopyBlock {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreCopyBlock,
        title: "Block public snapshots or images again",
        permissions: &[Permission::anywhere(&[
            "ec2:EnableImageBlockPublicAccess",
            "ec2:EnableSnapshotBlockPublicAccess",
            "ec2:GetImageBlockPublicAccessState",
            "ec2:GetSnapshotBlockPublicAccessState",
        ])],
        undo_permissions: &[Permission::anywhere(&[
            "ec2:DisableImageBlockPublicAccess",
            "ec2:DisableSnapshotBlockPublicAccess",
        ])],
        reversibility: "complete: the block can be lifted again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Blocks that snapshots (or machine images) of the region are made public. Snapshots: those that are shared publicly \
already are hidden too. Images: those that are public already stay so, and it may take ten minutes until AWS says \
that the block stands.

## What it keeps
Sharing with single accounts.

## Undo
Lifts the block again.
",
    };

    const PART: &'static str = "State";

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("ec2", if request.images { "image-block-public-access" } else { "snapshot-block-public-access" })
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        let (call, at) = if request.images {
            ("ec2:GetImageBlockPublicAccessState", "/ImageBlockPublicAccessState")
        } else {
            ("ec2:GetSnapshotBlockPublicAccessState", "/State")
        };
        Ok(json!({ Self::PART: member(&site.get(call, json!({})).await?, at) }))
    }

    fn wanted(request: &Request, value: &Value) -> Option<Value> {
        let blocked = if request.images { "block-new-sharing" } else { "block-all-sharing" };
        (value.as_str() == Some(UNBLOCKED)).then(|| json!(blocked))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let blocks = value.as_str() != Some(UNBLOCKED);
        match (request.images, blocks) {
            (true, true) => ("ec2:EnableImageBlockPublicAccess", json!({ "ImageBlockPublicAccessState": value })),
            (true, false) => ("ec2:DisableImageBlockPublicAccess", json!({})),
            (false, true) => ("ec2:EnableSnapshotBlockPublicAccess", json!({ "State": value })),
            (false, false) => ("ec2:DisableSnapshotBlockPublicAccess", json!({})),
        }
    }

    /// It is a setting of the account: it has no tags.
    async fn tags(_: &Site<'_>, _: &Request) -> Result<BTreeMap<String, String>, Fault> {
        Ok(BTreeMap::new())
    }
}
