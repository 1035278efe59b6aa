//! `instances-stopped-in-bulk`: a fleet stopped or restarted.

use super::instances_terminated_in_bulk::instances;
use crate::detect::meta::page;
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct InstancesStoppedInBulk;

const META: Meta = Meta {
    id: "instances-stopped-in-bulk",
    title: "Many instances stopped or restarted",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::Low,
    technique: &["T1489", "T1529"],
    events: Events::Calls(&[
        EventName { source: "ec2.amazonaws.com", name: "RebootInstances" },
        EventName { source: "ec2.amazonaws.com", name: "StopInstances" },
    ]),
    burst: Some(Burst { what: "instances", at_least: 10, within_s: 600, per: Per::Principal }),
    prose: page(
        "\
## What it does
Fires when one principal stops or restarts ten different instances within ten minutes, in one call or in
many. Instances that a service stops do not count, and neither do instances that are terminated
(`instances-terminated-in-bulk`), nor refused calls.

## Why is this bad?
What runs on them is down. Before an extortion, machines are stopped so that their disks can be copied,
encrypted or exchanged; and a machine that starts again runs whatever was put into its user data.

## False positives
Programs that stop a test environment at night. They come at the same hour, with the same role.

## References
- <https://attack.mitre.org/techniques/T1489/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for InstancesStoppedInBulk {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        Ok(instances(call))
    }
}
