//! `riposte-changed-by-cloud-control`: a part changed through the API that takes resources of every kind.

use super::{OWN, OwnPart, events, names};
use crate::detect::{EventName, Events, Meta};
use crate::finding::Severity;

/// See its [`Meta`].
pub(in crate::detect) const CHANGED_BY_CLOUD_CONTROL: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-changed-by-cloud-control",
        title: "Riposte's own part changed through Cloud Control",
        severity: Severity::Critical,
        events: Events::Calls(EVENTS),
        prose: PROSE,
        ..OWN
    },
    what: "part",
    keys: &["identifier"],
    own: names::anything,
    harms: |_| true,
};

const EVENTS: &[EventName] = events! { "cloudcontrolapi.amazonaws.com": ["UpdateResource", "DeleteResource"] };

const PROSE: &str = "\
## What it does
Fires when one of Riposte's parts is updated or deleted through the Cloud Control API: a rule, queue,
function, table, setting, role, log group, topic, alarm or the stack itself, recognized by the identifier of the
request. What Cloud Control then calls at the single service comes from AWS and looks like a deployment, so
the request itself must be reported. Refused ones are `riposte-tampering-refused`.

## Why is this bad?
One API reaches every part, and a detector that waits for `DeleteFunction` or `DisableRule` from a person
does not see it.

## False positives
An infrastructure tool that works through Cloud Control and was given Riposte's parts. Riposte is deployed by
its stack.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_DeleteResource.html>
- <https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_UpdateResource.html>
";
