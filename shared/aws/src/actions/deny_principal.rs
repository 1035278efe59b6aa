//! `deny-principal`: denies a user or a role everything, by a managed policy that the stack has ready.

use riposte_core::action::{ActionId, DenyPrincipal as Request};
use riposte_core::finding::IamPrincipal;
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::iam_principal::{is_of_aws, untouchable};
use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, identity, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DenyPrincipal;

/// Policies of Riposte's own, below a path of their own: the role may attach these and no others, so that it is no way
/// to administrative privileges.
const OWN: &[When] = &[When {
    test: "ArnLike",
    key: "iam:PolicyARN",
    values: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/riposte/*"],
}];
const USERS: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"];
const ROLES: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"];

impl Contain for DenyPrincipal {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DenyPrincipal,
        title: "Deny all actions to a user or a role",
        permissions: &[
            Permission::on(USERS, &["iam:GetUser", "iam:ListAttachedUserPolicies"]),
            Permission::on(ROLES, &["iam:GetRole", "iam:ListAttachedRolePolicies"]),
            Permission::on(USERS, &["iam:AttachUserPolicy"]).when(OWN),
            Permission::on(ROLES, &["iam:AttachRolePolicy"]).when(OWN),
        ],
        undo_permissions: &[
            Permission::on(USERS, &["iam:DetachUserPolicy"]).when(OWN),
            Permission::on(ROLES, &["iam:DetachRolePolicy"]).when(OWN),
        ],
        reversibility: "complete: the policy is detached again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Attaches the policy `riposte/deny-all-REGION` to the user or role that the finding names. It denies every action, for \
long-term keys, for the console and for sessions that exist, within the seconds that IAM needs. Sessions of *other* \
roles that the principal assumed before are not its own: they end by `revoke-sessions` on those roles. What resource \
policies give to a session by its own name is denied too: an explicit deny wins.

## What it keeps
Every policy, key, password and group of the principal, as it is.

## Undo
Detaches the policy.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let (get, name, part) = match &request.principal {
            IamPrincipal::User(_) => ("iam:GetUser", "UserName", "/User"),
            IamPrincipal::Role(_) => ("iam:GetRole", "RoleName", "/Role"),
            IamPrincipal::Group(_) => return Ok(Planned::Impossible("a group is nobody who acts".to_owned())),
        };
        let Some(found) = site.find(get, json!({ name: request.principal.name() })).await? else {
            return Ok(Planned::Gone(format!("the {} does not exist", request.principal)));
        };
        let identity = identity::of(&found);
        let found = found.pointer(part).cloned().unwrap_or(Value::Null);
        let arn = found.get("Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        if is_of_aws(&arn) {
            return Ok(untouchable(&arn));
        }
        let before = attached(site, &request).await?;
        let policy = policy_arn(site);
        let is_denied = before.0.contains_key(&policy);
        let plan = Plan::of(request.clone().into(), arn, before).tagged(tags::read(found.get("Tags")));
        let plan = plan.identified(identity);
        if is_denied {
            return Ok(plan.noted("the principal is denied everything already").into());
        }
        let parameters = json!({ name: request.principal.name(), "PolicyArn": policy });
        let [attach, detach] = match request.principal {
            IamPrincipal::User(_) => ["iam:AttachUserPolicy", "iam:DetachUserPolicy"],
            _ => ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        };
        let attach = change(attach, &parameters, [(policy.clone(), Some(json!(policy)))])?;
        Ok(plan.then(attach, [change(detach, &parameters, [(policy, None)])?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        attached(site, &request).await
    }

    /// An empty plan shows the policy that denies.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

/// The stack's policy: IAM is global, and every region's stack has one of its own.
fn policy_arn(site: &Site<'_>) -> String {
    let (partition, account, region) = (site.partition(), &site.scope.account, &site.scope.region);
    format!("arn:{partition}:iam::{account}:policy/riposte/deny-all-{region}")
}

/// The managed policies of the principal, by ARN.
async fn attached(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let (call, name) = match &request.principal {
        IamPrincipal::Role(name) => ("iam:ListAttachedRolePolicies", json!({ "RoleName": name })),
        principal => ("iam:ListAttachedUserPolicies", json!({ "UserName": principal.name() })),
    };
    let policies = site.list(call, name, "AttachedPolicies", ("Marker", "Marker")).await?;
    let arns = policies.iter().filter_map(|policy| policy.get("PolicyArn").and_then(Value::as_str));
    Ok(Snapshot(arns.map(|arn| (arn.to_owned(), json!(arn))).collect()))
}
