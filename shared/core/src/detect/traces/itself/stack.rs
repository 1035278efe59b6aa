//! The CloudFormation stack that Riposte is deployed by.

use super::{OWN, OwnPart, events, names};
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

/// See its [`Meta`].
pub(in crate::detect) const STACK_DELETED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-stack-deleted",
        title: "Riposte's own stack deleted",
        severity: Severity::Critical,
        technique: &["T1562.001", "T1485"],
        events: Events::Calls(DELETES),
        prose: DELETED,
        ..OWN
    },
    what: "stack",
    keys: &["stackName"],
    own: names::stack,
    harms: |_| true,
};

const DELETES: &[EventName] = events! { "cloudformation.amazonaws.com": ["DeleteStack"] };

const DELETED: &str = "\
## What it does
Fires when the stack `riposte` is to be deleted. It is the first call: what CloudFormation then deletes is
`riposte-changed-by-cloudformation`. A stack that was given another name is not known here.

## Why is this bad?
One call removes the rules, queues, functions, ledger and alarms together. There are seconds between it and
the moment when nothing is left to tell of it, so this is also the last notice.

## False positives
Riposte is taken out of service. Then somebody knows of it beforehand.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html>
";

/// See its [`Meta`].
pub(in crate::detect) const STACK_CHANGED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-stack-changed",
        title: "Riposte's own stack changed",
        domain: Domain::Traces,
        severity: Severity::Medium,
        confidence: Confidence::Low,
        technique: &["T1562.001"],
        events: Events::Calls(CHANGES),
        prose: CHANGED,
        ..Meta::PLAIN
    },
    what: "stack",
    keys: &["stackName", "stackDefinitions.stackName", "resourceMappings.source.stackName"],
    own: names::stack,
    harms: |_| true,
};

const CHANGES: &[EventName] = events! {
    "cloudformation.amazonaws.com": [
        "UpdateStack", "ExecuteChangeSet", "SetStackPolicy", "UpdateTerminationProtection", "RollbackStack",
        "ContinueUpdateRollback", "CancelUpdateStack", "CreateStackRefactor",
    ],
};

const CHANGED: &str = "\
## What it does
Fires when the stack `riposte` is updated, rolled back, loses or gets its protection or its policy, or when a
refactoring is prepared that moves resources out of it or into it. This is
how Riposte is deployed and upgraded, so it is reported at low confidence. A stack that was given another name is
not known here.

## Why is this bad?
Whoever may update the stack can change everything in it in one step, and the calls on the single resources
then come from CloudFormation. So the update itself must be reported.

## False positives
Every deployment and every upgrade. It should be one that somebody announced.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html>
";
