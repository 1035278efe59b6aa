//! `cancel-key-deletion`: cancels the deletion of a KMS key and enables the key.

use riposte_core::action::{ActionId, CancelKeyDeletion as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct CancelKeyDeletion;

/// Whether the key waits for its deletion, and whether it is enabled: two parts, since two calls change them.
const DELETION: &str = "PendingDeletion";
const ENABLED: &str = "Enabled";

/// The longest window that KMS takes, in days: what an undo schedules.
const WINDOW: u32 = 30;

impl Contain for CancelKeyDeletion {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::KMS];

    const META: ActionMeta = ActionMeta {
        id: ActionId::CancelKeyDeletion,
        title: "Cancel the deletion of a KMS key, and enable it",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"],
            &["kms:DescribeKey", "kms:ListResourceTags", "kms:CancelKeyDeletion", "kms:EnableKey"],
        )],
        undo_permissions: &[Permission::on(
            &["arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"],
            &["kms:DisableKey", "kms:ScheduleKeyDeletion"],
        )],
        reversibility: "with a loss: the deletion is scheduled again, with the longest window of 30 days",
        reversible: false,
        disruptive: false,
        prose: "\
## What it does
Cancels the deletion of the key that the finding names. A key whose deletion was canceled stays disabled, so it is \
enabled then: what it encrypts can be read again.

## What it keeps
The key's policy, grants, aliases and rotation.

## Undo
Disables the key and schedules its deletion again, after 30 days: the date that it had is not kept by KMS.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let before = match state(site, &request).await {
            Ok(before) => before,
            Err(fault) if fault.kind == Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let is = |name: &str, wanted: bool| before.0.get(name) == Some(&Value::Bool(wanted));
        let (pending, disabled) = (is(DELETION, true), is(ENABLED, false));
        let arn = site.arn("kms", &format!("key/{}", request.key_id));
        let mut plan = Plan::of(request.clone().into(), arn.clone(), before);
        if !pending && !disabled {
            return Ok(plan.noted("the key is enabled and not scheduled for deletion").into());
        }
        plan = plan.tagged(tags::of(site, &arn).await?);
        let key = json!({ "KeyId": request.key_id });
        let part = |name: &str, value: bool| [(name.to_owned(), Some(Value::Bool(value)))];
        if pending {
            let cancel = change("kms:CancelKeyDeletion", &key, part(DELETION, false))?;
            let window = json!({ "KeyId": request.key_id, "PendingWindowInDays": WINDOW });
            plan = plan.then(cancel, [change("kms:ScheduleKeyDeletion", &window, part(DELETION, true))?]);
        }
        if disabled {
            let enable = change("kms:EnableKey", &key, part(ENABLED, true))?;
            plan = plan.then(enable, [change("kms:DisableKey", &key, part(ENABLED, false))?]);
        }
        Ok(plan.into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        state(site, &request).await
    }

    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

async fn state(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let body = site.get("kms:DescribeKey", json!({ "KeyId": request.key_id })).await?;
    let state = body.pointer("/KeyMetadata/KeyState").and_then(Value::as_str).unwrap_or_default();
    // A multi-Region primary whose replicas still stand waits for them first.
    let pending = matches!(state, "PendingDeletion" | "PendingReplicaDeletion");
    let parts = [(DELETION.to_owned(), json!(pending)), (ENABLED.to_owned(), json!(state == "Enabled"))];
    Ok(Snapshot(parts.into()))
}
