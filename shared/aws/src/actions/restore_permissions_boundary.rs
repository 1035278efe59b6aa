//! `restore-permissions-boundary`: bounds a user or a role by the permissions boundary that it had.

use riposte_core::action::{ActionId, RestorePermissionsBoundary as Request};
use riposte_core::finding::IamPrincipal;
use riposte_core::iam::ManagedPolicy;
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, history, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestorePermissionsBoundary;

/// The boundary's name in the record.
const PART: &str = "PermissionsBoundary";

const USERS: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"];
const ROLES: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"];

impl Contain for RestorePermissionsBoundary {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CLOUDTRAIL, &models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestorePermissionsBoundary,
        title: "Restore a permissions boundary",
        permissions: &[
            Permission::anywhere(&["cloudtrail:LookupEvents"]),
            Permission::on(USERS, &["iam:GetUser", "iam:PutUserPermissionsBoundary"]),
            Permission::on(ROLES, &["iam:GetRole", "iam:PutRolePermissionsBoundary"]),
        ],
        undo_permissions: &[
            Permission::on(USERS, &["iam:DeleteUserPermissionsBoundary"]),
            Permission::on(ROLES, &["iam:DeleteRolePermissionsBoundary"]),
        ],
        reversibility: "complete: the boundary is deleted again, or the one that replaced it is set again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets the permissions boundary that the user or role had before it was deleted, or replaced by one that bounds nothing. \
Neither the event nor IAM says which that was: the account audit keeps it; where it does not, it is looked up in \
CloudTrail's history of the last 90 days, in the call that set it last or that made the principal with it. Where that is \
longer ago, nothing is done and the notice says so: \
no boundary that would be guessed is safe, since one that is too narrow stops what runs.

## What it keeps
The principal's policies, keys, trust policy and tags.

## Undo
Deletes the boundary, or sets the one that replaced it. Refused where it has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(described) = described(site, &request).await? else {
            return Ok(Planned::Gone(format!("the {} does not exist", request.principal)));
        };
        let current = boundary(&described);
        let arn = described.get("Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        let plan = Plan::of(request.clone().into(), arn.clone(), snapshot(current.as_deref()));
        let plan = plan.tagged(tags::read(described.get("Tags")));
        if current.as_deref().is_some_and(bounds) {
            return Ok(plan.noted("it is bounded by another policy already").into());
        }
        let kept = kept(site, &request, &arn).await?;
        let Some(former) = (match kept {
            Some(kept) => Some(kept),
            None => former(site, &request).await?,
        }) else {
            return Ok(Planned::Impossible(format!(
                "neither the account audit nor CloudTrail's history of the last 90 days says which boundary the {} had",
                request.principal
            )));
        };
        let [put, delete] = match request.principal {
            IamPrincipal::User(_) => ["iam:PutUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
            _ => ["iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"],
        };
        let (named, name) = (format!("{}Name", request.principal.api_kind()), request.principal.name());
        let set = |policy: &str| {
            let parameters = json!({ named.as_str(): name, "PermissionsBoundary": policy });
            change(put, &parameters, [(PART.to_owned(), Some(json!(policy)))])
        };
        let back = match &current {
            Some(current) => set(current)?,
            None => change(delete, &json!({ named.as_str(): name }), [(PART.to_owned(), None)])?,
        };
        Ok(plan.then(set(&former)?, [back]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        let gone = || Fault { kind: Kind::Gone, ..Fault::refused("iam:GetRole", "the principal does not exist") };
        Ok(snapshot(boundary(&described(site, &request).await?.ok_or_else(gone)?).as_deref()))
    }

    /// An empty plan shows a boundary.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

/// Whether a policy bounds anything as a boundary.
fn bounds(policy: &str) -> bool {
    !ManagedPolicy::parse(policy).is_some_and(ManagedPolicy::is_aws_admin)
}

async fn described(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    let (call, part) = match &request.principal {
        IamPrincipal::User(_) => ("iam:GetUser", "/User"),
        IamPrincipal::Role(_) => ("iam:GetRole", "/Role"),
        IamPrincipal::Group(_) => return Err(Fault::refused("iam:GetGroup", "a group has no permissions boundary")),
    };
    let named = format!("{}Name", request.principal.api_kind());
    let found = site.find(call, json!({ named.as_str(): request.principal.name() })).await?;
    Ok(found.and_then(|body| body.pointer(part).cloned()))
}

fn boundary(described: &Value) -> Option<String> {
    described.pointer("/PermissionsBoundary/PermissionsBoundaryArn").and_then(Value::as_str).map(str::to_owned)
}

fn snapshot(boundary: Option<&str>) -> Snapshot {
    Snapshot(boundary.map(|policy| (PART.to_owned(), json!(policy))).into_iter().collect())
}

/// The boundary that the account audit keeps.
async fn kept(site: &Site<'_>, request: &Request, arn: &str) -> Result<Option<String>, Fault> {
    let good = site.former("iam", request.principal.kind(), arn).await?;
    let boundary = good.and_then(|good| {
        let kept = good.state.get("GetAccountAuthorizationDetails.PermissionsBoundary")?;
        kept.get("PermissionsBoundaryArn")?.as_str().map(str::to_owned)
    });
    Ok(boundary.filter(|policy| bounds(policy)))
}

/// The boundary that was set last before the event and bounds something, or with which the principal was made.
async fn former(site: &Site<'_>, request: &Request) -> Result<Option<String>, Fault> {
    let kind = request.principal.api_kind();
    let name = if kind == "User" { "userName" } else { "roleName" };
    for call in [format!("Put{kind}PermissionsBoundary"), format!("Create{kind}")] {
        let records = history::calls(site, &call, request.before.as_deref()).await?;
        let of_it = |record: &Value| {
            let asked = record.get("requestParameters")?;
            let is_it = asked.get(name).and_then(Value::as_str) == Some(request.principal.name());
            let policy = asked.get("permissionsBoundary").and_then(Value::as_str).filter(|policy| bounds(policy))?;
            is_it.then(|| policy.to_owned())
        };
        if let Some(former) = records.iter().find_map(of_it) {
            return Ok(Some(former));
        }
    }
    Ok(None)
}
