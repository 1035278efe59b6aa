//! `unusual-instance-launched`: a machine of a kind that miners and model thieves want.

use super::launch::{self, instances, is_somebodys, subject, unusual_count, unusual_types};
use crate::action::{ActionId, StopInstance, against};
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct UnusualInstanceLaunched;

const META: Meta = Meta {
    id: "unusual-instance-launched",
    title: "Instance of an unusual type launched",
    domain: Domain::Compute,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1496", "T1578.002"],
    actions: &[ActionId::StopInstance, ActionId::DenyPrincipal, ActionId::RevokeSessions],
    events: Events::Calls(launch::EVENTS),
    prose: "\
## What it does
Fires when somebody launches instances of a type that ordinary services do not need: with graphics
processors or accelerators (families p, g, gr, inf, trn, dl, vt, f), bare metal, with terabytes of memory,
or of 24xlarge and more. Spot requests, fleets, launch templates and configurations, dedicated hosts and
reserved capacity count as well, and so does changing the type of an instance that exists. Machines that
other services launch for somebody are `unusual-managed-compute-requested`.

What a service launches for a group or a cluster does not fire (the group was made by somebody), except
CloudFormation. Refused launches are `unusual-instance-launch-refused`, many ordinary ones
`many-instances-launched`.

## Why is this bad?
Such machines cost up to a hundred dollars an hour. Whoever sells stolen credentials to miners, or trains
models on somebody else's bill, launches them first, in as many regions as the quotas allow.

## False positives
Teams that train or run models, render, or simulate. They work in accounts and regions that are known:
name their roles as protected principals.

## References
- <https://attack.mitre.org/techniques/T1496/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ec2-launch-unusual-instances/>
- <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html>
",
    ..Meta::PLAIN
};

impl Detector for UnusualInstanceLaunched {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let types = unusual_types(call);
        if types.is_empty() || !is_somebodys(call) {
            return Ok(Vec::new());
        }
        let named: Vec<_> = types.iter().map(|(name, what)| format!("`{name}` ({what})")).collect();
        let why = format!("`{}` asked for {}", call.event_name(), named.join(", "));
        let target = Target::Resource { service: "ec2".to_owned(), id: subject(call) };
        let claim = Claim::of(target, plain(&why, 600));
        let stop = |instance_id: &String| claim.clone().asking(Some(StopInstance { instance_id: instance_id.clone() }));
        let launched = instances(call);
        // Each machine that runs is stopped. Where there is none yet, or there are too many to be told one by one,
        // whoever asked for them is stopped from asking for more.
        if launched.is_empty() || unusual_count(call).is_some() {
            return Ok(vec![claim.asking(against(call))]);
        }
        Ok(launched.iter().map(stop).collect())
    }
}
