//! `restore-default-policy-version`: makes the version before the offending one a managed policy's default again.

use riposte_core::action::{ActionId, RestoreDefaultPolicyVersion as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreDefaultPolicyVersion;

/// The default's name in the record.
const PART: &str = "DefaultVersionId";

impl Contain for RestoreDefaultPolicyVersion {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreDefaultPolicyVersion,
        title: "Restore the default version of a managed policy",
        permissions: &[
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/*"], &["iam:GetPolicy", "iam:ListPolicyVersions"]),
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/*"], &["iam:SetDefaultPolicyVersion"])
                .when(&[When::RESTORABLE]),
        ],
        undo_permissions: &[],
        reversibility: "complete: the other version is made the default again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Makes the newest version that is older than the offending one the default again. Everybody to whom the policy is \
attached has the former permissions from then on. Where there is no older version nothing is done: the policy is to be \
detached.

The function may do so to what the operator tagged `riposte:restorable` with the value `true` alone: the call would \
otherwise be a way to administrative privileges for whoever takes the function over. For anything else a person \
is asked, and `riposte approve` does it with that person's own permissions.

## What it keeps
All versions, the offending one too, as evidence; the policy's attachments and tags.

## Undo
Makes the offending version the default again.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let policy = json!({ "PolicyArn": request.policy_arn });
        let Some(found) = site.find("iam:GetPolicy", policy.clone()).await? else {
            return Ok(Planned::Gone(format!("the policy {} does not exist", request.policy_arn)));
        };
        let before = default_of(&found);
        let plan = Plan::of(request.clone().into(), request.policy_arn.clone(), before.clone());
        let plan = plan.tagged(tags::read(found.pointer("/Policy/Tags")));
        if before.0.get(PART).and_then(Value::as_str) != Some(&request.version_id) {
            return Ok(plan.noted("another version is the default by now").into());
        }
        let versions = site.list("iam:ListPolicyVersions", policy, "Versions", ("Marker", "Marker")).await?;
        let numbers = versions.iter().filter_map(|version| number(version.get("VersionId")?.as_str()?));
        let offending = number(&request.version_id);
        let Some(older) = numbers.filter(|n| Some(*n) < offending).max() else {
            let why = "the policy has no older version: detach it from those who hold it";
            return Ok(Planned::Impossible(why.to_owned()));
        };
        let set = |version: &str| {
            let parameters = json!({ "PolicyArn": request.policy_arn, "VersionId": version });
            change("iam:SetDefaultPolicyVersion", &parameters, [(PART.to_owned(), Some(json!(version)))])
        };
        Ok(plan.then(set(&format!("v{older}"))?, [set(&request.version_id)?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        Ok(default_of(&site.get("iam:GetPolicy", json!({ "PolicyArn": request.policy_arn })).await?))
    }

    /// A reading that is too early shows the version before.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        true
    }
}

fn default_of(policy: &Value) -> Snapshot {
    let version = policy.pointer("/Policy/DefaultVersionId").cloned().unwrap_or(Value::Null);
    Snapshot([(PART.to_owned(), version)].into())
}

/// `v12` is the 12th.
fn number(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.parse().ok()
}
