//! `enable-rule`: enable an EventBridge rule.

use riposte_core::action::{ActionId, EnableRule as Request};
use serde_json::Value;

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct EnableRule;

impl Setting for EnableRule {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EVENTS];

    const META: ActionMeta = ActionMeta {
        id: ActionId::EnableRule,
        title: "Enable an EventBridge rule",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/*"], &["events:DescribeRule", "events:ListTagsForResource", "events:EnableRule"])],
        undo_permissions: &[Permission::on(&["arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/*"], &["events:DisableRule"])],
        reversibility: "complete: the rule can be disabled again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Enables the rule that the finding names. A rule that was deleted cannot be enabled.

## What it keeps
The rule's pattern, schedule and targets.

## Undo
Disables the rule again.
",
    };

    const PART: &'static str = "State";

    const STEADY: &'static [&'static str] = &["EventPattern", "ScheduleExpression", "RoleArn"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("events", &request.path())
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        site.get("events:DescribeRule", request.parameters()).await
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (value.as_str() == Some("DISABLED")).then(|| Value::from("ENABLED"))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let enable = value.as_str() != Some("DISABLED");
        (if enable { "events:EnableRule" } else { "events:DisableRule" }, request.parameters())
    }
}
