//! `restart-config-recorder`: restart a Config recorder.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, RestartConfigRecorder as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestartConfigRecorder;

impl Setting for RestartConfigRecorder {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CONFIG];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestartConfigRecorder,
        title: "Restart a Config recorder",
        permissions: &[Permission::anywhere(&["config:DescribeConfigurationRecorderStatus", "config:StartConfigurationRecorder"])],
        undo_permissions: &[Permission::anywhere(&["config:StopConfigurationRecorder"])],
        reversibility: "complete: the recorder can be stopped again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Starts the configuration recorder that the finding names. A recorder that was deleted cannot be started.

## What it keeps
What the recorder records, its role and its delivery channel.

## Undo
Stops the recorder again.
",
    };

    const PART: &'static str = "recording";

    const STEADY: &'static [&'static str] = &[];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("config", &format!("config-recorder/{}", request.recorder))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        Ok(member(&site.get("config:DescribeConfigurationRecorderStatus", json!({ "ConfigurationRecorderNames": [request.recorder] })).await?, "/ConfigurationRecordersStatus/0"))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value != Value::Bool(true)).then(|| Value::Bool(true))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let start = *value == Value::Bool(true);
        let call = if start { "config:StartConfigurationRecorder" } else { "config:StopConfigurationRecorder" };
        (call, json!({ "ConfigurationRecorderName": request.recorder }))
    }

    /// Recorders have no tags.
    async fn tags(_: &Site<'_>, _: &Request) -> Result<BTreeMap<String, String>, Fault> {
        Ok(BTreeMap::new())
    }
}
