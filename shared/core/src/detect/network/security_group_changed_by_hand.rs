//! `security-group-changed-by-hand`: security group changed by hand in the console.

use super::security_group_changed::EVENTS;
use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::named::is_true;
use crate::detect::{Domain, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const SECURITY_GROUP_CHANGED_BY_HAND: Change = Change {
    meta: Meta {
        id: "security-group-changed-by-hand",
        title: "Security group changed by hand in the console",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(EVENTS),
        prose: page(
            "\
## What it does
Fires when somebody at the AWS console, not a tool, changes, makes or deletes a security group. The
record says that the session came from the console, or names it as the user agent. The same calls by a
pipeline, the CLI or an SDK do not match.

## Why is this bad?
Where networks are described in code, a change by hand is one that nobody reviewed and that the next
deployment may not undo. Kept for whoever looks back.

## False positives
Everybody who works in the console by habit or in an emergency. A user agent can be forged, so its
absence proves nothing.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["groupId", "groupName"],
    when: by_hand,
};

/// By the record's own mark, or in records older than that mark by the console's user agent.
fn by_hand(call: &ApiCall) -> bool {
    call.member("sessionCredentialFromConsole").is_some_and(is_true)
        || call.actor().user_agent.is_some_and(|agent| agent == "console.ec2.amazonaws.com")
}
