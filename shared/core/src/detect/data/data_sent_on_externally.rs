//! `data-sent-on-externally`: pipes, streams, schedules and copies whose other end is in an external account.

use super::foreign_destination::ForeignDestination;
use crate::detect::meta::page;
use crate::detect::named::values;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

const fn event(source: &'static str, name: &'static str) -> EventName {
    EventName { source, name }
}

/// Every call that joins a source of data with a destination that it names by ARN.
pub(super) const DATA_SENT_ON_EXTERNALLY: ForeignDestination = ForeignDestination {
    meta: Meta {
        id: "data-sent-on-externally",
        title: "Data sent on to an external account",
        domain: Domain::Data,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1537", "T1020"],
        events: Events::Calls(&[
            event("pipes.amazonaws.com", "CreatePipe"),
            event("pipes.amazonaws.com", "UpdatePipe"),
            event("scheduler.amazonaws.com", "CreateSchedule"),
            event("scheduler.amazonaws.com", "UpdateSchedule"),
            event("dynamodb.amazonaws.com", "EnableKinesisStreamingDestination"),
            event("sqs.amazonaws.com", "StartMessageMoveTask"),
            event("rds.amazonaws.com", "CreateIntegration"),
            event("redshift.amazonaws.com", "CreateIntegration"),
            event("glue.amazonaws.com", "CreateIntegration"),
            event("es.amazonaws.com", "CreateOutboundConnection"),
            event("codecommit.amazonaws.com", "PutRepositoryTriggers"),
            event("iot.amazonaws.com", "CreateTopicRule"),
            event("iot.amazonaws.com", "ReplaceTopicRule"),
            event("kafka.amazonaws.com", "CreateReplicator"),
            event("bedrock.amazonaws.com", "AssociateAgentCollaborator"),
            event("bedrock.amazonaws.com", "CreateDataSource"),
            event("bedrock.amazonaws.com", "UpdateDataSource"),
            event("s3.amazonaws.com", "PutStorageLensConfiguration"),
        ]),
        prose: page(
            "\
## What it does
Fires when a pipe or a schedule of EventBridge, a stream of a table, an integration of databases, a connection
between search domains, a rule of IoT, a trigger of a repository of code, a source of a knowledge base or a
task that moves messages is set up with its other end in an external account, which the call names by an ARN
or an account number. Ends in the account itself, and in accounts under `/riposte/trusted-accounts`, do
not match.

## Why is this bad?
Whatever passes is delivered to somebody else as it happens, by AWS itself: no record is read by a call that
a trail would show, and the flow goes on after every credential was changed.

## False positives
Accounts of one company that pass each other data, such as one for reports. Name them as trusted.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html>
- <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_EnableKinesisStreamingDestination.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &[
        "name",
        "tableName",
        "integrationName",
        "repositoryName",
        "ruleName",
        "sourceArn",
        "knowledgeBaseId",
        "agentId",
        "connectionAlias",
        "replicatorName",
        "configId",
    ],
    destinations,
};

/// The fields in which these calls name where data goes. Their values are ARNs, but for the owner of a bucket.
const ENDS: [&str; 13] = [
    "target",
    "arn",
    "streamArn",
    "destinationArn",
    "targetArn",
    "functionArn",
    "topicArn",
    "aliasArn",
    "accountId",
    "bucketOwnerAccountId",
    "destinationOwnerAccountId",
    "ownerId",
    "mskClusterArn",
];

fn destinations(call: &ApiCall) -> Vec<String> {
    let Some(request) = call.member("requestParameters") else { return Vec::new() };
    // A role may be another account's only where it is taken, which has detectors of its own.
    ENDS.iter().flat_map(|end| values(request, end)).filter(|to| !to.contains(":iam:")).collect()
}
