//! What a function finds by looking at the account by itself: no event and no log line shows it.

use super::meta::page;
use super::{Domain, Events, Meta};
use crate::finding::{Confidence, Severity};

/// An agent of Systems Manager that no longer answers, on a machine that runs. The patcher finds it.
pub const SILENT_AGENT: Meta = Meta {
    id: "ssm-agent-silent",
    title: "Agent of Systems Manager silent on a running machine",
    domain: Domain::Traces,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1562.001"],
    events: Events::Looked,
    prose: page(
        "\
## What it does
Fires when an instance runs, by EC2's word, and its Systems Manager agent has not answered for 30 minutes, where it
did within the last day. One silence is one incident. Where more than ten fall silent, they are one incident. An
instance with the tag `riposte:exempt`, or of Riposte's own, is left out.

## Why is this bad?
Whoever has root on a host can stop or remove the agent there, and no API call shows it. Then the host is no longer
patched, inventoried or reachable for a response, and what watches it by the agent is blind.

## False positives
A network that was cut off, an endpoint or a role that was taken away, a host that hangs or is full. Look at the
instance's status checks and its route to Systems Manager's endpoints.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/systems-manager/latest/userguide/troubleshooting-ssm-agent.html>
",
    ),
    ..Meta::PLAIN
};

/// All of them.
pub const LOOKED: &[Meta] = &[SILENT_AGENT];
