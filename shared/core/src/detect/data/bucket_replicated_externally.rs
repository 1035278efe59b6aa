//! `bucket-replicated-externally`: bucket replicated to another account.

use serde_json::Value;

use super::json::each;
use crate::action::{ActionId, DisableReplicationRule};
use crate::detect::fields::required;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct BucketReplicatedExternally;

const META: Meta = Meta {
    id: "bucket-replicated-externally",
    title: "Bucket replicated to another account",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1537"],
    actions: &[ActionId::DisableReplicationRule],
    events: Events::Calls(&[
        EventName { source: "s3.amazonaws.com", name: "PutBucketReplication" },
        EventName { source: "s3.amazonaws.com", name: "PutBucketReplicationConfiguration" },
    ]),
    prose: "\
## What it does
Fires when a bucket's replication has an enabled rule whose destination names an account other than the
bucket's own. A destination without an account cannot be recognized: S3 then takes the bucket by its name, and
that may belong to anybody; such a change is `bucket-settings-changed`.

## Why is this bad?
Replication copies whatever is written from then on, and by a batch job what is there, with S3's own hands:
no downloads, no traffic, and as long as nobody looks at that setting.

It is high because everything that is written from then on is delivered, without a read that a trail would
show. Accounts of the company are trusted by name and do not match.

## False positives
Copies into an account kept for backups. Compare the account in the finding with your own.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html>
",
    ..Meta::PLAIN
};

impl Detector for BucketReplicatedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let bucket = required(call, "bucketName")?;
        let configuration = call.request("ReplicationConfiguration");
        let rules =
            configuration.and_then(|configuration| configuration.get("Rule").or_else(|| configuration.get("Rules")));
        let own = call.account();
        let to = each(rules).iter().filter(|rule| enabled(rule)).filter_map(|rule| rule.get("Destination"));
        let foreign =
            |destination: &&Value| account(destination).is_some_and(|id| facts.trusted.is_foreign(own.as_deref(), id));
        let foreign: Vec<&Value> = to.filter(foreign).collect();
        let Some(destination) = foreign.first() else { return Ok(Vec::new()) };
        let there = destination.get("Bucket").and_then(Value::as_str).unwrap_or("(unknown)");
        let account = account(destination).unwrap_or_default();
        let why = format!("`{}` replicates bucket `{bucket}` to `{there}` of account `{account}`", call.event_name());
        let target = Target::Resource { service: "s3".to_owned(), id: plain(bucket, 300) };
        let buckets = foreign.iter().filter_map(|destination| destination.get("Bucket")?.as_str());
        let destinations: Vec<_> = buckets.map(str::to_owned).collect();
        let response = DisableReplicationRule { bucket: bucket.to_owned(), destinations };
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(Some(response))])
    }
}

fn enabled(rule: &Value) -> bool {
    rule.get("Status").and_then(Value::as_str) == Some("Enabled")
}

fn account(destination: &Value) -> Option<&str> {
    destination.get("Account").and_then(Value::as_str).filter(|account| !account.is_empty())
}
