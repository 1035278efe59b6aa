//! `instances-terminated-in-bulk`: a fleet destroyed.

use serde_json::Value;

use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct InstancesTerminatedInBulk;

const META: Meta = Meta {
    id: "instances-terminated-in-bulk",
    title: "Many instances terminated",
    domain: Domain::Compute,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1485", "T1578.003"],
    events: Events::Calls(&[EventName { source: "ec2.amazonaws.com", name: "TerminateInstances" }]),
    burst: Some(Burst { what: "instances", at_least: 10, within_s: 600, per: Per::Principal }),
    prose: "\
## What it does
Fires when one principal terminates ten different instances within ten minutes, in one call or in many.
Instances that a service terminates (Auto Scaling, a fleet, CloudFormation) do not count, and neither do
instances that are stopped, nor refused calls.

## Why is this bad?
A terminated instance is gone, mostly with its disks. After an extortion, or to wipe their evidence, intruders
terminate everything that they can reach.

## False positives
An environment that is torn down by a script, and clean-up jobs in test accounts.

## References
- <https://attack.mitre.org/techniques/T1485/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html>
",
    ..Meta::PLAIN
};

impl Detector for InstancesTerminatedInBulk {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        Ok(instances(call))
    }
}

/// A claim, to be counted, for each instance that somebody's call names.
pub(super) fn instances(call: &ApiCall) -> Vec<Claim> {
    if call.by_service() {
        return Vec::new();
    }
    let items = call.request("instancesSet").and_then(|set| set.get("items")).and_then(Value::as_array);
    let ids = items.into_iter().flatten().filter_map(|item| item.get("instanceId").and_then(Value::as_str));
    let claim = |id: &str| {
        let target = Target::Resource { service: "ec2".to_owned(), id: id.to_owned() };
        let why = format!("`{}` on `{id}`", call.event_name());
        Claim { counted: Some(id.to_owned()), ..Claim::of(target, plain(&why, 600)) }
    };
    ids.map(claim).collect()
}
