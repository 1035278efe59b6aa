//! `riposte-logs-tampered`: what the functions wrote.

use super::{OWN, OwnPart, events, names};
use crate::detect::{EventName, Events, Meta};
use crate::finding::Severity;

/// See its [`Meta`].
pub(in crate::detect) const LOGS_TAMPERED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-logs-tampered",
        title: "Riposte's own logs deleted or diverted",
        severity: Severity::High,
        technique: &["T1070", "T1562.008"],
        events: Events::Calls(EVENTS),
        prose: PROSE,
        ..OWN
    },
    what: "log group",
    keys: &["logGroupName", "logGroupIdentifier", "resourceIdentifier"],
    own: names::resource,
    harms: |_| true,
};

const EVENTS: &[EventName] = events! {
    "logs.amazonaws.com": [
        "DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy", "PutSubscriptionFilter", "AssociateKmsKey",
        "PutDataProtectionPolicy", "PutTransformer",
    ],
};

const PROSE: &str = "\
## What it does
Fires on the log groups `/aws/lambda/riposte-…`: when one, or a stream of it, is deleted, when its retention
is set, its lines are sent somewhere else, masked or rewritten, or when it is encrypted with another key. Calls
of CloudFormation are `riposte-changed-by-cloudformation`, refused ones `riposte-tampering-refused`.

## Why is this bad?
The functions' logs say what was found and done, beside the ledger. An attacker whom Riposte answered finds
his own trace there, and what it knows of him.

## False positives
A retention set by hand, or a filter that copies all logs of the account to a collector. Set the retention
in the template.

## References
- <https://attack.mitre.org/techniques/T1070/>
- <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html>
- <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html>
";
