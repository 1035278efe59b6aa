//! `disable-trust-anchor`: disable a Roles Anywhere trust anchor.

use riposte_core::action::{ActionId, DisableTrustAnchor as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DisableTrustAnchor;

impl Setting for DisableTrustAnchor {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::ROLESANYWHERE];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DisableTrustAnchor,
        title: "Disable a Roles Anywhere trust anchor",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:rolesanywhere:${AWS::Region}:${AWS::AccountId}:trust-anchor/*"], &["rolesanywhere:GetTrustAnchor", "rolesanywhere:ListTagsForResource", "rolesanywhere:DisableTrustAnchor"])],
        undo_permissions: &[Permission::on(&["arn:${AWS::Partition}:rolesanywhere:${AWS::Region}:${AWS::AccountId}:trust-anchor/*"], &["rolesanywhere:EnableTrustAnchor"])],
        reversibility: "complete: the trust anchor can be enabled again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Disables the trust anchor that the finding names: certificates that chain to it get no sessions any more. \
Sessions that were made before live on until they expire.

## What it keeps
The anchor's certificate and every other anchor and profile.

## Undo
Enables the trust anchor again.
",
    };

    const PART: &'static str = "enabled";

    const STEADY: &'static [&'static str] = &["name", "source"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("rolesanywhere", &format!("trust-anchor/{}", request.trust_anchor_id))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        Ok(member(&site.get("rolesanywhere:GetTrustAnchor", json!({ "trustAnchorId": request.trust_anchor_id })).await?, "/trustAnchor"))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value == Value::Bool(true)).then(|| Value::Bool(false))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let enable = *value == Value::Bool(true);
        let call = if enable { "rolesanywhere:EnableTrustAnchor" } else { "rolesanywhere:DisableTrustAnchor" };
        (call, json!({ "trustAnchorId": request.trust_anchor_id }))
    }
}
