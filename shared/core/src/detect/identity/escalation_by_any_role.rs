//! `escalation-by-any-role`: a policy whose holder can act under any role of the account.

use super::escalation::EscalationDetector;
use super::written_policy::{self, Power};
use crate::detect::meta::page;
use crate::detect::{Domain, Events, Meta};
use crate::finding::{Confidence, Severity};

/// See its [`Meta`].
pub(super) const ESCALATION_BY_ANY_ROLE: EscalationDetector = EscalationDetector {
    meta: Meta {
        id: "escalation-by-any-role",
        title: "Policy lets its holder act under any role",
        domain: Domain::Identity,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1098.003", "T1548.005"],
        events: Events::Calls(written_policy::EVENTS),
        reads: written_policy::READS,
        prose: page(
            "\
## What it does
Fires when a policy comes into force whose holder can hand any role of the account to something that runs
code: `iam:PassRole` on arbitrary roles together with the calls that start an instance, a Lambda function, a
container, a build, a notebook, a stack and some thirty more.

`iam:PassRole` for named roles or for those of a path is the way it should be and does not fire, and a
condition on `iam:PassedToService` leaves only the combinations of that service. Policies that are worse
still are reported by `escalation-by-policy` or the administrators' detectors, not here.

## Why is this bad?
Most accounts have a role that may do everything. Whoever can start a function or an instance under it has
what the role has, and the calls then come from the role, not from the intruder.

## False positives
Deployment pipelines with `iam:PassRole` on `*`: widespread, and worth narrowing to the roles that they deploy.

## References
- <https://attack.mitre.org/techniques/T1548/005/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
- <https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/>
",
        ),
        ..Meta::PLAIN
    },
    ways: |power| match power {
        Power::AnyRole(ways) => Some(ways),
        _ => None,
    },
    answered: false,
};
