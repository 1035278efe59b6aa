//! `disable-anywhere-profile`: disable a Roles Anywhere profile.

use riposte_core::action::{ActionId, DisableAnywhereProfile as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DisableAnywhereProfile;

impl Setting for DisableAnywhereProfile {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::ROLESANYWHERE];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DisableAnywhereProfile,
        title: "Disable a Roles Anywhere profile",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:rolesanywhere:${AWS::Region}:${AWS::AccountId}:profile/*"], &["rolesanywhere:GetProfile", "rolesanywhere:ListTagsForResource", "rolesanywhere:DisableProfile"])],
        undo_permissions: &[Permission::on(&["arn:${AWS::Partition}:rolesanywhere:${AWS::Region}:${AWS::AccountId}:profile/*"], &["rolesanywhere:EnableProfile"])],
        reversibility: "complete: the profile can be enabled again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Disables the profile that the finding names: no sessions of its roles are made any more. Sessions that were \
made before live on until they expire.

## What it keeps
The profile's roles and policies, and every other profile and trust anchor.

## Undo
Enables the profile again.
",
    };

    const PART: &'static str = "enabled";

    const STEADY: &'static [&'static str] = &["name", "roleArns", "managedPolicyArns", "sessionPolicy"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("rolesanywhere", &format!("profile/{}", request.profile_id))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        Ok(member(&site.get("rolesanywhere:GetProfile", json!({ "profileId": request.profile_id })).await?, "/profile"))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value == Value::Bool(true)).then(|| Value::Bool(false))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let enable = *value == Value::Bool(true);
        let call = if enable { "rolesanywhere:EnableProfile" } else { "rolesanywhere:DisableProfile" };
        (call, json!({ "profileId": request.profile_id }))
    }
}
