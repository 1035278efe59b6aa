//! `enable-securityhub`: enables Security Hub in the account and the region again.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, EnableSecurityhub as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct EnableSecurityhub;

const HUB: &[&str] = &["arn:${AWS::Partition}:securityhub:${AWS::Region}:${AWS::AccountId}:hub/default"];

impl Setting for EnableSecurityhub {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::SECURITYHUB];

    const META: ActionMeta = ActionMeta {
        id: ActionId::EnableSecurityhub,
        title: "Enable Security Hub",
        permissions: &[Permission::on(HUB, &["securityhub:DescribeHub", "securityhub:EnableSecurityHub"])],
        undo_permissions: &[Permission::on(HUB, &["securityhub:DisableSecurityHub"])],
        reversibility: "with a loss: Security Hub is disabled again; which standards were enabled before is not known",
        reversible: false,
        disruptive: false,
        prose: "\
## What it does
Enables Security Hub with the standards that AWS enables by default. Which standards, controls and integrations were \
enabled before went with it and has to be set again. Findings come back where it is enabled within 90 days.

## What it keeps
Nothing else is touched. A hub that another account administers is enabled by that account as well, by itself.

## Undo
Disables Security Hub again.
",
    };

    const PART: &'static str = "Enabled";

    fn arn(site: &Site<'_>, _: &Request) -> String {
        site.arn("securityhub", "hub/default")
    }

    async fn resource(site: &Site<'_>, _: &Request) -> Result<Value, Fault> {
        match site.get("securityhub:DescribeHub", json!({})).await {
            Ok(_) => Ok(json!({ Self::PART: true })),
            // An account without Security Hub is no subscriber: that is how it says so.
            Err(fault) if fault.code == "InvalidAccessException" || fault.kind == Kind::Gone => {
                Ok(json!({ Self::PART: false }))
            }
            Err(fault) => Err(fault),
        }
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value == Value::Bool(false)).then(|| Value::Bool(true))
    }

    fn call(_: &Site<'_>, _: &Request, value: &Value) -> (&'static str, Value) {
        let enable = *value == Value::Bool(true);
        if enable {
            ("securityhub:EnableSecurityHub", json!({ "EnableDefaultStandards": true }))
        } else {
            ("securityhub:DisableSecurityHub", json!({}))
        }
    }

    /// A hub that is disabled has none.
    async fn tags(_: &Site<'_>, _: &Request) -> Result<BTreeMap<String, String>, Fault> {
        Ok(BTreeMap::new())
    }
}
