//! `remove-acl-entry`: takes an ingress entry that lets the internet in out of a network ACL.

use riposte_core::action::{ActionId, RemoveAclEntry as Request};
use riposte_core::net::cidr::same_network;
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Map, Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemoveAclEntry;

impl Contain for RemoveAclEntry {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemoveAclEntry,
        title: "Remove an entry of a network ACL",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeNetworkAcls"]),
            Permission::on(
                &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-acl/*"],
                &["ec2:DeleteNetworkAclEntry"],
            ),
        ],
        undo_permissions: &[Permission::on(
            &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-acl/*"],
            &["ec2:CreateNetworkAclEntry"],
        )],
        reversibility: "complete: the entry is created again under its number",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Deletes the one ingress entry that the finding names, where it still lets the same range in. What the ACL's other \
entries say holds from then on.

## What it keeps
Every other entry of the ACL, and its subnets.

## Undo
Creates the entry again under the same number. Refused where the ACL has changed since.
",
    };

    /// EC2 deletes by number, whatever stands there by then.
    const RECHECKS: bool = true;

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(acl) = acl(site, &request).await? else {
            return Ok(Planned::Gone(format!("the network ACL {} does not exist", request.acl_id)));
        };
        let before = entries(&acl);
        let name = request.rule_number.to_string();
        let arn = site.arn("ec2", &format!("network-acl/{}", request.acl_id));
        let entry = before.0.get(&name).cloned();
        let plan = Plan::of(request.clone().into(), arn, before).tagged(tags::read(acl.get("Tags")));
        let Some(entry) = entry.filter(|entry| lets_in(entry, &request.cidr)) else {
            return Ok(plan.noted("the entry is not there any more, or lets another range in").into());
        };
        let place = json!({
            "NetworkAclId": request.acl_id, "RuleNumber": request.rule_number, "Egress": false,
        });
        let delete = change("ec2:DeleteNetworkAclEntry", &place, [(name.clone(), None)])?;
        let mut whole = Map::new();
        for part in [Some(&place), Some(&entry)].into_iter().flatten().filter_map(Value::as_object) {
            whole.extend(part.clone());
        }
        let create = change("ec2:CreateNetworkAclEntry", &whole, [(name, Some(entry))])?;
        Ok(plan.then(delete, [create]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        let acl = acl(site, &request).await?;
        Ok(acl.as_ref().map(entries).unwrap_or_default())
    }
}

fn lets_in(entry: &Value, cidr: &str) -> bool {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let range = text("CidrBlock").or(text("Ipv6CidrBlock"));
    text("RuleAction") == Some("allow") && range.is_some_and(|range| same_network(range, cidr))
}

async fn acl(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    let found = site.get("ec2:DescribeNetworkAcls", json!({ "NetworkAclIds": [request.acl_id] })).await;
    match found {
        Ok(body) => Ok(body.pointer("/NetworkAcls/0").cloned()),
        Err(fault) if fault.kind == Kind::Gone => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The ingress entries by number.
fn entries(acl: &Value) -> Snapshot {
    let list = acl.get("Entries").and_then(Value::as_array).into_iter().flatten();
    let ingress = list.filter(|entry| entry.get("Egress") != Some(&Value::Bool(true)));
    let named = ingress.filter_map(|entry| {
        let number = entry.get("RuleNumber")?.as_i64()?;
        let mut entry = entry.as_object()?.clone();
        entry.remove("RuleNumber");
        entry.remove("Egress");
        Some((number.to_string(), Value::Object(entry)))
    });
    Snapshot(named.collect())
}
