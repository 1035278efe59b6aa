//! `revoke-sessions`: denies everything to the sessions of a role that were made before a time.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, RevokeSessions as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::iam_principal::{is_of_aws, untouchable};
use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RevokeSessions;

/// The policy that revokes, in the record.
const MADE: &str = "Policy";

const OWN: &[When] = &[When {
    test: "ArnLike",
    key: "iam:PolicyARN",
    values: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/riposte/*"],
}];
const ROLES: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"];
const POLICIES: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/riposte/*"];

impl Contain for RevokeSessions {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RevokeSessions,
        title: "Revoke a role's sessions",
        permissions: &[
            Permission::on(ROLES, &["iam:GetRole", "iam:ListAttachedRolePolicies"]),
            Permission::on(POLICIES, &["iam:CreatePolicy", "iam:GetPolicy"]),
            Permission::on(ROLES, &["iam:AttachRolePolicy"]).when(OWN),
        ],
        undo_permissions: &[
            Permission::on(ROLES, &["iam:DetachRolePolicy"]).when(OWN),
            Permission::on(POLICIES, &["iam:DeletePolicy"]),
        ],
        reversibility: "complete: the policy is detached and deleted",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Makes a policy below the path `/riposte/` that denies every action where `aws:TokenIssueTime` is before the time of the \
event, and attaches it to the role: the sessions of that time are denied everything, new ones work. What runs on the \
role legitimately (instances, functions) gets new credentials by itself, mostly within the hour, and fails until then. \
A long-term key has no time of issue and is not touched by it.

## What it keeps
The role's other policies, its trust policy, and sessions that are made later.

## Undo
Detaches the policy and deletes it.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(role) = site.find("iam:GetRole", json!({ "RoleName": request.role_name })).await? else {
            return Ok(Planned::Gone(format!("the role {} does not exist", request.role_name)));
        };
        let arn = role.pointer("/Role/Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        if is_of_aws(&arn) {
            return Ok(untouchable(&arn));
        }
        let before = state(site, &request).await?;
        let (name, policy) = (name(&request), policy(site, &request));
        let (exists, is_attached) = (before.0.contains_key(MADE), before.0.contains_key(&policy));
        let plan = Plan::of(request.clone().into(), arn, before).tagged(tags::read(role.pointer("/Role/Tags")));
        if is_attached {
            return Ok(plan.noted("the sessions of that time are denied already").into());
        }
        let create = json!({ "Path": "/riposte/", "PolicyName": name, "PolicyDocument": document(&request).to_string() });
        let both = json!({ "RoleName": request.role_name, "PolicyArn": policy });
        let mut plan = plan;
        if !exists {
            let create = change("iam:CreatePolicy", &create, [(MADE.to_owned(), Some(json!(policy)))])?;
            let delete = change("iam:DeletePolicy", &json!({ "PolicyArn": policy }), [(MADE.to_owned(), None)])?;
            plan = plan.then(create, [delete]);
        }
        let attach = change("iam:AttachRolePolicy", &both, [(policy.clone(), Some(json!(policy)))])?;
        Ok(plan.then(attach, [change("iam:DetachRolePolicy", &both, [(policy, None)])?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        state(site, &request).await
    }

    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

/// One policy for a role and a time: at most 128 characters of those that IAM allows.
fn name(request: &Request) -> String {
    let time: String = request.before.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("revoked-{}-{time}", request.role_name)
}

fn document(request: &Request) -> Value {
    let condition = json!({ "DateLessThan": { "aws:TokenIssueTime": request.before } });
    let statement = json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition });
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

fn policy(site: &Site<'_>, request: &Request) -> String {
    format!("arn:{}:iam::{}:policy/riposte/{}", site.partition(), site.scope.account, name(request))
}

/// The role's managed policies by ARN, and the policy that revokes where it was made.
async fn state(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let name = json!({ "RoleName": request.role_name });
    let policies = site.list("iam:ListAttachedRolePolicies", name, "AttachedPolicies", ("Marker", "Marker")).await?;
    let arns = policies.iter().filter_map(|policy| policy.get("PolicyArn").and_then(Value::as_str));
    let mut parts: BTreeMap<_, _> = arns.map(|arn| (arn.to_owned(), json!(arn))).collect();
    let policy = policy(site, request);
    if parts.contains_key(&policy) || site.find("iam:GetPolicy", json!({ "PolicyArn": policy })).await?.is_some() {
        parts.insert(MADE.to_owned(), json!(policy));
    }
    Ok(Snapshot(parts))
}
