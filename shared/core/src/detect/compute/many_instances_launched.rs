//! `many-instances-launched`: one call that asks for more machines than ordinary work does.

use super::launch::{self, is_somebodys, subject, unusual_count};
use crate::action::{ActionId, against};
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ManyInstancesLaunched;

const META: Meta = Meta {
    id: "many-instances-launched",
    title: "Many instances launched at once",
    domain: Domain::Compute,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1496", "T1578.002"],
    actions: &[ActionId::DenyPrincipal, ActionId::RevokeSessions],
    events: Events::Calls(launch::EVENTS),
    prose: "\
## What it does
Fires when one call launches 20 instances or more, asks for or reserves as many, or sets the capacity of a
fleet or the wanted or least size of an Auto Scaling group to 50 or more. A group's largest size is a limit,
not a wish, and counts from 500 on, where it limits nothing.

What services launch for a group or a cluster does not fire, except CloudFormation, and neither do many
small calls. Unusual types are `unusual-instance-launched`, refused calls
`unusual-instance-launch-refused`.

## Why is this bad?
Miners have little time until they are found, and take as many machines as they can get with one call.

## False positives
Large services, load tests and batch work. Their groups grow by themselves, which does not fire.

## References
- <https://attack.mitre.org/techniques/T1496/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html>
- <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html>
",
    ..Meta::PLAIN
};

impl Detector for ManyInstancesLaunched {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(count) = unusual_count(call).filter(|_| is_somebodys(call)) else { return Ok(Vec::new()) };
        let why = format!("`{}` asked for {count} instances", call.event_name());
        let target = Target::Resource { service: "ec2".to_owned(), id: subject(call) };
        // Of so many, whoever launched them is stopped from launching more.
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(against(call))])
    }
}
