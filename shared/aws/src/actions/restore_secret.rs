//! `restore-secret`: cancels the deletion of a secret.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, RestoreSecret as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreSecret;

/// The longest window that Secrets Manager takes, in days: what an undo schedules.
const WINDOW: u32 = 30;

impl Setting for RestoreSecret {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::SECRETSMANAGER];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreSecret,
        title: "Cancel the deletion of a secret",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*"],
            &["secretsmanager:DescribeSecret", "secretsmanager:RestoreSecret"],
        )],
        undo_permissions: &[Permission::on(
            &["arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*"],
            &["secretsmanager:DeleteSecret"],
        )],
        reversibility: "with a loss: the deletion is scheduled again, with the longest window of 30 days",
        reversible: false,
        disruptive: false,
        prose: "\
## What it does
Cancels the deletion of the secret that the finding names: its values can be read again. A secret that was deleted \
without a recovery window is gone.

## What it keeps
The secret's versions, policy, rotation and replicas.

## Undo
Schedules the deletion again, after 30 days: the window that it had is not kept by Secrets Manager.
",
    };

    const PART: &'static str = "ScheduledForDeletion";

    const STEADY: &'static [&'static str] = &["Description", "KmsKeyId", "RotationEnabled"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        if request.secret.starts_with("arn:") {
            return request.secret.clone();
        }
        site.arn("secretsmanager", &format!("secret:{}", request.secret))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        let mut secret = site.get("secretsmanager:DescribeSecret", json!({ "SecretId": request.secret })).await?;
        let is_scheduled = json!(!member(&secret, "/DeletedDate").is_null());
        if let Some(secret) = secret.as_object_mut() {
            secret.insert(Self::PART.to_owned(), is_scheduled);
        }
        Ok(secret)
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (*value == Value::Bool(true)).then(|| Value::Bool(false))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let secret = &request.secret;
        if *value == Value::Bool(true) {
            ("secretsmanager:DeleteSecret", json!({ "SecretId": secret, "RecoveryWindowInDays": WINDOW }))
        } else {
            ("secretsmanager:RestoreSecret", json!({ "SecretId": secret }))
        }
    }

    /// Asked for as the request names it: without an ARN, the suffix of the ARN is not known.
    async fn tags(site: &Site<'_>, request: &Request) -> Result<BTreeMap<String, String>, Fault> {
        let body = site.get("secretsmanager:DescribeSecret", json!({ "SecretId": request.secret })).await?;
        Ok(tags::read(body.get("Tags")))
    }
}
