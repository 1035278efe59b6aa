//! `restore-lifecycle`: sets the lifecycle that a bucket had.

use riposte_core::action::{ActionId, RestoreLifecycle as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, formerly};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreLifecycle;

const PART: &str = "Rules";

impl Contain for RestoreLifecycle {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CLOUDTRAIL, &models::S3];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreLifecycle,
        title: "Set a bucket's former lifecycle again",
        permissions: &[
            Permission::anywhere(&["cloudtrail:LookupEvents"]),
            Permission::on(
                &["arn:${AWS::Partition}:s3:::*"],
                &["s3:GetBucketTagging", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"],
            ),
        ],
        undo_permissions: &[],
        reversibility: "complete: the lifecycle that was found is set again, or deleted where there was none",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets the lifecycle rules that the bucket had before they were deleted or overwritten. The account audit keeps them; where \
it does not, they are looked up in CloudTrail's history of the last 90 days, in the call that wrote them last. Where that \
is longer ago, nothing is done and the notice says so.

## What it keeps
Objects, versions and every other setting of the bucket.

## Undo
Sets the rules that were found again, or deletes the lifecycle where there was none. Refused where it has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let live = match rules(site, &request).await {
            Ok(live) => live,
            Err(fault) if fault.kind == Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let set = |rules: &Value| {
            let mut parameters = json!({ "Bucket": request.bucket, "LifecycleConfiguration": { "Rules": rules } });
            // Left out, it would go back to its default.
            if let (Some(size), Some(parameters)) = (&live.size, parameters.as_object_mut()) {
                parameters.insert(SIZE.to_owned(), size.clone());
            }
            change("s3:PutBucketLifecycleConfiguration", &parameters, [(PART.to_owned(), Some(rules.clone()))])
        };
        let setting = formerly::OfBucket {
            bucket: &request.bucket,
            before: request.before.as_deref(),
            part: PART,
            kept: "GetBucketLifecycleConfiguration.Rules",
            call: "PutBucketLifecycle",
            asked: &|given| {
                let rules = formerly::of_document(given.get("LifecycleConfiguration")?).get(PART).cloned();
                rules.filter(|rules| rules.as_array().is_some_and(|rules| !rules.is_empty()))
            },
            set: &set,
            delete: "s3:DeleteBucketLifecycle",
        };
        formerly::of_bucket(site, request.clone().into(), live.rules.as_ref(), &setting).await
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        Ok(formerly::snapshot(PART, rules(site, &request).await?.rules.as_ref()))
    }

    /// An empty plan shows the rules.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

const SIZE: &str = "TransitionDefaultMinimumObjectSize";

/// A bucket's lifecycle as it is.
#[derive(Default)]
struct Live {
    rules: Option<Value>,
    size: Option<Value>,
}

async fn rules(site: &Site<'_>, request: &Request) -> Result<Live, Fault> {
    match site.get("s3:GetBucketLifecycleConfiguration", json!({ "Bucket": request.bucket })).await {
        Ok(body) => Ok(Live { rules: body.get(PART).cloned(), size: body.get(SIZE).cloned() }),
        Err(fault) if fault.code == "NoSuchLifecycleConfiguration" => Ok(Live::default()),
        Err(fault) => Err(fault),
    }
}
