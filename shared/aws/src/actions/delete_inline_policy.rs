//! `delete-inline-policy`: deletes one inline policy of a user, role or group and keeps its document.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use riposte_core::arn::partition;
use riposte_core::event::Scope;
use riposte_core::finding::IamPrincipal;
use riposte_core::guardrail::{Approved, Undo};
use riposte_core::iam::Policy;
use riposte_core::plan::{ActionId, Change, Plan, Response, Snapshot};
use riposte_core::text::url_decoded;
use serde_json::{Value, json};

use super::{Action, ActionMeta, Boxed, Permission, Planned, change, iam_principal, not_mine};
use crate::clients::Regional;
use crate::fault::{Fault, Kind};

/// The catalogue's entry.
pub(super) const META: ActionMeta = ActionMeta {
    id: ActionId::DeleteInlinePolicy,
    title: "Delete an inline policy",
    permissions: &[
        Permission {
            actions: &["iam:GetUser", "iam:ListUserPolicies", "iam:GetUserPolicy", "iam:DeleteUserPolicy"],
            resources: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"],
        },
        Permission {
            actions: &["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:DeleteRolePolicy"],
            resources: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"],
        },
        Permission {
            actions: &["iam:GetGroup", "iam:ListGroupPolicies", "iam:GetGroupPolicy", "iam:DeleteGroupPolicy"],
            resources: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:group/*"],
        },
    ],
    undo_permissions: &["iam:PutUserPolicy", "iam:PutRolePolicy", "iam:PutGroupPolicy"],
    reversibility: "complete: the document is kept in the ledger, sealed, and put back as it was",
    prose: "\
## What it does
Deletes the one inline policy that the finding names. Its document is written to the ledger before.

## What it keeps
Every other inline policy (compared by name) and every attached policy of the principal. A policy that was \
overwritten since the event and grants no administrator power any more is left alone.

## Undo
Puts the policy back under the same name with the same document, character for character. Refused where the \
principal's inline policies have changed since.
",
};

/// The action.
#[derive(Debug)]
pub struct DeleteInlinePolicy {
    iam: Regional<Client>,
}

impl DeleteInlinePolicy {
    /// The action with clients of this configuration.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig) -> Self {
        Self { iam: Regional::new(config, Client::new) }
    }

    async fn planned(&self, scope: &Scope, response: &Response) -> Result<Planned, Fault> {
        let Response::DeleteInlinePolicy { principal, policy_name } = response else {
            return Err(not_mine("iam:DeleteUserPolicy", META.id));
        };
        let iam = self.iam.of(&scope.region);
        let described = match iam_principal::resolve(&iam, principal).await? {
            Ok(described) => described,
            Err(planned) => return Ok(planned),
        };
        let before = inline(&iam, principal, policy_name).await?;
        let document = before.0.get(policy_name).and_then(|part| part.get("PolicyDocument")).and_then(Value::as_str);
        let (changes, undo, note) = match document {
            None => (Vec::new(), Vec::new(), Some("the inline policy no longer exists".to_owned())),
            // The name may stand for another document by now: an event can be late.
            Some(document) if !grants_admin(document, scope)? => {
                let note = "the inline policy was changed since and grants no administrator power any more";
                (Vec::new(), Vec::new(), Some(note.to_owned()))
            }
            Some(document) => {
                let (principal, policy_name) = (principal.clone(), policy_name.clone());
                let undo = Change::PutPolicy {
                    principal: principal.clone(),
                    policy_name: policy_name.clone(),
                    document: document.to_owned(),
                };
                (vec![Change::DeletePolicy { principal, policy_name }], vec![undo], None)
            }
        };
        let delta = if changes.is_empty() { BTreeMap::new() } else { BTreeMap::from([(policy_name.clone(), None)]) };
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

impl Action for DeleteInlinePolicy {
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
            let Response::DeleteInlinePolicy { principal, policy_name } = &plan.response else {
                return Err(not_mine("iam:ListUserPolicies", META.id));
            };
            inline(&self.iam.of(&scope.region), principal, policy_name).await
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

fn grants_admin(document: &str, scope: &Scope) -> Result<bool, Fault> {
    let policy = Policy::parse(document).map_err(|e| Fault::refused("iam:GetUserPolicy", e.to_string()))?;
    Ok(policy.grants_admin(partition(&scope.region), &scope.account).is_some())
}

/// The names of a principal's inline policies; of `wanted`, the document too. Reading every document
/// would cost a call for each and tell nothing that the action needs.
async fn inline(iam: &Client, principal: &IamPrincipal, wanted: &str) -> Result<Snapshot, Fault> {
    let mut parts = BTreeMap::new();
    let mut marker: Option<String> = None;
    loop {
        let (names, next) = page(iam, principal, marker).await?;
        for name in names {
            let part = json!({ "PolicyName": name });
            parts.insert(name, part);
        }
        match next {
            Some(next) => marker = Some(next),
            None => break,
        }
    }
    if parts.contains_key(wanted) {
        match document(iam, principal, wanted).await {
            Ok(text) => {
                let decoded = url_decoded(&text).into_owned();
                parts.insert(wanted.to_owned(), json!({ "PolicyName": wanted, "PolicyDocument": decoded }));
            }
            // Deleted between the two calls.
            Err(fault) if fault.kind == Kind::Gone => {
                parts.remove(wanted);
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(Snapshot(parts))
}

async fn page(
    iam: &Client,
    principal: &IamPrincipal,
    marker: Option<String>,
) -> Result<(Vec<String>, Option<String>), Fault> {
    match principal {
        IamPrincipal::User(name) => {
            let answer = iam.list_user_policies().user_name(name).set_marker(marker).send().await;
            let answer = answer.map_err(Fault::of("iam:ListUserPolicies"))?;
            Ok((answer.policy_names().to_vec(), answer.marker().map(str::to_owned)))
        }
        IamPrincipal::Role(name) => {
            let answer = iam.list_role_policies().role_name(name).set_marker(marker).send().await;
            let answer = answer.map_err(Fault::of("iam:ListRolePolicies"))?;
            Ok((answer.policy_names().to_vec(), answer.marker().map(str::to_owned)))
        }
        IamPrincipal::Group(name) => {
            let answer = iam.list_group_policies().group_name(name).set_marker(marker).send().await;
            let answer = answer.map_err(Fault::of("iam:ListGroupPolicies"))?;
            Ok((answer.policy_names().to_vec(), answer.marker().map(str::to_owned)))
        }
    }
}

async fn document(iam: &Client, principal: &IamPrincipal, policy: &str) -> Result<String, Fault> {
    match principal {
        IamPrincipal::User(name) => {
            let answer = iam.get_user_policy().user_name(name).policy_name(policy).send().await;
            Ok(answer.map_err(Fault::of("iam:GetUserPolicy"))?.policy_document().to_owned())
        }
        IamPrincipal::Role(name) => {
            let answer = iam.get_role_policy().role_name(name).policy_name(policy).send().await;
            Ok(answer.map_err(Fault::of("iam:GetRolePolicy"))?.policy_document().to_owned())
        }
        IamPrincipal::Group(name) => {
            let answer = iam.get_group_policy().group_name(name).policy_name(policy).send().await;
            Ok(answer.map_err(Fault::of("iam:GetGroupPolicy"))?.policy_document().to_owned())
        }
    }
}
