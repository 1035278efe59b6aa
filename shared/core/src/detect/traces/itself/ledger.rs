//! The ledger: the table, and the incidents in it.

use super::{OwnPart, events, names};
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See its [`Meta`].
pub(in crate::detect) const LEDGER_TAMPERED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-ledger-tampered",
        title: "Riposte's own ledger deleted or changed",
        domain: Domain::Traces,
        severity: Severity::Critical,
        confidence: Confidence::High,
        technique: &["T1562.001", "T1485"],
        events: Events::Calls(EVENTS),
        prose: PROSE,
        ..Meta::PLAIN
    },
    what: "table",
    keys: &["tableName", "resourceArn", "tableArn"],
    own: names::resource,
    harms: |_| true,
};

const EVENTS: &[EventName] = events! {
    "dynamodb.amazonaws.com": [
        "DeleteTable", "UpdateTable", "UpdateTimeToLive", "UpdateContinuousBackups", "PutResourcePolicy",
        "DeleteResourcePolicy",
    ],
};

const PROSE: &str = "\
## What it does
Fires when somebody deletes the table `riposte-ledger`, changes its capacity, indexes or encryption, its
time to live, its backups or its resource policy. Calls of CloudFormation are
`riposte-changed-by-cloudformation`, refused ones `riposte-tampering-refused`; a single incident that is
deleted is `riposte-incident-deleted`.

## Why is this bad?
The ledger holds what Riposte did and how to undo it, the leases that keep two answers apart and the counts
of what goes on right now. Without it no action is taken at all: a change is recorded before it is made.

## False positives
A change of capacity, backup or policy by hand. Do it in the template, so that the next deployment does not
take it back.

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
        events: Events::Calls(INCIDENT_EVENTS),
        prose: INCIDENT,
        ..Meta::PLAIN
    },
    what: "table",
    keys: &["tableName"],
    own: names::resource,
    harms: |call| !names::by_itself(call) && !of_a_lease(call),
};

const INCIDENT_EVENTS: &[EventName] = events! { "dynamodb.amazonaws.com": ["DeleteItem"] };

/// A lease is given back after every undo, in the operator's name.
fn of_a_lease(call: &ApiCall) -> bool {
    let key = call.request("key").and_then(|key| key.get("pk"));
    key.and_then(|pk| pk.as_str()).is_some_and(|pk| pk.starts_with("lease#"))
}

const INCIDENT: &str = "\
## What it does
Fires when a record is deleted from `riposte-ledger` by anybody but Riposte's own functions. Leases, which
the operator's command gives back after an undo, are let pass.

It needs a trail that records DynamoDB's data events for the table. Records that are overwritten are not
read, since the functions do that all the time: the seal of an incident shows that it was changed.

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
