//! `deactivate-access-key`: sets one access key inactive.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use riposte_core::action::{ActionId, DeactivateAccessKey as Request};
use riposte_core::finding::IamPrincipal;
use riposte_core::plan::{Plan, Snapshot};
use serde::Serialize;
use serde_json::{Value, json};

use super::iam_principal::resolve;
use super::{ActionMeta, Contain, Permission, Planned, Site, change};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DeactivateAccessKey;

/// What IAM is asked for, either way.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters<'a> {
    user_name: &'a str,
    access_key_id: &'a str,
    status: &'a str,
}

/// What a person must know beside the change.
const SESSIONS: &str = "sessions that were made with the key (AssumeRole, GetSessionToken, GetFederationToken) live on \
until they expire: to end them, deny the user until then and revoke the sessions of the roles that it assumed";

impl Contain for DeactivateAccessKey {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DeactivateAccessKey,
        title: "Deactivate an access key",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"],
            &["iam:GetUser", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
        )],
        undo_permissions: &[],
        reversibility: "complete: the key is set active again; its secret never changed",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets the one access key that the finding names to `Inactive`. Calls signed with it are refused from then on.

Sessions that were made with the key before live on until they expire, up to 36 hours: those of `AssumeRole`, of \
`GetSessionToken` and of `GetFederationToken`. The notice says so. They end when the user is denied everything (for \
tokens of the user itself) and when the sessions of the roles that it assumed are revoked.

## What it keeps
The key itself (nothing is deleted), the user, and the user's other keys, as they are.

## Undo
Sets the key to `Active` again. Refused where the user's keys have changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let iam = site.iam();
        let Request { user_name, access_key_id } = &request;
        let described = match resolve(&iam, &IamPrincipal::User(user_name.clone())).await? {
            Ok(described) => described,
            Err(planned) => return Ok(planned),
        };
        let before = keys(&iam, user_name).await?;
        let status = before.0.get(access_key_id).and_then(|key| key.get("Status")).and_then(Value::as_str);
        let is_active = match status {
            None => return Ok(Planned::Gone(format!("the key {access_key_id} no longer exists"))),
            Some(status) => status == "Active",
        };
        let plan = Plan::of(request.clone().into(), described.arn, before).tagged(described.tags);
        if !is_active {
            return Ok(plan.noted("the key is inactive already").into());
        }
        let set = |status| {
            let delta = [(access_key_id.clone(), Some(part(access_key_id, status)))];
            change("iam:UpdateAccessKey", &Parameters { user_name, access_key_id, status }, delta)
        };
        Ok(plan.then(set("Inactive")?, [set("Active")?]).noted(SESSIONS).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        keys(&site.iam(), &request.user_name).await
    }

    /// An empty plan shows the key that is inactive.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

fn part(id: &str, status: &str) -> Value {
    json!({ "AccessKeyId": id, "Status": status })
}

/// A user's keys with their status, by id.
async fn keys(iam: &Client, user_name: &str) -> Result<Snapshot, Fault> {
    let mut parts = BTreeMap::new();
    let mut marker: Option<String> = None;
    loop {
        let page = iam.list_access_keys().user_name(user_name).set_marker(marker).send().await;
        let page = page.map_err(Fault::of("iam:ListAccessKeys"))?;
        for key in page.access_key_metadata() {
            if let (Some(id), Some(status)) = (key.access_key_id(), key.status()) {
                parts.insert(id.to_owned(), part(id, status.as_str()));
            }
        }
        marker = page.marker().map(str::to_owned);
        if marker.is_none() {
            return Ok(Snapshot(parts));
        }
    }
}
