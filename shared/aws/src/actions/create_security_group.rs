//! `create-security-group`: a security group that is declared and not there.

use riposte_core::action::{ActionId, CreateSecurityGroup as Request};
use riposte_core::plan::{Change, Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct CreateSecurityGroup;

/// The tag of a group that was made: one that somebody else puts in its place does not have it, and is never deleted.
const TAG: &str = "riposte:declared";

const GROUPS: &[&str] = &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group/*"];

const DELETE: &str = "ec2:DeleteSecurityGroup";

impl Contain for CreateSecurityGroup {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::CreateSecurityGroup,
        title: "Create a declared security group",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"]),
            Permission::on(
                &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc/*"],
                &["ec2:CreateSecurityGroup"],
            ),
            Permission::on(GROUPS, &["ec2:CreateSecurityGroup"]).when(&[When {
                test: "Null",
                key: "aws:RequestTag/riposte:declared",
                values: &["false"],
            }]),
            Permission::on(GROUPS, &["ec2:CreateTags"]).when(&[When {
                test: "StringEquals",
                key: "ec2:CreateAction",
                values: &["CreateSecurityGroup"],
            }]),
        ],
        undo_permissions: &[Permission::on(GROUPS, &["ec2:DeleteSecurityGroup"]).when(&[When {
            test: "Null",
            key: "aws:ResourceTag/riposte:declared",
            values: &["false"],
        }])],
        reversibility: "complete, while nothing uses the group: it is deleted again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Creates a security group of the declared name and description in the declared VPC, with the tag `riposte:declared`. \
EC2 gives a new group one outbound rule, to everywhere; the rules that are declared are brought to it by \
`apply-security-group`, an incident of its own. No detector asks for it: `riposte apply-groups` does.

## What it keeps
A group of that name that is there already is left as it is, whoever made it.

## Undo
Deletes the group, where it still has the tag. Refused by EC2 while an interface or a rule of another group uses it.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(body) = site.find("ec2:DescribeVpcs", json!({ "VpcIds": [request.vpc_id] })).await? else {
            return Ok(Planned::Gone(format!("the VPC {} does not exist", request.vpc_id)));
        };
        let before = read(site, &request).await?;
        let arn = site.arn("ec2", &format!("vpc/{}", request.vpc_id));
        let tags = tags::read(body.pointer("/Vpcs/0/Tags"));
        let part = part(&request);
        let plan = Plan::of(request.clone().into(), arn, before.clone()).tagged(tags);
        if before.0.contains_key(&part) {
            return Ok(plan.noted("the VPC has a group of that name already").into());
        }
        let made = json!({ "description": request.description, "declared": request.name });
        let create = json!({
            "GroupName": request.name,
            "Description": request.description,
            "VpcId": request.vpc_id,
            "TagSpecifications": [{ "ResourceType": "security-group", "Tags": [{ "Key": TAG, "Value": request.name }] }],
        });
        let create = change("ec2:CreateSecurityGroup", &create, [(part.clone(), Some(made))])?;
        // Its id is not known before it is made: see `addressed`.
        let delete = change(DELETE, &json!({ "GroupName": request.name, "VpcId": request.vpc_id }), [(part, None)])?;
        Ok(plan.then(create, [delete]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        read(site, &request).await
    }

    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }

    /// EC2 deletes by the id alone, which is looked up by what the plan knows the group by.
    async fn addressed(&self, site: &Site<'_>, change: &Change) -> Result<Change, Fault> {
        if change.call != DELETE {
            return Ok(change.clone());
        }
        let text = |name: &str| change.parameters.get(name).and_then(Value::as_str).unwrap_or_default();
        let group = find(site, text("VpcId"), text("GroupName")).await?;
        let id = group.as_ref().and_then(|group| group.get("GroupId")).and_then(Value::as_str);
        let gone = || Fault { kind: Kind::Gone, ..Fault::refused(DELETE, "the group does not exist") };
        Ok(Change { parameters: json!({ "GroupId": id.ok_or_else(gone)? }), ..change.clone() })
    }
}

/// What the group is called among the parts of the VPC.
fn part(request: &Request) -> String {
    format!("the group {} in {}", request.name, request.vpc_id)
}

async fn read(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let found = find(site, &request.vpc_id, &request.name).await?;
    let seen = found.map(|group| {
        let declared = tags::read(group.get("Tags")).remove(TAG);
        (part(request), json!({ "description": group.get("Description"), "declared": declared }))
    });
    Ok(Snapshot(seen.into_iter().collect()))
}

/// The group of this name in a VPC, which has one at most.
async fn find(site: &Site<'_>, vpc: &str, name: &str) -> Result<Option<Value>, Fault> {
    let filters = json!({ "Filters": [
        { "Name": "vpc-id", "Values": [vpc] },
        { "Name": "group-name", "Values": [name] },
    ] });
    let all = site.list("ec2:DescribeSecurityGroups", filters, "SecurityGroups", ("NextToken", "NextToken")).await?;
    // A filter takes `*` and `?` for wildcards.
    Ok(all.into_iter().find(|group| group.get("GroupName").and_then(Value::as_str) == Some(name)))
}
