//! `stop-instance`: stop an instance.

use riposte_core::action::{ActionId, StopInstance as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct StopInstance;

impl Setting for StopInstance {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::StopInstance,
        title: "Stop an instance",
        permissions: &[Permission::anywhere(&["ec2:DescribeInstances", "ec2:DescribeTags"]), Permission::on(&["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*"], &["ec2:StopInstances"])],
        undo_permissions: &[Permission::on(&["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*"], &["ec2:StartInstances"])],
        reversibility: "with a loss: the instance is started again; its memory, its instance store and an address that is not elastic are lost",
        reversible: false,
        disruptive: true,
        prose: "\
## What it does
Stops the instance that the finding names. What is in its memory is lost as evidence: a snapshot of its \
volumes should be taken, or it should be isolated, before.

## What it keeps
The instance's volumes, interfaces and settings.

## Undo
Starts the instance again.
",
    };

    const PART: &'static str = "State";

    const STEADY: &'static [&'static str] = &["InstanceType", "SubnetId"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("ec2", &format!("instance/{}", request.instance_id))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        let mut instance = member(&site.get("ec2:DescribeInstances", json!({ "InstanceIds": [request.instance_id] })).await?, "/Reservations/0/Instances/0");
        // A state on the way to another counts as that one.
        let state = match instance.pointer("/State/Name").and_then(Value::as_str) {
            Some("pending") => "running",
            Some("stopping") => "stopped",
            Some(state) => state,
            None => return Err(Fault { kind: Kind::Gone, ..Fault::refused("ec2:DescribeInstances", "the instance is not there") }),
        };
        let state = Value::from(state);
        if let Some(instance) = instance.as_object_mut() {
            instance.insert("State".to_owned(), state);
        }
        Ok(instance)
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (value.as_str() == Some("running")).then(|| Value::from("stopped"))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let stop = value.as_str() == Some("stopped");
        (if stop { "ec2:StopInstances" } else { "ec2:StartInstances" }, json!({ "InstanceIds": [request.instance_id] }))
    }
}
