//! `make-database-private`: make a database instance private.

use riposte_core::action::{ActionId, MakeDatabasePrivate as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct MakeDatabasePrivate;

impl Setting for MakeDatabasePrivate {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::RDS];

    const META: ActionMeta = ActionMeta {
        id: ActionId::MakeDatabasePrivate,
        title: "Make a database instance private",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:db:*"], &["rds:DescribeDBInstances", "rds:ListTagsForResource", "rds:ModifyDBInstance"])],
        undo_permissions: &[],
        reversibility: "complete: the instance can be made public again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Sets `PubliclyAccessible` to false at once: the endpoint resolves to a private address. An Aurora cluster that \
was opened through an internet access gateway is not closed by it.

## What it keeps
The instance's security groups, subnets, data and every other setting. Other changes that wait for the \
maintenance window are applied with it, as AWS does for every change that is applied at once.

## Undo
Makes the instance public again.
",
    };

    const PART: &'static str = "PubliclyAccessible";

    const STEADY: &'static [&'static str] = &["StorageEncrypted", "DeletionProtection", "MultiAZ"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("rds", &format!("db:{}", request.instance))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        Ok(member(&site.get("rds:DescribeDBInstances", json!({ "DBInstanceIdentifier": request.instance })).await?, "/DBInstances/0"))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value == Value::Bool(true)).then(|| Value::Bool(false))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let parameters = json!({
            "DBInstanceIdentifier": request.instance, "PubliclyAccessible": value, "ApplyImmediately": true,
        });
        ("rds:ModifyDBInstance", parameters)
    }
}
