//! `unusual-instance-launch-refused`: somebody tried, and was stopped by a permission or a quota.

use super::launch::{self, is_somebodys, unusual_count, unusual_types};
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta, Outcome};
use crate::event::{ApiCall, is_denial};
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct UnusualInstanceLaunchRefused;

const META: Meta = Meta {
    id: "unusual-instance-launch-refused",
    title: "Refused to launch unusual instances",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1496", "T1578.002"],
    events: Events::Calls(launch::EVENTS),
    outcome: Outcome::Failure,
    prose: "\
## What it does
Fires when a launch of an unusual type (see `unusual-instance-launched`) or of an unusual number of
instances (see `many-instances-launched`) is refused: for want of a permission, because a quota is used up,
or because AWS has not yet verified or has blocked the account.

Ordinary launches that are refused do not fire, nor do unusual ones that fail for another reason: a dry
run, no capacity in the zone, a wrong parameter. What services launch for a group does not fire.

## Why is this bad?
The quotas of a fresh region for such machines are close to none, so thieves of credentials meet them
first. A refused launch is mostly the earliest sign of them. It costs nothing yet, and so is less severe than one that
went well.

## False positives
A team that starts with such machines and has not asked for its quota yet.

## References
- <https://attack.mitre.org/techniques/T1496/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ec2-launch-unusual-instances/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
",
    ..Meta::PLAIN
};

/// What stands for a quota, or for an account that AWS does not trust.
const STOPPED: &[&str] = &[
    "AccountIsNotVerified",
    "Blocked",
    "InstanceLimitExceeded",
    "LimitExceeded",
    "MaxSpotFleetRequestCountExceeded",
    "MaxSpotInstanceCountExceeded",
    "OptInRequired",
    "PendingVerification",
    "VcpuLimitExceeded",
];

impl Detector for UnusualInstanceLaunchRefused {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let code = call.error_code().unwrap_or_default();
        let last = code.rsplit('.').next().unwrap_or(code);
        if !(is_denial(code) || STOPPED.contains(&last)) || !is_somebodys(call) {
            return Ok(Vec::new());
        }
        let types: Vec<_> = unusual_types(call).iter().map(|(name, what)| format!("`{name}` ({what})")).collect();
        let asked = match (types.as_slice(), unusual_count(call)) {
            ([], None) => return Ok(Vec::new()),
            ([], Some(count)) => format!("{count} instances"),
            (types, None) => types.join(", "),
            (types, Some(count)) => format!("{count} instances, {}", types.join(", ")),
        };
        let actor = call.actor();
        let why = format!("`{}` asked for {asked} and was refused: {code}", call.event_name());
        let target = Target::Resource { service: "ec2".to_owned(), id: actor.label().to_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
