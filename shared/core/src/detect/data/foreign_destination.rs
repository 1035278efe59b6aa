//! Data that flows on by itself: calls that name where to, and the account that the place is of.

use super::json::{all_texts, texts};
use crate::arn::account_of;
use crate::detect::meta::page;
use crate::detect::named::{named, values};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// A flow of data, and where its calls name the destination.
#[derive(Debug)]
pub(super) struct ForeignDestination {
    pub(super) meta: Meta,
    /// The fields that name what flows, the best first.
    pub(super) names: &'static [&'static str],
    /// ARNs, or numbers of accounts.
    pub(super) destinations: fn(&ApiCall) -> Vec<String>,
}

impl Detector for ForeignDestination {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let own = call.account();
        let foreign = |to: &String| account_of(to).is_some_and(|id| facts.trusted.is_foreign(own.as_deref(), id));
        let Some(to) = (self.destinations)(call).into_iter().find(foreign) else { return Ok(Vec::new()) };
        let what = named(call, self.names).unwrap_or_else(|| "(not named)".to_owned());
        let why = format!("`{}` lets `{what}` flow on to `{to}`, of another account", call.event_name());
        let service = call.service().to_owned();
        Ok(vec![Claim::of(Target::Resource { service, id: plain(&what, 300) }, plain(&why, 600))])
    }
}

const fn event(source: &'static str, name: &'static str) -> EventName {
    EventName { source, name }
}

/// Notifications and reports of a bucket.
pub(super) const BUCKET_FEEDS_ANOTHER_ACCOUNT: ForeignDestination = ForeignDestination {
    meta: Meta {
        id: "bucket-reports-externally",
        title: "Bucket reports to another account",
        domain: Domain::Data,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1537", "T1546"],
        events: Events::Calls(&[
            event("s3.amazonaws.com", "PutBucketNotification"),
            event("s3.amazonaws.com", "PutBucketInventoryConfiguration"),
            event("s3.amazonaws.com", "PutBucketAnalyticsConfiguration"),
        ]),
        prose: page(
            "\
## What it does
Fires when a bucket is set to notify a function, queue or topic of another account of what happens in it,
or to write its inventory or its analytics for another account. Destinations of the bucket's own account
do not match, nor does EventBridge, which stays in the account.

## Why is this bad?
A function of an external account that runs on each upload sees every object's name at once, and may answer by changing
the object before it is used: templates that wait in a bucket for their deployment have been replaced like
that. An inventory lists all that is there to take.

## False positives
Loaders of data warehouses that other companies run, which ask for exactly this. Compare the account in the
finding with the one in their documentation.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://attack.mitre.org/techniques/T1546/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["bucketName"],
    destinations: |call| {
        let mut found = Vec::new();
        let parts = ["NotificationConfiguration", "InventoryConfiguration", "AnalyticsConfiguration"];
        parts.iter().filter_map(|part| call.request(part)).for_each(|part| all_texts(part, &mut found));
        found.into_iter().map(str::to_owned).collect()
    },
};

/// Subscriptions to a topic.
pub(super) const TOPIC_SUBSCRIBED_BY_ANOTHER_ACCOUNT: ForeignDestination = ForeignDestination {
    meta: Meta {
        id: "sns-topic-subscribed-externally",
        title: "Topic subscribed by another account",
        domain: Domain::Data,
        severity: Severity::Medium,
        confidence: Confidence::Low,
        technique: &["T1537"],
        events: Events::Calls(&[event("sns.amazonaws.com", "Subscribe")]),
        prose: page(
            "\
## What it does
Fires when a topic is subscribed by a queue, a function or a delivery stream of another account. Those of
the account itself do not match; addresses of mail, telephones and web servers are
`sns-topic-subscribed-outside-aws`.

## Why is this bad?
Every message that is published from then on is delivered to the other account too: orders, alarms, links
to what was uploaded. Nothing in the publisher changes, and the subscription stays until somebody reads the
list of subscriptions.

## False positives
Companies that let their accounts hear each other's topics. Compare the account in the finding with your
own.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/sns/latest/dg/sns-send-message-to-sqs-cross-account.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["topicArn"],
    destinations: |call| {
        texts(call.request("endpoint")).filter(|to| to.starts_with("arn:")).map(str::to_owned).collect()
    },
};

/// Exports of a table.
pub(super) const TABLE_EXPORTED_TO_ANOTHER_ACCOUNT: ForeignDestination = ForeignDestination {
    meta: Meta {
        id: "dynamodb-table-exported-externally",
        title: "Table exported to another account's bucket",
        domain: Domain::Data,
        severity: Severity::Medium,
        confidence: Confidence::High,
        technique: &["T1537"],
        events: Events::Calls(&[event("dynamodb.amazonaws.com", "ExportTableToPointInTime")]),
        prose: page(
            "\
## What it does
Fires when a DynamoDB table is exported into a bucket that the call itself says is another account's. An
export that names no owner, or the own account, is `dynamodb-table-exported`.

## Why is this bad?
The whole table, as it was at any moment of the last weeks, is written out of the account by AWS itself: no
item is read by the API, and no trail of data events shows it.

## False positives
A data lake that has an account of its own. Compare the account in the finding with that.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["tableArn"],
    destinations: |call| texts(call.request("s3BucketOwner")).map(str::to_owned).collect(),
};

/// Copies of recovery points.
pub(super) const BACKUP_COPIED_TO_ANOTHER_ACCOUNT: ForeignDestination = ForeignDestination {
    meta: Meta {
        id: "backup-copied-externally",
        title: "Backup copied to another account",
        domain: Domain::Data,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1537"],
        events: Events::Calls(&[
            event("backup.amazonaws.com", "StartCopyJob"),
            event("backup.amazonaws.com", "CreateBackupPlan"),
            event("backup.amazonaws.com", "UpdateBackupPlan"),
        ]),
        prose: page(
            "\
## What it does
Fires when AWS Backup is set, once or by a plan, to copy recovery points into a vault of another account.
Vaults of the account itself, in whatever region, do not match.

## Why is this bad?
A recovery point is a whole disk, database or file system. A plan that copies it sends each night's backup
along, from then on and unasked. AWS Backup copies within the organization only, so that the receiver is
another account of it that was taken over.

## False positives
The account that a company keeps its backups in, which is a good thing to have. Compare it with the one in
the finding.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["recoveryPointArn", "backupPlanName", "backupPlanId"],
    destinations: |call| values(call.record(), "destinationBackupVaultArn"),
};

/// Targets of EventBridge rules.
pub(super) const EVENTS_SENT_TO_ANOTHER_ACCOUNT: ForeignDestination = ForeignDestination {
    meta: Meta {
        id: "events-sent-externally",
        title: "Events sent on to another account",
        domain: Domain::Data,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1537", "T1546"],
        events: Events::Calls(&[event("events.amazonaws.com", "PutTargets")]),
        prose: page(
            "\
## What it does
Fires when a rule of EventBridge gets a target in another account: an event bus, a queue, a function, a
stream. Targets of the account itself do not match.

## Why is this bad?
Whatever the rule matches is delivered to the other account as it happens: what is written to buckets, who
signs in, findings of the defenses. It is a quiet way to watch an account, or to have a program outside
answer what happens inside.

## False positives
A central event bus for the events of many accounts. Name that account as trusted.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["rule"],
    destinations: |call| {
        let targets = call.request("targets").and_then(serde_json::Value::as_array).into_iter().flatten();
        targets.filter_map(|target| target.get("arn")?.as_str().map(str::to_owned)).collect()
    },
};
