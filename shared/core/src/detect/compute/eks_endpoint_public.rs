//! `eks-endpoint-public`: the API of a Kubernetes cluster is put into the internet.

use serde_json::Value;

use crate::detect::fields::required;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::net::cidr::internet_ranges;
use crate::text::plain;

/// See [`META`].
pub(super) struct EksEndpointPublic;

const META: Meta = Meta {
    id: "eks-endpoint-public",
    title: "Kubernetes API opened to the internet",
    domain: Domain::Compute,
    severity: Severity::Medium,
    confidence: Confidence::High,
    technique: &["T1562.007", "T1133"],
    events: Events::Calls(&[EventName { source: "eks.amazonaws.com", name: "UpdateClusterConfig" }]),
    prose: "\
## What it does
Fires when the public endpoint of an EKS cluster is switched on, or the addresses that may reach it are
widened to ranges that amount to the internet. Where the call does not name addresses, those that were set
before stay, or all if none were: the confidence is then lower.

Narrow ranges, a private endpoint and other changes of the configuration do not fire, and neither does a new
cluster, whose endpoint is public unless somebody says otherwise.

## Why is this bad?
From then on nothing but a token stands between the internet and the control of every workload. A stolen
credential can be used from anywhere, and a hole in the API server is everybody's.

## False positives
Clusters whose operators work from changing addresses. A list of the company's networks is as convenient.

## References
- <https://attack.mitre.org/techniques/T1133/>
- <https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html>
- <https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html>
",
    ..Meta::PLAIN
};

impl Detector for EksEndpointPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(config) = call.request("resourcesVpcConfig").filter(|config| config.is_object()) else {
            return Ok(Vec::new());
        };
        let says = |value: &Value, truth: bool| {
            value.as_bool() == Some(truth) || value.as_str().is_some_and(|text| text == truth.to_string())
        };
        let public = config.get("endpointPublicAccess");
        let ranges = config.get("publicAccessCidrs").and_then(Value::as_array).filter(|ranges| !ranges.is_empty());
        let ranges = ranges.map(|ranges| ranges.iter().filter_map(Value::as_str).collect::<Vec<_>>());
        let (from, confidence) = match (public, ranges) {
            (Some(public), _) if says(public, false) => return Ok(Vec::new()),
            (_, Some(ranges)) if internet_ranges(&ranges).is_empty() => return Ok(Vec::new()),
            (_, Some(ranges)) => (ranges.join(", "), None),
            (Some(public), None) if says(public, true) => {
                ("the addresses set before, or all".to_owned(), { Some(Confidence::Medium) })
            }
            _ => return Ok(Vec::new()),
        };
        let cluster = required(call, "name")?;
        let why = format!("`UpdateClusterConfig` opened the API of the cluster `{cluster}` to {from}");
        let target = Target::Resource { service: "eks".to_owned(), id: cluster.to_owned() };
        Ok(vec![Claim { confidence, ..Claim::of(target, plain(&why, 600)) }])
    }
}
