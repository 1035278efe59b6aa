//! `remove-from-group`: takes a user out of a group.

use riposte_core::action::{ActionId, RemoveFromGroup as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, identity, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemoveFromGroup;

impl Contain for RemoveFromGroup {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemoveFromGroup,
        title: "Remove a user from a group",
        permissions: &[
            Permission::on(
                &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"],
                &["iam:GetUser", "iam:ListGroupsForUser"],
            ),
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:group/*"], &["iam:RemoveUserFromGroup"]),
        ],
        undo_permissions: &[Permission::on(
            &["arn:${AWS::Partition}:iam::${AWS::AccountId}:group/*"],
            &["iam:AddUserToGroup"],
        )],
        reversibility: "complete: the user is added again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Takes the user whom the finding names out of the group that it names.

## What it keeps
The user's other groups, its policies and keys; the group, its policies and its other members.

## Undo
Adds the user to the group again. Refused where the user's groups have changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(user) = site.find("iam:GetUser", json!({ "UserName": request.user_name })).await? else {
            return Ok(Planned::Gone(format!("the user {} does not exist", request.user_name)));
        };
        let before = groups(site, &request).await?;
        let part = before.0.get(&request.group_name).cloned();
        let arn = user.pointer("/User/Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        let plan = Plan::of(request.clone().into(), arn, before).tagged(tags::read(user.pointer("/User/Tags")));
        let plan = plan.identified(identity::of(&user));
        let Some(part) = part else { return Ok(plan.noted("the user is not in the group any more").into()) };
        let both = json!({ "UserName": request.user_name, "GroupName": request.group_name });
        let group = request.group_name.clone();
        let remove = change("iam:RemoveUserFromGroup", &both, [(group.clone(), None)])?;
        let add = change("iam:AddUserToGroup", &both, [(group, Some(part))])?;
        Ok(plan.then(remove, [add]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        groups(site, &request).await
    }
}

/// The user's groups by name.
async fn groups(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let user = json!({ "UserName": request.user_name });
    let groups = site.list("iam:ListGroupsForUser", user, "Groups", ("Marker", "Marker")).await?;
    let names = groups.iter().filter_map(|group| group.get("GroupName").and_then(Value::as_str));
    Ok(Snapshot(names.map(|name| (name.to_owned(), json!(name))).collect()))
}
