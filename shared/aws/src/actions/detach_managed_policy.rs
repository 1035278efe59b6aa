//! `detach-managed-policy`: takes one managed policy off a user, role or group.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::AttachedPolicy;
use riposte_core::event::Scope;
use riposte_core::finding::IamPrincipal;
use riposte_core::guardrail::{Approved, Undo};
use riposte_core::plan::{ActionId, Change, Plan, Response, Snapshot};
use serde_json::json;

use super::{Action, ActionMeta, Boxed, Permission, Planned, change, iam_principal, not_mine};
use crate::clients::Regional;
use crate::fault::Fault;

/// The catalogue's entry.
pub(super) const META: ActionMeta = ActionMeta {
    id: ActionId::DetachManagedPolicy,
    title: "Detach a managed policy",
    permissions: &[
        Permission {
            actions: &["iam:GetUser", "iam:ListAttachedUserPolicies", "iam:DetachUserPolicy"],
            resources: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"],
        },
        Permission {
            actions: &["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:DetachRolePolicy"],
            resources: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"],
        },
        Permission {
            actions: &["iam:GetGroup", "iam:ListAttachedGroupPolicies", "iam:DetachGroupPolicy"],
            resources: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:group/*"],
        },
    ],
    undo_permissions: &["iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:AttachGroupPolicy"],
    reversibility: "complete: attaching the policy again restores the same grant",
    prose: "\
## What it does
Detaches the one policy that the finding names from the one user, role or group. Permissions end with the \
next call that the principal makes.

## What it keeps
Every other attached policy, every inline policy, the policy itself, and the principal's keys and sessions.

## Undo
Attaches the same policy to the same principal again. Refused where the principal's attached policies have \
changed since.
",
};

/// The action.
#[derive(Debug)]
pub struct DetachManagedPolicy {
    iam: Regional<Client>,
}

impl DetachManagedPolicy {
    /// The action with clients of this configuration.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig) -> Self {
        Self { iam: Regional::new(config, Client::new) }
    }

    async fn planned(&self, scope: &Scope, response: &Response) -> Result<Planned, Fault> {
        let Response::DetachManagedPolicy { principal, policy_arn } = response else {
            return Err(not_mine("iam:DetachUserPolicy", META.id));
        };
        let iam = self.iam.of(&scope.region);
        let described = match iam_principal::resolve(&iam, principal).await? {
            Ok(described) => described,
            Err(planned) => return Ok(planned),
        };
        let before = attached(&iam, principal).await?;
        let is_there = before.0.contains_key(policy_arn);
        let (principal, policy_arn) = (principal.clone(), policy_arn.clone());
        let there = |change| if is_there { vec![change] } else { Vec::new() };
        Ok(Planned::Plan(Box::new(Plan {
            action: META.id,
            response: response.clone(),
            resource_arn: described.arn,
            tags: described.tags,
            delta: if is_there { BTreeMap::from([(policy_arn.clone(), None)]) } else { BTreeMap::new() },
            changes: there(Change::DetachPolicy { principal: principal.clone(), policy_arn: policy_arn.clone() }),
            undo: there(Change::AttachPolicy { principal, policy_arn }),
            before,
            note: (!is_there).then(|| "the policy is no longer attached".to_owned()),
        })))
    }
}

impl Action for DetachManagedPolicy {
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
            let Response::DetachManagedPolicy { principal, .. } = &plan.response else {
                return Err(not_mine("iam:ListAttachedUserPolicies", META.id));
            };
            attached(&self.iam.of(&scope.region), principal).await
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

/// The policies attached to a principal, by ARN.
async fn attached(iam: &Client, principal: &IamPrincipal) -> Result<Snapshot, Fault> {
    let mut parts = BTreeMap::new();
    let mut marker: Option<String> = None;
    loop {
        let (page, next) = page(iam, principal, marker).await?;
        for policy in page {
            if let Some(arn) = policy.policy_arn() {
                parts.insert(arn.to_owned(), json!({ "PolicyArn": arn, "PolicyName": policy.policy_name() }));
            }
        }
        match next {
            Some(next) => marker = Some(next),
            None => return Ok(Snapshot(parts)),
        }
    }
}

async fn page(
    iam: &Client,
    principal: &IamPrincipal,
    marker: Option<String>,
) -> Result<(Vec<AttachedPolicy>, Option<String>), Fault> {
    match principal {
        IamPrincipal::User(name) => {
            let answer = iam.list_attached_user_policies().user_name(name).set_marker(marker).send().await;
            let answer = answer.map_err(Fault::of("iam:ListAttachedUserPolicies"))?;
            Ok((answer.attached_policies().to_vec(), answer.marker().map(str::to_owned)))
        }
        IamPrincipal::Role(name) => {
            let answer = iam.list_attached_role_policies().role_name(name).set_marker(marker).send().await;
            let answer = answer.map_err(Fault::of("iam:ListAttachedRolePolicies"))?;
            Ok((answer.attached_policies().to_vec(), answer.marker().map(str::to_owned)))
        }
        IamPrincipal::Group(name) => {
            let answer = iam.list_attached_group_policies().group_name(name).set_marker(marker).send().await;
            let answer = answer.map_err(Fault::of("iam:ListAttachedGroupPolicies"))?;
            Ok((answer.attached_policies().to_vec(), answer.marker().map(str::to_owned)))
        }
    }
}
