//! The ledger: the table, and the incidents in it.

use serde_json::Value;

use super::super::paths::texts;
use super::{OWN, OwnPart, events, names};
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See its [`Meta`].
pub(in crate::detect) const LEDGER_TAMPERED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-ledger-tampered",
        title: "Riposte's own ledger deleted or changed",
        severity: Severity::Critical,
        technique: &["T1562.001", "T1485"],
        events: Events::Calls(EVENTS),
        prose: PROSE,
        ..OWN
    },
    what: "table",
    keys: &["tableName", "resourceArn", "tableArn", "backupArn", "globalTableName"],
    own: names::resource,
    harms: |_| true,
};

const EVENTS: &[EventName] = events! {
    "dynamodb.amazonaws.com": [
        "DeleteTable", "UpdateTable", "UpdateTimeToLive", "UpdateContinuousBackups", "PutResourcePolicy",
        "DeleteResourcePolicy", "DeleteBackup", "EnableKinesisStreamingDestination",
        "UpdateKinesisStreamingDestination", "CreateGlobalTable", "UpdateGlobalTable", "UpdateGlobalTableSettings",
        "UpdateTableReplicaAutoScaling",
    ],
};

const PROSE: &str = "\
## What it does
Fires when somebody deletes the table `riposte-ledger` or a backup of it, changes its capacity, indexes or
encryption, its time to live, its backups or its resource policy, copies it to another region, or streams
what changes in it to somewhere else. Calls of CloudFormation are
`riposte-changed-by-cloudformation`, refused ones `riposte-tampering-refused`; a single incident that is
deleted is `riposte-incident-deleted`.

## Why is this bad?
The ledger holds what Riposte did and how to undo it, the leases that keep two answers apart and the counts
of what goes on right now. Without it no action is taken at all: a change is recorded before it is made.

## False positives
A change of capacity, backup or policy by hand. Do it in the template, so that the next deployment does not
revoke it.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html>
- <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html>
";

/// See its [`Meta`].
pub(in crate::detect) const INCIDENT_DELETED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-incident-deleted",
        title: "Record deleted from Riposte's own ledger",
        domain: Domain::Traces,
        severity: Severity::High,
        confidence: Confidence::High,
        technique: &["T1070"],
        no_response: "A record that was deleted comes back from the table's point-in-time recovery alone, into a table \
            beside it: a person compares the two.",
        events: Events::Calls(INCIDENT_EVENTS),
        prose: INCIDENT,
        ..Meta::PLAIN
    },
    what: "table",
    // Several tables in one call, and statements, name theirs only among the record's resources.
    keys: &["tableName", "requestItems.tableName", "resources.ARN"],
    own: names::resource,
    harms: |call| !names::by_itself(call) && deletes(call),
};

const INCIDENT_EVENTS: &[EventName] = events! {
    "dynamodb.amazonaws.com": [
        "DeleteItem", "TransactWriteItems", "BatchWriteItem", "ExecuteStatement", "BatchExecuteStatement",
        "ExecuteTransaction",
    ],
};

/// Whether records may be gone after a call. Neither the functions nor the operator's command writes in
/// batches or by statements, so that one which does not only read counts as a whole.
fn deletes(call: &ApiCall) -> bool {
    match call.event_name() {
        "DeleteItem" => call.request("key").is_none_or(|key| !of_a_lease(key)),
        "TransactWriteItems" => {
            let items = call.request("requestItems").and_then(Value::as_array);
            let is_delete = |item: &&Value| {
                let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
                text("operation").eq_ignore_ascii_case("Delete") && names::resource(text("tableName")).is_some()
            };
            let mut deleted = items.into_iter().flatten().filter(is_delete);
            deleted.any(|item| item.get("key").is_none_or(|key| !of_a_lease(key)))
        }
        "BatchWriteItem" => true,
        _ => {
            let statements = texts(call, "statement").into_iter().chain(texts(call, "requestItems.statement"));
            let of_ours = |text: &&str| text.split('"').any(|part| names::resource(part).is_some());
            let reads = |text: &str| text.trim_start().get(..6).is_some_and(|verb| verb.eq_ignore_ascii_case("SELECT"));
            statements.filter(of_ours).any(|text| !reads(text))
        }
    }
}

/// A lease is given back after every undo, in the operator's name.
fn of_a_lease(key: &Value) -> bool {
    key.get("pk").and_then(Value::as_str).is_some_and(|pk| pk.starts_with("lease#"))
}

const INCIDENT: &str = "\
## What it does
Fires when a record is deleted from `riposte-ledger` by anybody but Riposte's own functions: by itself, in a
transaction, or by a batch or a PartiQL statement that writes, which nothing of Riposte's uses. Leases, which
the operator's command gives back after an undo, are let pass.

It needs a trail that records DynamoDB's data events for the table. Records that are overwritten are not
read, since the functions do that all the time: the signature of an incident shows that it was changed.

## Why is this bad?
An incident holds who did what, and the recipe that undoes the answer. Deleting it removes the evidence and
the way back at once, and lets the same event be handled a second time.

## False positives
An operator who cleans the table by hand. Records leave it by themselves when their time is over.

## References
- <https://attack.mitre.org/techniques/T1070/>
- <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html>
- <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html>
";
