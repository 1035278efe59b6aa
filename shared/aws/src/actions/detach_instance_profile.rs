//! `detach-instance-profile`: takes the instance profile, and its role with it, from an instance.

use riposte_core::action::{ActionId, DetachInstanceProfile as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DetachInstanceProfile;

/// The profile's name in the record.
const PART: &str = "IamInstanceProfile";

impl Contain for DetachInstanceProfile {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DetachInstanceProfile,
        title: "Detach an instance profile from an instance",
        permissions: &[
            Permission::anywhere(&["ec2:DescribeIamInstanceProfileAssociations", "ec2:DescribeTags"]),
            Permission::on(
                &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*"],
                &["ec2:DisassociateIamInstanceProfile"],
            ),
        ],
        undo_permissions: &[
            Permission::on(
                &["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*"],
                &["ec2:AssociateIamInstanceProfile"],
            ),
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"], &["iam:PassRole"]),
        ],
        reversibility: "complete: the same profile is associated again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Disassociates the instance profile of the instance that the finding names: the metadata service gives no credentials \
of its role any more. Credentials that were given out before are good until they expire, up to six hours: they end when \
the sessions of the role are revoked.

## What it keeps
The profile, its role, and the instance's every other setting.

## Undo
Associates the same profile again. Refused where another one was associated since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let association = association(site, &request).await?;
        let before = snapshot(association.as_ref());
        let arn = site.arn("ec2", &format!("instance/{}", request.instance_id));
        let profile = before.0.get(PART).cloned();
        let plan = Plan::of(request.clone().into(), arn.clone(), before);
        let id = association.as_ref().and_then(|association| association.get("AssociationId")).cloned();
        let (Some(profile), Some(id)) = (profile, id) else {
            return Ok(plan.noted("the instance has no instance profile").into());
        };
        let plan = plan.tagged(tags::of(site, &arn).await?);
        let detach =
            change("ec2:DisassociateIamInstanceProfile", &json!({ "AssociationId": id }), [(PART.to_owned(), None)])?;
        let back = json!({ "InstanceId": request.instance_id, "IamInstanceProfile": { "Arn": profile } });
        let attach = change("ec2:AssociateIamInstanceProfile", &back, [(PART.to_owned(), Some(profile))])?;
        Ok(plan.then(detach, [attach]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        Ok(snapshot(association(site, &request).await?.as_ref()))
    }
}

/// The association that is in force.
async fn association(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    let filters = json!({ "Filters": [{ "Name": "instance-id", "Values": [request.instance_id] }] });
    let call = "ec2:DescribeIamInstanceProfileAssociations";
    let found = site.list(call, filters, "IamInstanceProfileAssociations", ("NextToken", "NextToken")).await?;
    let holds = |state: &str| matches!(state, "associating" | "associated");
    Ok(found.into_iter().find(|association| association.get("State").and_then(Value::as_str).is_some_and(holds)))
}

fn snapshot(association: Option<&Value>) -> Snapshot {
    let arn = association.and_then(|association| association.pointer("/IamInstanceProfile/Arn").cloned());
    Snapshot(arn.map(|arn| (PART.to_owned(), arn)).into_iter().collect())
}
