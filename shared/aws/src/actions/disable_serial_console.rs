//! `disable-serial-console`: switches the serial console of an account in a region off.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, DisableSerialConsole as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DisableSerialConsole;

impl Setting for DisableSerialConsole {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DisableSerialConsole,
        title: "Switch the serial console off",
        permissions: &[Permission::anywhere(&["ec2:DisableSerialConsoleAccess", "ec2:GetSerialConsoleAccessStatus"])],
        undo_permissions: &[Permission::anywhere(&["ec2:EnableSerialConsoleAccess"])],
        reversibility: "complete: the serial console is switched on again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Switches access to the EC2 serial console off, for every instance of the account in the region. No new session can be \
opened; one that is open goes on until it ends.

## What it keeps
The instances, and every other way to reach them.

## Undo
Switches it on again.
",
    };

    const PART: &'static str = "SerialConsoleAccessEnabled";

    const STEADY: &'static [&'static str] = &["ManagedBy"];

    /// The API knows no resource of its own for it: the account's.
    fn arn(site: &Site<'_>, _: &Request) -> String {
        site.arn("ec2", "serial-console-access")
    }

    async fn resource(site: &Site<'_>, _: &Request) -> Result<Value, Fault> {
        site.get("ec2:GetSerialConsoleAccessStatus", json!({})).await
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value == Value::Bool(true)).then(|| Value::Bool(false))
    }

    fn call(_: &Site<'_>, _: &Request, value: &Value) -> (&'static str, Value) {
        let enable = *value == Value::Bool(true);
        (if enable { "ec2:EnableSerialConsoleAccess" } else { "ec2:DisableSerialConsoleAccess" }, json!({}))
    }

    /// A setting of the account has none.
    async fn tags(_: &Site<'_>, _: &Request) -> Result<BTreeMap<String, String>, Fault> {
        Ok(BTreeMap::new())
    }
}
