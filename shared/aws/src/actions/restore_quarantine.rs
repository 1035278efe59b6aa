//! `restore-quarantine`: attaches the policy with which AWS quarantines a leaked key to its user again.

use riposte_core::action::{ActionId, RestoreQuarantine as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreQuarantine;

/// AWS's own policies that deny alone: the role may attach these and no others.
const QUARANTINES: &[When] = &[When {
    test: "ArnLike",
    key: "iam:PolicyARN",
    values: &["arn:${AWS::Partition}:iam::aws:policy/AWSCompromisedKeyQuarantine*"],
}];
const USERS: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"];

impl Contain for RestoreQuarantine {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreQuarantine,
        title: "Quarantine a user again",
        permissions: &[
            Permission::on(USERS, &["iam:GetUser", "iam:ListAttachedUserPolicies"]),
            Permission::on(USERS, &["iam:AttachUserPolicy"]).when(QUARANTINES),
        ],
        undo_permissions: &[Permission::on(USERS, &["iam:DetachUserPolicy"]).when(QUARANTINES)],
        reversibility: "complete: the policy is detached again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Attaches AWS's quarantine policy that was detached from the user again: it denies a list of calls that cost money, make \
users or widen permissions. The leaked key itself goes on to do everything else until it is deactivated.

## What it keeps
Every other policy of the user, its keys, password and groups.

## Undo
Detaches the policy.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(user) = site.find("iam:GetUser", json!({ "UserName": request.user_name })).await? else {
            return Ok(Planned::Gone(format!("the user {} does not exist", request.user_name)));
        };
        let before = attached(site, &request.user_name).await?;
        let arn = user.pointer("/User/Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        let policy = request.policy_arn.clone();
        let is_attached = before.0.contains_key(&policy);
        let both = json!({ "UserName": request.user_name, "PolicyArn": policy });
        let plan = Plan::of(request.into(), arn, before).tagged(tags::read(user.pointer("/User/Tags")));
        if is_attached {
            return Ok(plan.noted("the user is in quarantine").into());
        }
        let attach = change("iam:AttachUserPolicy", &both, [(policy.clone(), Some(json!(policy)))])?;
        Ok(plan.then(attach, [change("iam:DetachUserPolicy", &both, [(policy, None)])?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        attached(site, &request.user_name).await
    }

    /// An empty plan shows the policy that is attached.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

/// The managed policies of the user, by ARN.
async fn attached(site: &Site<'_>, user: &str) -> Result<Snapshot, Fault> {
    let named = json!({ "UserName": user });
    let policies = site.list("iam:ListAttachedUserPolicies", named, "AttachedPolicies", ("Marker", "Marker")).await?;
    let arns = policies.iter().filter_map(|policy| policy.get("PolicyArn").and_then(Value::as_str));
    Ok(Snapshot(arns.map(|arn| (arn.to_owned(), json!(arn))).collect()))
}
