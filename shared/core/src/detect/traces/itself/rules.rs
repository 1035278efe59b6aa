//! `riposte-rule-silenced`: the EventBridge rules that bring it the events.

use super::{OWN, OwnPart, events, names};
use crate::detect::{EventName, Events, Meta};
use crate::finding::Severity;

/// See its [`Meta`].
pub(in crate::detect) const RULE_SILENCED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-rule-silenced",
        title: "Riposte's own event rule silenced",
        severity: Severity::Critical,
        events: Events::Calls(EVENTS),
        prose: PROSE,
        ..OWN
    },
    what: "event rule",
    keys: &["name", "rule"],
    own: names::resource,
    harms: |_| true,
};

const EVENTS: &[EventName] = events! {
    "events.amazonaws.com": ["DisableRule", "DeleteRule", "RemoveTargets", "PutRule", "PutTargets"],
};

const PROSE: &str = "\
## What it does
Fires when somebody disables or deletes one of Riposte's EventBridge rules, rewrites its pattern or state,
or removes or replaces its targets. The rules are recognized by their name, which begins with `riposte-`: the
stack's name, `riposte` unless another was chosen at deployment. The rules of a stack of another name are
not known here.

The same calls made by CloudFormation are `riposte-changed-by-cloudformation`, refused ones
`riposte-tampering-refused`, and those on any other rule `eventbridge-rule-disabled` and
`eventbridge-rule-deleted`.

## Why is this bad?
The rules are Riposte's eyes. One call on one of them, and a whole category of attacks goes by unseen and
unanswered, while everything else looks healthy: no queue fills and no alarm rings.

## False positives
Somebody who repairs a deployment by hand. Change the template and deploy it instead.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html>
- <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
";
