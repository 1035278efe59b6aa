//! `deactivate-access-key`: sets one access key inactive.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use riposte_core::event::Scope;
use riposte_core::finding::IamPrincipal;
use riposte_core::guardrail::{Approved, Undo};
use riposte_core::plan::{ActionId, Change, KeyStatus, Plan, Response, Snapshot};
use serde_json::{Value, json};

use super::{Action, ActionMeta, Boxed, Permission, Planned, change, iam_principal, not_mine};
use crate::clients::Regional;
use crate::fault::Fault;

/// The catalogue's entry.
pub(super) const META: ActionMeta = ActionMeta {
    id: ActionId::DeactivateAccessKey,
    title: "Deactivate an access key",
    permissions: &[Permission {
        actions: &["iam:GetUser", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
        resources: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"],
    }],
    undo_permissions: &[],
    reversibility: "complete: the key is set active again; its secret never changed",
    prose: "\
## What it does
Sets the one access key that the finding names to `Inactive`. Calls signed with it are refused from then on.

## What it keeps
The key itself (nothing is deleted), the user, and the user's other keys, as they are.

## Undo
Sets the key to `Active` again. Refused where the user's keys have changed since.
",
};

/// The action.
#[derive(Debug)]
pub struct DeactivateAccessKey {
    iam: Regional<Client>,
}

impl DeactivateAccessKey {
    /// The action with clients of this configuration.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig) -> Self {
        Self { iam: Regional::new(config, Client::new) }
    }

    async fn planned(&self, scope: &Scope, response: &Response) -> Result<Planned, Fault> {
        let Response::DeactivateAccessKey { user_name, access_key_id } = response else {
            return Err(not_mine("iam:UpdateAccessKey", META.id));
        };
        let iam = self.iam.of(&scope.region);
        let described = match iam_principal::resolve(&iam, &IamPrincipal::User(user_name.clone())).await? {
            Ok(described) => described,
            Err(planned) => return Ok(planned),
        };
        let before = keys(&iam, user_name).await?;
        let status = before.0.get(access_key_id).and_then(|key| key.get("Status")).and_then(Value::as_str);
        let note = match status {
            None => return Ok(Planned::Gone(format!("the key {access_key_id} no longer exists"))),
            Some("Active") => None,
            Some(_) => Some("the key is inactive already".to_owned()),
        };
        let set = |status| {
            let (user_name, access_key_id) = (user_name.clone(), access_key_id.clone());
            if note.is_none() { vec![Change::SetKeyStatus { user_name, access_key_id, status }] } else { Vec::new() }
        };
        let (changes, undo) = (set(KeyStatus::Inactive), set(KeyStatus::Active));
        let delta = if changes.is_empty() {
            BTreeMap::new()
        } else {
            BTreeMap::from([(access_key_id.clone(), Some(part(access_key_id, "Inactive")))])
        };
        Ok(Planned::Plan(Box::new(Plan {
            action: META.id,
            response: response.clone(),
            resource_arn: described.arn,
            tags: described.tags,
            before,
            delta,
            changes,
            undo,
            note,
        })))
    }
}

impl Action for DeactivateAccessKey {
    fn meta(&self) -> &'static ActionMeta {
        &META
    }

    fn plan<'a>(&'a self, scope: &'a Scope, response: &'a Response) -> Boxed<'a, Result<Planned, Fault>> {
        Box::pin(self.planned(scope, response))
    }

    fn apply<'a>(&'a self, scope: &'a Scope, plan: &'a Approved<Plan>) -> Boxed<'a, Result<(), Fault>> {
        change::apply(self.iam.of(&scope.region), plan)
    }

    fn read<'a>(&'a self, scope: &'a Scope, plan: &'a Plan) -> Boxed<'a, Result<Snapshot, Fault>> {
        Box::pin(async move {
            let Response::DeactivateAccessKey { user_name, .. } = &plan.response else {
                return Err(not_mine("iam:ListAccessKeys", META.id));
            };
            keys(&self.iam.of(&scope.region), user_name).await
        })
    }

    fn undo<'a>(
        &'a self,
        scope: &'a Scope,
        undo: &'a Approved<Undo>,
        made: &'a mut Vec<String>,
    ) -> Boxed<'a, Result<(), Fault>> {
        change::undo(self.iam.of(&scope.region), undo, made)
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
