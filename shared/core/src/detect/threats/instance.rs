//! A finding of GuardDuty about an instance.

use super::super::meta::page;
use super::{Claim, Meta, ThreatDetector, why};
use crate::action::{ActionId, IsolateInstance};
use crate::detect::{Domain, Events};
use crate::event::Threat;
use crate::finding::{Confidence, Severity, Target};

/// What an instance that is under somebody else's control does, as GuardDuty's types say it. Where the instance is only
/// the target, as of a port probe, nothing is known to have succeeded.
const CONTROLLED: [&str; 7] =
    ["Backdoor", "CommandAndControl", "CryptoCurrency", "Execution", "Exfiltration", "Impact", "Trojan"];

/// An instance that GuardDuty reports.
pub static INSTANCE: ThreatDetector = ThreatDetector {
    meta: Meta {
        id: "guardduty-instance-compromised",
        title: "Instance reported by GuardDuty",
        domain: Domain::Compute,
        severity: Severity::High,
        confidence: Confidence::Medium,
        technique: &["T1496", "T1071", "T1204"],
        events: Events::GuardDuty,
        actions: &[ActionId::IsolateInstance],
        prose: page(
            "\
## What it does
Fires on every finding of GuardDuty about an instance, with GuardDuty's own severity. Where the instance acts (it mines, \
talks to a command-and-control server, sends spam, scans others) or runs what it should not, `isolate-instance` is asked \
for: a person approves it, unless a guardrail of the user's own permits it. Findings in which the instance is only the \
target, and those of low severity, are recorded and not responded to. Findings that were archived are left out; a sample \
(`CreateSampleFindings`) is informational and never responded to.

GuardDuty adds to a finding for as long as the activity goes on: all of it is one incident.

## Why is this bad?
GuardDuty sees what no API call shows: traffic, DNS queries, processes, files on the volumes. An instance that talks to \
a command-and-control server is somebody else's, with its role's credentials and all that it can reach.

## False positives
Penetration tests, Tor or mining that somebody runs on purpose, and security tools that look names up. Exclude the \
instance's finding, or suppress the type in GuardDuty: what it archives never arrives.

## References
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-ec2.html>
- <https://docs.aws.amazon.com/guardduty/latest/ug/compromised-ec2.html>
- <https://attack.mitre.org/techniques/T1496/>
",
        ),
        ..Meta::PLAIN
    },
    takes: |threat| threat.resource_type() == Some("Instance") && instance(threat).is_some(),
    claim,
};

fn instance(threat: &Threat) -> Option<&str> {
    threat.text("/resource/instanceDetails/instanceId").filter(|id| id.starts_with("i-"))
}

fn claim(threat: &Threat) -> Claim {
    let id = instance(threat).unwrap_or_default().to_owned();
    let acts = threat.text("/service/resourceRole") == Some("ACTOR") || CONTROLLED.contains(&threat.purpose());
    let claim = Claim::of(Target::Resource { service: "ec2".to_owned(), id: id.clone() }, why(threat));
    claim.asking(acts.then_some(IsolateInstance { instance_id: id }))
}
