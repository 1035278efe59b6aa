//! `unshare`: takes those with whom a snapshot, an image or a document was shared off its list again.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, Copied, Unshare as Request};
use riposte_core::plan::{Change, Plan, Snapshot};
use serde_json::{Map, Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct Unshare;

impl Contain for Unshare {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2, &models::RDS, &models::SSM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::Unshare,
        title: "Unshare a snapshot, an image or a document",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeImageAttribute", "ec2:DescribeSnapshotAttribute", "ec2:DescribeTags"]),
            Permission::on(
                &["arn:${AWS::Partition}:ec2:${AWS::Region}::image/*", "arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*"],
                &["ec2:ModifyImageAttribute", "ec2:ModifySnapshotAttribute"],
            ),
            Permission::on(
                &["arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:snapshot:*"],
                &["rds:DescribeDBSnapshotAttributes", "rds:ListTagsForResource", "rds:ModifyDBSnapshotAttribute"],
            ),
            Permission::on(
                &["arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:cluster-snapshot:*"],
                &[
                    "rds:DescribeDBClusterSnapshotAttributes",
                    "rds:ListTagsForResource",
                    "rds:ModifyDBClusterSnapshotAttribute",
                ],
            ),
            Permission::on(
                &["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:document/*"],
                &["ssm:DescribeDocumentPermission", "ssm:ListTagsForResource", "ssm:ModifyDocumentPermission"],
            ),
        ],
        undo_permissions: &[],
        reversibility: "complete: it is shared again with the same",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Takes those with whom the finding says it was shared (everyone, accounts, organizations) off the list of an EBS \
snapshot, a machine image, a snapshot of a database instance or cluster, or a document of Systems Manager. A copy that somebody made meanwhile is out \
of reach.

## What it keeps
The copy itself, and everybody else with whom it is shared.

## Undo
Shares it with the same again.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let before = match shared(site, &request).await {
            Ok(before) => before,
            Err(fault) if fault.kind == Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let still: Vec<&String> = request.with.iter().filter(|with| before.0.contains_key(*with)).collect();
        let arn = arn(site, &request);
        let plan = Plan::of(request.clone().into(), arn.clone(), before.clone());
        if still.is_empty() {
            return Ok(plan.noted("it is not shared with any of them any more").into());
        }
        let plan = plan.tagged(tags::of(site, &arn).await?);
        let call = call(request.copy);
        let remove = change(
            call,
            &parameters(&request, &still, false),
            still.iter().map(|with| ((*with).clone(), None)),
        )?;
        let add = change(
            call,
            &parameters(&request, &still, true),
            still.iter().map(|with| ((*with).clone(), before.0.get(*with).cloned())),
        )?;
        Ok(plan.then(remove, [add]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        shared(site, &request).await
    }

    /// AWS takes it well that somebody is on the list already, or off it.
    fn left(&self, _: &Change, _: &Snapshot) -> Option<Change> {
        None
    }
}

fn call(copy: Copied) -> &'static str {
    match copy {
        Copied::Snapshot => "ec2:ModifySnapshotAttribute",
        Copied::Image => "ec2:ModifyImageAttribute",
        Copied::DbSnapshot => "rds:ModifyDBSnapshotAttribute",
        Copied::DbClusterSnapshot => "rds:ModifyDBClusterSnapshotAttribute",
        Copied::Document => "ssm:ModifyDocumentPermission",
    }
}

fn arn(site: &Site<'_>, request: &Request) -> String {
    let (partition, region, id) = (site.partition(), &site.scope.region, &request.id);
    match request.copy {
        _ if id.starts_with("arn:") => id.clone(),
        // Snapshots and images have no account in their ARNs.
        Copied::Snapshot => format!("arn:{partition}:ec2:{region}::snapshot/{id}"),
        Copied::Image => format!("arn:{partition}:ec2:{region}::image/{id}"),
        Copied::DbSnapshot => site.arn("rds", &format!("snapshot:{id}")),
        Copied::DbClusterSnapshot => site.arn("rds", &format!("cluster-snapshot:{id}")),
        Copied::Document => site.arn("ssm", &format!("document/{id}")),
    }
}

/// With whom it is shared: each by the name that the request has for it.
async fn shared(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let (call, parameters, list) = match request.copy {
        Copied::Snapshot => (
            "ec2:DescribeSnapshotAttribute",
            json!({ "SnapshotId": request.id, "Attribute": "createVolumePermission" }),
            "/CreateVolumePermissions",
        ),
        Copied::Image => (
            "ec2:DescribeImageAttribute",
            json!({ "ImageId": request.id, "Attribute": "launchPermission" }),
            "/LaunchPermissions",
        ),
        Copied::DbSnapshot => (
            "rds:DescribeDBSnapshotAttributes",
            json!({ "DBSnapshotIdentifier": request.id }),
            "/DBSnapshotAttributesResult/DBSnapshotAttributes",
        ),
        Copied::DbClusterSnapshot => (
            "rds:DescribeDBClusterSnapshotAttributes",
            json!({ "DBClusterSnapshotIdentifier": request.id }),
            "/DBClusterSnapshotAttributesResult/DBClusterSnapshotAttributes",
        ),
        Copied::Document => (
            "ssm:DescribeDocumentPermission",
            json!({ "Name": request.id, "PermissionType": "Share" }),
            "/AccountIds",
        ),
    };
    let body = match request.copy {
        Copied::Document => {
            json!({ "AccountIds": site.list(call, parameters, "AccountIds", ("NextToken", "NextToken")).await? })
        }
        _ => site.get(call, parameters).await?,
    };
    let members = body.pointer(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let names: Vec<String> = match request.copy {
        Copied::Snapshot | Copied::Image => {
            let name = |member: &Value| member.as_object()?.values().find_map(Value::as_str).map(str::to_owned);
            members.iter().filter_map(name).collect()
        }
        Copied::DbSnapshot | Copied::DbClusterSnapshot => {
            let restore = members.iter().filter(|m| m.get("AttributeName").and_then(Value::as_str) == Some("restore"));
            let values = restore.filter_map(|attribute| attribute.get("AttributeValues")?.as_array()).flatten();
            values.filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Copied::Document => members.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    };
    Ok(Snapshot(names.into_iter().map(|name| (name.clone(), json!(name))).collect::<BTreeMap<_, _>>()))
}

/// What the call needs to take these off the list, or to put them onto it.
fn parameters(request: &Request, with: &[&String], add: bool) -> Value {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    let whole = |with: &[&String]| json!(with);
    match request.copy {
        Copied::Snapshot | Copied::Image => {
            let is_image = request.copy == Copied::Image;
            put(if is_image { "ImageId" } else { "SnapshotId" }, json!(request.id));
            put("Attribute", json!(if is_image { "launchPermission" } else { "createVolumePermission" }));
            put("OperationType", json!(if add { "add" } else { "remove" }));
            for (name, kind) in [
                (if is_image { "UserGroups" } else { "GroupNames" }, "all"),
                ("UserIds", "account"),
                ("OrganizationArns", "organization"),
                ("OrganizationalUnitArns", "ou"),
            ] {
                let of_kind: Vec<&String> = with.iter().filter(|with| kind_of(with) == kind).copied().collect();
                if !of_kind.is_empty() {
                    put(name, whole(&of_kind));
                }
            }
        }
        Copied::DbSnapshot | Copied::DbClusterSnapshot => {
            let is_cluster = request.copy == Copied::DbClusterSnapshot;
            put(if is_cluster { "DBClusterSnapshotIdentifier" } else { "DBSnapshotIdentifier" }, json!(request.id));
            put("AttributeName", json!("restore"));
            put(if add { "ValuesToAdd" } else { "ValuesToRemove" }, whole(with));
        }
        Copied::Document => {
            put("Name", json!(request.id));
            put("PermissionType", json!("Share"));
            put(if add { "AccountIdsToAdd" } else { "AccountIdsToRemove" }, whole(with));
        }
    }
    Value::Object(out)
}

fn kind_of(with: &str) -> &'static str {
    match with {
        "all" => "all",
        arn if arn.contains(":ou/") => "ou",
        arn if arn.contains(":organization/") => "organization",
        _ => "account",
    }
}
