//! `restore-replication`: sets the replication that a bucket had.

use riposte_core::action::{ActionId, RestoreReplication as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, formerly};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreReplication;

const PART: &str = "ReplicationConfiguration";

/// S3 is passed the role that replicates, which stands in what is restored.
const PASSED: When = When { test: "StringEquals", key: "iam:PassedToService", values: &["s3.amazonaws.com"] };

impl Contain for RestoreReplication {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CLOUDTRAIL, &models::S3];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreReplication,
        title: "Set a bucket's former replication again",
        permissions: &[
            Permission::anywhere(&["cloudtrail:LookupEvents"]),
            Permission::on(
                &["arn:${AWS::Partition}:s3:::*"],
                &["s3:GetBucketTagging", "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration"],
            ),
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"], &["iam:PassRole"]).when(&[PASSED]),
        ],
        undo_permissions: &[],
        reversibility: "complete: the replication that was found is set again, or deleted where there was none",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets the replication that the bucket had before it was deleted or overwritten: its rules, where they copy to, and the role \
by which S3 copies. The account audit keeps it; where it does not, it is looked up in CloudTrail's history of the last 90 \
days, in the call that wrote it last. Where that is longer ago, nothing is done and the notice says so. Objects that \
were written in between are not copied by themselves: that is a batch operation's business.

To set a replication is to pass its role to S3: the function's role has `iam:PassRole`, narrowed by `iam:PassedToService` \
to `s3.amazonaws.com`.

## What it keeps
Objects, versions and every other setting of the bucket, and what was copied before.

## Undo
Sets the replication that was found again, or deletes it where there was none. Refused where it has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let live = match replication(site, &request).await {
            Ok(live) => live,
            Err(fault) if fault.kind == Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let set = |value: &Value| {
            let parameters = json!({ "Bucket": request.bucket, PART: value });
            change("s3:PutBucketReplication", &parameters, [(PART.to_owned(), Some(value.clone()))])
        };
        let setting = formerly::OfBucket {
            bucket: &request.bucket,
            before: request.before.as_deref(),
            part: PART,
            kept: "GetBucketReplication.ReplicationConfiguration",
            call: "PutBucketReplication",
            asked: &|given| {
                let document = formerly::of_document(given.get(PART)?);
                Some(document).filter(|document| document.get("Rules").is_some())
            },
            set: &set,
            delete: "s3:DeleteBucketReplication",
        };
        formerly::of_bucket(site, request.clone().into(), live.as_ref(), &setting).await
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        Ok(formerly::snapshot(PART, replication(site, &request).await?.as_ref()))
    }

    /// An empty plan shows the replication.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

async fn replication(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    match site.get("s3:GetBucketReplication", json!({ "Bucket": request.bucket })).await {
        Ok(body) => Ok(body.get(PART).cloned()),
        Err(fault) if fault.code == "ReplicationConfigurationNotFoundError" => Ok(None),
        Err(fault) => Err(fault),
    }
}
