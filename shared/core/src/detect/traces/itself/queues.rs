//! `riposte-queue-cut-off`: the queues between the rules and the functions.

use super::{OWN, OwnPart, events, names};
use crate::detect::{EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::Severity;

/// See its [`Meta`].
pub(in crate::detect) const QUEUE_CUT_OFF: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-queue-cut-off",
        title: "Riposte's own queue cut off",
        severity: Severity::Critical,
        events: Events::Calls(EVENTS),
        prose: PROSE,
        ..OWN
    },
    what: "queue",
    keys: &["queueUrl", "queueName", "sourceArn", "destinationArn"],
    own: names::resource,
    harms: |call| !redrives(call),
};

/// Whether dead letters are moved back to where they came from, as an operator does after a repair.
fn redrives(call: &ApiCall) -> bool {
    let is_ours = |key: &str| call.request_text(key).map(|arn| names::resource(arn).is_some());
    call.event_name() == "StartMessageMoveTask"
        && is_ours("sourceArn") == Some(true)
        && is_ours("destinationArn").unwrap_or(true)
}

const EVENTS: &[EventName] = events! {
    "sqs.amazonaws.com": [
        "DeleteQueue", "PurgeQueue", "SetQueueAttributes", "AddPermission", "RemovePermission",
        "StartMessageMoveTask",
    ],
};

const PROSE: &str = "\
## What it does
Fires when somebody deletes or empties one of Riposte's queues, changes its attributes or its policy, moves
its dead letters to a queue that is not Riposte's, or another queue's to one of Riposte's. Dead letters that
are moved back to where they came from do not match. Whoever else is made to read a queue is
`riposte-function-opened`.

The queues are recognized by their name, which begins with the stack's name, `riposte-`; the queues of a stack of
another name are not known here. Calls of CloudFormation are `riposte-changed-by-cloudformation`, refused
ones `riposte-tampering-refused`. Messages that are received and deleted one by one are data events, which
this does not read.

## Why is this bad?
Every event that Riposte should answer waits in these queues. Whoever empties one deletes the evidence of
the last minutes; whoever changes its policy can shut events out, or put forged ones in, and a forged
event makes Riposte act against the innocent.

## False positives
An operator who empties a dead-letter queue after a fault was repaired. Redrive the messages instead.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html>
- <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
";
