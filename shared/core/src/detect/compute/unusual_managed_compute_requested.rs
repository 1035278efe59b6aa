//! `unusual-managed-compute-requested`: machines for miners by way of a service that launches them.

use super::launch::{is_somebodys, unusual_types};
use crate::detect::fields::number;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct UnusualManagedComputeRequested;

const BATCH: &str = "batch.amazonaws.com";
const EKS: &str = "eks.amazonaws.com";
const EMR: &str = "elasticmapreduce.amazonaws.com";
const GAME_LIFT: &str = "gamelift.amazonaws.com";
const SAGE_MAKER: &str = "sagemaker.amazonaws.com";

const META: Meta = Meta {
    id: "unusual-managed-compute-requested",
    title: "Unusual machines asked of a managed service",
    domain: Domain::Compute,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1496", "T1578.002"],
    events: Events::Calls(&[
        EventName { source: BATCH, name: "CreateComputeEnvironment" },
        EventName { source: BATCH, name: "UpdateComputeEnvironment" },
        EventName { source: EKS, name: "CreateNodegroup" },
        EventName { source: EMR, name: "AddInstanceFleet" },
        EventName { source: EMR, name: "AddInstanceGroups" },
        EventName { source: EMR, name: "RunJobFlow" },
        EventName { source: GAME_LIFT, name: "CreateFleet" },
        EventName { source: SAGE_MAKER, name: "CreateApp" },
        EventName { source: SAGE_MAKER, name: "CreateCluster" },
        EventName { source: SAGE_MAKER, name: "CreateEndpointConfig" },
        EventName { source: SAGE_MAKER, name: "CreateNotebookInstance" },
        EventName { source: SAGE_MAKER, name: "UpdateNotebookInstance" },
    ]),
    prose: page(
        "\
## What it does
Fires when somebody has a service launch machines of a type that ordinary programs do not need (see
`unusual-instance-launched` for which): Batch, nodes of EKS, EMR, GameLift, or what stands in SageMaker, that
is notebooks, applications, endpoints and clusters. It fires, too, when a Batch environment may grow to 1000
processors or more.

Jobs of SageMaker do not fire, since they end by themselves and some teams start them all day
(`sagemaker-changed` keeps a record of them), and neither does what other services ask for, except
CloudFormation.

## Why is this bad?
Who looks for miners looks at EC2. The same machines can be had through a service, often past the quotas
and the policies that were made for instances, and what is launched so comes back when it is terminated.

## False positives
Teams that train or run models or work through large data. Name their roles as protected principals.

## References
- <https://attack.mitre.org/techniques/T1496/>
- <https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html>
- <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html>
",
    ),
    ..Meta::PLAIN
};

/// Processors that are many for one environment.
const MANY_PROCESSORS: u64 = 1000;

/// What names what the call makes, by service.
const NAMES: [&str; 9] = [
    "computeEnvironmentName",
    "computeEnvironment",
    "nodegroupName",
    "notebookInstanceName",
    "endpointConfigName",
    "appName",
    "clusterName",
    "jobFlowId",
    "name",
];

impl Detector for UnusualManagedComputeRequested {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !is_somebodys(call) {
            return Ok(Vec::new());
        }
        let mut asked: Vec<_> = unusual_types(call).iter().map(|(name, what)| format!("`{name}` ({what})")).collect();
        let resources = call.request("computeResources");
        let processors = resources.and_then(|resources| resources.get("maxvCpus")).and_then(number);
        asked.extend(processors.filter(|n| *n >= MANY_PROCESSORS).map(|n| format!("up to {n} processors")));
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let service = call.service().to_owned();
        let name = NAMES.iter().find_map(|key| call.request_text(key)).unwrap_or("(unnamed)");
        let why = format!("`{}` asked for {}", call.event_name(), asked.join(", "));
        Ok(vec![Claim::of(Target::Resource { service, id: name.to_owned() }, plain(&why, 600))])
    }
}
