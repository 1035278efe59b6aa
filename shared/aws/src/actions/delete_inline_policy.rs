//! `delete-inline-policy`: deletes one inline policy of a user, role or group and keeps its document.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use riposte_core::action::{ActionId, DeleteInlinePolicy as Request};
use riposte_core::finding::IamPrincipal;
use riposte_core::plan::{Plan, Snapshot};
use riposte_core::text::url_decoded;
use serde::Serialize;
use serde_json::{Value, json};

use super::iam_principal::{Named, resolve};
use super::{ActionMeta, Contain, Permission, Planned, Site, change};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

const USERS: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"];
const ROLES: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"];
const GROUPS: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:group/*"];

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DeleteInlinePolicy;

/// What IAM is asked for; the document only where it is put back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters<'a> {
    #[serde(flatten)]
    principal: Named<'a>,
    policy_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_document: Option<&'a str>,
}

impl Contain for DeleteInlinePolicy {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DeleteInlinePolicy,
        title: "Delete an inline policy",
        permissions: &[
            Permission::on(
                USERS,
                &["iam:GetUser", "iam:ListUserPolicies", "iam:GetUserPolicy", "iam:DeleteUserPolicy"],
            ),
            Permission::on(
                ROLES,
                &["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:DeleteRolePolicy"],
            ),
            Permission::on(
                GROUPS,
                &["iam:GetGroup", "iam:ListGroupPolicies", "iam:GetGroupPolicy", "iam:DeleteGroupPolicy"],
            ),
        ],
        undo_permissions: &[
            Permission::on(USERS, &["iam:PutUserPolicy"]),
            Permission::on(ROLES, &["iam:PutRolePolicy"]),
            Permission::on(GROUPS, &["iam:PutGroupPolicy"]),
        ],
        reversibility: "complete: the document is kept in the ledger, signed, and put back as it was",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Deletes the one inline policy that the finding names. Its document is written to the ledger before, and read once \
more right before the policy is deleted.

## What it keeps
Every other inline policy (compared by name) and every attached policy of the principal. A policy that was \
overwritten since the event is left alone, unless the new one makes its holder an administrator or gives a way to \
become one.

## Undo
Puts the policy back under the same name with the same document, character for character. Refused where the \
principal's inline policies have changed since.
",
    };

    /// IAM deletes by name, whatever stands there by then.
    const RECHECKS: bool = true;

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let iam = site.iam();
        let Request { principal, policy_name, .. } = &request;
        let described = match resolve(&iam, principal).await? {
            Ok(described) => described,
            Err(planned) => return Ok(planned),
        };
        let before = inline(&iam, principal, policy_name).await?;
        let part = before.0.get(policy_name).cloned();
        let plan = Plan::of(request.clone().into(), described.arn, before).tagged(described.tags);
        let plan = plan.identified(Some(described.id).filter(|id| !id.is_empty()));
        let document = part.as_ref().and_then(|part| part.get("PolicyDocument")).and_then(Value::as_str);
        let Some(document) = document else { return Ok(plan.noted("the inline policy no longer exists").into()) };
        // The name may stand for another document by now: an event can be late.
        let offends = request.offends(document, site.partition(), &site.scope.account);
        if !offends.map_err(|error| Fault::refused("iam:GetUserPolicy", error.to_string()))? {
            let note = "the inline policy was changed since and gives no power over permissions any more";
            return Ok(plan.noted(note).into());
        }
        let parameters =
            |policy_document| Parameters { principal: principal.into(), policy_name, policy_document };
        let [delete, put] = match principal {
            IamPrincipal::User(_) => ["iam:DeleteUserPolicy", "iam:PutUserPolicy"],
            IamPrincipal::Role(_) => ["iam:DeleteRolePolicy", "iam:PutRolePolicy"],
            IamPrincipal::Group(_) => ["iam:DeleteGroupPolicy", "iam:PutGroupPolicy"],
        };
        let delete = change(delete, &parameters(None), [(policy_name.clone(), None)])?;
        let put = change(put, &parameters(Some(document)), [(policy_name.clone(), part.clone())])?;
        Ok(plan.then(delete, [put]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        inline(&site.iam(), &request.principal, &request.policy_name).await
    }

    fn rests_on_absence(&self, request: &Request, plan: &Plan) -> bool {
        !plan.before.0.contains_key(&request.policy_name)
    }
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
