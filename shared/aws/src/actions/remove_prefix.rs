//! `remove-prefix`: takes the ranges that amount to the internet out of a prefix list.

use riposte_core::action::{ActionId, RemovePrefix as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemovePrefix;

const LISTS: &[&str] = &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:prefix-list/*"];

impl Contain for RemovePrefix {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemovePrefix,
        title: "Take ranges out of a prefix list",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeManagedPrefixLists"]),
            Permission::on(LISTS, &["ec2:GetManagedPrefixListEntries", "ec2:ModifyManagedPrefixList"]),
        ],
        undo_permissions: &[],
        reversibility: "complete: the ranges are added again, with their descriptions, in another version of the list",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Removes the ranges that the finding names from the prefix list, in the version that was read: EC2 refuses it where the \
list has changed meanwhile. Every security group, route and firewall that refers to the list follows.

## What it keeps
Every other entry of the list, and what refers to it.

## Undo
Adds the ranges again. Refused where the list has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let list = match list(site, &request).await {
            Ok(Some(list)) => list,
            Ok(None) => return Ok(Planned::Gone(format!("the prefix list {} does not exist", request.prefix_list_id))),
            Err(fault) => return Err(fault),
        };
        let before = entries(site, &request).await?;
        let arn = site.arn("ec2", &format!("prefix-list/{}", request.prefix_list_id));
        let offending = request.ranges.iter().filter_map(|range| Some((range, before.0.get(range)?)));
        let offending: Vec<_> = offending.map(|(range, entry)| (range.clone(), entry.clone())).collect();
        let plan = Plan::of(request.clone().into(), arn, before).tagged(tags::read(list.get("Tags")));
        if offending.is_empty() {
            return Ok(plan.noted("the ranges are not in the list any more").into());
        }
        let Some(version) = list.get("Version").and_then(Value::as_i64) else {
            return Err(Fault::refused("ec2:DescribeManagedPrefixLists", "the answer does not say the list's version"));
        };
        let modify = |version: i64, name: &str, entries: Vec<Value>| {
            json!({ "PrefixListId": request.prefix_list_id, "CurrentVersion": version, name: entries })
        };
        let cidrs = offending.iter().map(|(range, _)| json!({ "Cidr": range })).collect();
        let whole = offending.iter().map(|(_, entry)| entry.clone()).collect();
        let remove = modify(version, "RemoveEntries", cidrs);
        // The version that the removal makes: EC2 counts them.
        let add = modify(version.saturating_add(1), "AddEntries", whole);
        let gone = offending.iter().map(|(range, _)| (range.clone(), None));
        let back = offending.iter().map(|(range, entry)| (range.clone(), Some(entry.clone())));
        let remove = change("ec2:ModifyManagedPrefixList", &remove, gone)?;
        Ok(plan.then(remove, [change("ec2:ModifyManagedPrefixList", &add, back)?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        match entries(site, &request).await {
            Err(fault) if fault.kind == Kind::Gone => Ok(Snapshot::default()),
            other => other,
        }
    }
}

async fn list(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    let ids = json!({ "PrefixListIds": [request.prefix_list_id] });
    let found = site.find("ec2:DescribeManagedPrefixLists", ids).await?;
    Ok(found.and_then(|body| body.pointer("/PrefixLists/0").cloned()))
}

/// The entries of the list in the version that is in force, by their ranges.
async fn entries(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let id = json!({ "PrefixListId": request.prefix_list_id });
    let entries = site.list("ec2:GetManagedPrefixListEntries", id, "Entries", ("NextToken", "NextToken")).await?;
    let named = entries.into_iter().filter_map(|entry| {
        let range = entry.get("Cidr")?.as_str()?.to_owned();
        let described = entry.get("Description").filter(|text| text.as_str().is_some_and(|text| !text.is_empty()));
        Some((range.clone(), described.map_or(json!({ "Cidr": range }), |_| entry.clone())))
    });
    Ok(Snapshot(named.collect()))
}
