//! `detach-managed-policy`: takes one managed policy off a user, role or group.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::AttachedPolicy;
use riposte_core::action::{ActionId, DetachManagedPolicy as Request};
use riposte_core::finding::IamPrincipal;
use riposte_core::plan::{Plan, Snapshot};
use serde::Serialize;
use serde_json::json;

use super::iam_principal::{Named, resolve};
use super::{ActionMeta, Contain, Permission, Planned, Site, change};
use crate::api::{Model, models};
use crate::fault::Fault;

const USERS: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"];
const ROLES: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"];
const GROUPS: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:group/*"];

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DetachManagedPolicy;

/// What IAM is asked for, either way.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters<'a> {
    #[serde(flatten)]
    principal: Named<'a>,
    policy_arn: &'a str,
}

impl Contain for DetachManagedPolicy {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DetachManagedPolicy,
        title: "Detach a managed policy",
        permissions: &[
            Permission::on(USERS, &["iam:GetUser", "iam:ListAttachedUserPolicies", "iam:DetachUserPolicy"]),
            Permission::on(ROLES, &["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:DetachRolePolicy"]),
            Permission::on(GROUPS, &["iam:GetGroup", "iam:ListAttachedGroupPolicies", "iam:DetachGroupPolicy"]),
        ],
        undo_permissions: &[
            Permission::on(USERS, &["iam:AttachUserPolicy"]),
            Permission::on(ROLES, &["iam:AttachRolePolicy"]),
            Permission::on(GROUPS, &["iam:AttachGroupPolicy"]),
        ],
        reversibility: "complete: attaching the policy again restores the same grant",
        reversible: true,
        disruptive: false,
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

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let iam = site.iam();
        let Request { principal, policy_arn } = &request;
        let described = match resolve(&iam, principal).await? {
            Ok(described) => described,
            Err(planned) => return Ok(planned),
        };
        let before = attached(&iam, principal).await?;
        let part = before.0.get(policy_arn).cloned();
        let plan = Plan::of(request.clone().into(), described.arn, before).tagged(described.tags);
        let plan = plan.identified(Some(described.id).filter(|id| !id.is_empty()));
        let Some(part) = part else { return Ok(plan.noted("the policy is no longer attached").into()) };
        let parameters = Parameters { principal: principal.into(), policy_arn };
        let [detach, attach] = match principal {
            IamPrincipal::User(_) => ["iam:DetachUserPolicy", "iam:AttachUserPolicy"],
            IamPrincipal::Role(_) => ["iam:DetachRolePolicy", "iam:AttachRolePolicy"],
            IamPrincipal::Group(_) => ["iam:DetachGroupPolicy", "iam:AttachGroupPolicy"],
        };
        let detach = change(detach, &parameters, [(policy_arn.clone(), None)])?;
        let attach = change(attach, &parameters, [(policy_arn.clone(), Some(part))])?;
        Ok(plan.then(detach, [attach]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        attached(&site.iam(), &request.principal).await
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
