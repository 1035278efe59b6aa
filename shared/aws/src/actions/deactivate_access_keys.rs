//! `deactivate-access-keys`: sets every active access key of a user inactive.

use riposte_core::action::{ActionId, DeactivateAccessKeys as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DeactivateAccessKeys;

/// What a person must know beside the change.
const SESSIONS: &str = "sessions that were made with the keys (AssumeRole, GetSessionToken, GetFederationToken) live \
on until they expire: to end them, deny the user until then and revoke the sessions of the roles that it assumed";

impl Contain for DeactivateAccessKeys {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DeactivateAccessKeys,
        title: "Deactivate all access keys of a user",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"],
            &["iam:GetUser", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
        )],
        undo_permissions: &[],
        reversibility: "complete: the keys are set active again; their secrets never changed",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Sets each active access key of the user that the finding names to `Inactive`, where it is not known which of them \
leaked. Sessions that were made with a key before live on until they expire, up to 36 hours; the notice says so.

## What it keeps
The keys themselves (nothing is deleted), those that were inactive before, the user, its password and its policies.

## Undo
Sets the keys that it deactivated to `Active` again. Refused where the user's keys have changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let name = &request.user_name;
        let Some(user) = site.find("iam:GetUser", json!({ "UserName": name })).await? else {
            return Ok(Planned::Gone(format!("the user {name} does not exist")));
        };
        let before = keys(site, name).await?;
        let arn = user.pointer("/User/Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        let plan = Plan::of(request.clone().into(), arn, before.clone()).tagged(tags::read(user.pointer("/User/Tags")));
        let mut plan = plan;
        for key in before.0.iter().filter(|(_, status)| status.as_str() == Some("Active")).map(|(key, _)| key) {
            let set = |status: &str| {
                let parameters = json!({ "UserName": name, "AccessKeyId": key, "Status": status });
                change("iam:UpdateAccessKey", &parameters, [(key.clone(), Some(json!(status)))])
            };
            plan = plan.then(set("Inactive")?, [set("Active")?]);
        }
        let note = if plan.changes.is_empty() { "the user has no active access key" } else { SESSIONS };
        Ok(plan.noted(note).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        keys(site, &request.user_name).await
    }
}

/// The status of each key of the user, by the key's id.
async fn keys(site: &Site<'_>, user: &str) -> Result<Snapshot, Fault> {
    let named = json!({ "UserName": user });
    let keys = site.list("iam:ListAccessKeys", named, "AccessKeyMetadata", ("Marker", "Marker")).await?;
    let status = |key: &Value| Some((key.get("AccessKeyId")?.as_str()?.to_owned(), key.get("Status")?.clone()));
    Ok(Snapshot(keys.iter().filter_map(status).collect()))
}
