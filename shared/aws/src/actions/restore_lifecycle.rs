//! `restore-lifecycle`: sets the lifecycle that a bucket had.

use riposte_core::action::{ActionId, RestoreLifecycle as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, formerly, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreLifecycle;

const PART: &str = "Rules";
const KEPT: &str = "GetBucketLifecycleConfiguration.Rules";

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
            Err(fault) if fault.kind == crate::fault::Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let arn = format!("arn:{}:s3:::{}", site.partition(), request.bucket);
        let asked = |given: &Value| {
            let is_it = given.get("bucketName").and_then(Value::as_str) == Some(&request.bucket);
            let rules = formerly::of_document(given.get("LifecycleConfiguration").filter(|_| is_it)?).get(PART).cloned();
            rules.filter(|rules| rules.as_array().is_some_and(|rules| !rules.is_empty()))
        };
        let sources = formerly::Sources {
            of: ("s3", "bucket"),
            kept: &|state| state.get(KEPT).cloned(),
            call: "PutBucketLifecycle",
            asked: &asked,
            before: request.before.as_deref(),
        };
        let former = formerly::value(site, &arn, &sources).await?;
        let bucket = request.bucket.clone();
        let set = |rules: &Value| {
            let mut parameters = json!({ "Bucket": bucket, "LifecycleConfiguration": { "Rules": rules } });
            // Left out, it would go back to its default.
            if let (Some(size), Some(parameters)) = (&live.size, parameters.as_object_mut()) {
                parameters.insert(SIZE.to_owned(), size.clone());
            }
            change("s3:PutBucketLifecycleConfiguration", &parameters, [(PART.to_owned(), Some(rules.clone()))])
        };
        let delete = || change("s3:DeleteBucketLifecycle", &json!({ "Bucket": bucket }), [(PART.to_owned(), None)]);
        let tags = tags::of(site, &arn).await?;
        let plan = Plan::of(request.into(), arn, formerly::snapshot(PART, live.rules.as_ref())).tagged(tags);
        formerly::plan(plan, (PART, live.rules.as_ref()), former, set, delete)
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
