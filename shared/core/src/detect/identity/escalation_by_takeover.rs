//! `escalation-by-takeover`: a policy whose holder can take over what runs under a role already.

use super::escalation::EscalationDetector;
use super::written_policy::{self, Power};
use crate::detect::meta::page;
use crate::detect::{Domain, Events, Meta};
use crate::finding::{Confidence, Severity};

/// See its [`Meta`].
pub(super) const ESCALATION_BY_TAKEOVER: EscalationDetector = EscalationDetector {
    meta: Meta {
        id: "escalation-by-takeover",
        title: "Policy lets its holder take over anything that runs under a role",
        domain: Domain::Identity,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1098.003", "T1548.005"],
        events: Events::Calls(written_policy::EVENTS),
        reads: written_policy::READS,
        prose: page(
            "\
## What it does
Fires when a policy comes into force whose holder can put its own code into any function, build project or
stack, or open a shell on any instance or container, and so act under the roles that these have; or can assume
every role that trusts the account.

Permission for named functions, projects or instances does not fire, nor for those of a name that begins
alike. Policies that are worse are reported by `escalation-by-any-role`, `escalation-by-policy` or the
administrators' detectors, not here.

## Why is this bad?
What runs in an account often may do more than the people who deploy it. Whoever rewrites the code of any
function collects the permissions of all of them.

## False positives
Developers' and operators' policies: many grant this and mean it. It is recorded so that a later finding about
the holder can be evaluated.

## References
- <https://attack.mitre.org/techniques/T1548/005/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege>
- <https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/>
",
        ),
        ..Meta::PLAIN
    },
    ways: |power| match power {
        Power::Takeover(ways) => Some(ways),
        _ => None,
    },
    answered: false,
};
