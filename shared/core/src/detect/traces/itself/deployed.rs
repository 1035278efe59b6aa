//! `riposte-changed-by-cloudformation`: a part changed by a stack, as an upgrade does it.

use super::{PARTS, calls, count, names};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(in crate::detect) struct ChangedByCloudFormation;

/// Every call that would harm a part.
static EVENTS: [EventName; count(PARTS)] = calls(PARTS, &[]);

const META: Meta = Meta {
    id: "riposte-changed-by-cloudformation",
    title: "Riposte's own part changed by CloudFormation",
    domain: Domain::Traces,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1562.001"],
    events: Events::Calls(&EVENTS),
    prose: "\
## What it does
Fires when CloudFormation makes one of the calls that would harm Riposte if a person made it: on its rules,
queues, functions, ledger, settings, roles, logs, topic or alarms. AWS itself writes that CloudFormation made
a call, so nobody can claim it. Which stack it works for does not stand in the event; `riposte-stack-changed`
or `riposte-stack-deleted` should stand beside it.

## Why is this bad?
An upgrade looks like this, and so does an attacker who updates the stack, or who puts a policy for one of
Riposte's roles, or a permission for one of its functions, into a stack of his own.

## False positives
Every deployment and every upgrade, several findings each. It should be one that somebody announced.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-api-logging-cloudtrail.html>
- <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
",
    ..Meta::PLAIN
};

impl Detector for ChangedByCloudFormation {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !names::by_cloudformation(call) {
            return Ok(Vec::new());
        }
        let parts = PARTS.iter().filter(|part| part.reads(call));
        Ok(parts.flat_map(|part| part.named(call).into_iter().map(|name| part.claim(call, name, "on"))).collect())
    }
}
