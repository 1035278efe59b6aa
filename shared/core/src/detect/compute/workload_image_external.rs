//! `workload-image-external`: a workload whose image is somebody else's.

use std::collections::BTreeSet;

use crate::detect::fields::home;
use crate::detect::meta::page;
use crate::detect::named::values;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct WorkloadImageExternal;

const APP_RUNNER: &str = "apprunner.amazonaws.com";
const LAMBDA: &str = "lambda.amazonaws.com";

const META: Meta = Meta {
    id: "workload-image-external",
    title: "Workload with somebody else's image",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::Low,
    technique: &["T1610", "T1496", "T1525"],
    events: Events::Calls(&[
        EventName { source: "ecs.amazonaws.com", name: "RegisterTaskDefinition" },
        EventName { source: "batch.amazonaws.com", name: "RegisterJobDefinition" },
        EventName { source: APP_RUNNER, name: "CreateService" },
        EventName { source: APP_RUNNER, name: "UpdateService" },
        EventName { source: LAMBDA, name: "CreateFunction" },
        EventName { source: LAMBDA, name: "CreateFunction20150331v2" },
        EventName { source: LAMBDA, name: "CreateFunction20150331" },
        EventName { source: LAMBDA, name: "UpdateFunctionCode" },
        EventName { source: LAMBDA, name: "UpdateFunctionCode20150331" },
        EventName { source: LAMBDA, name: "UpdateFunctionCode20150331v2" },
    ]),
    prose: page(
        "\
## What it does
Fires when a task definition of ECS, a job definition of Batch, a service of App Runner or a function is
given an image that comes from the registry of another account or from a registry that is open to
everybody: a name of somebody's at Docker Hub, GitHub, the public gallery of ECR, or any other host.

Images in the registry of the account itself or of one under `/riposte/trusted-accounts` do not fire, nor do
those that Docker keeps itself (`nginx`, `python:3.13`) and those that AWS publishes in the public gallery.

## Why is this bad?
Whoever holds the image decides what runs, today and at the next start, with the role of the task. Miners
put their image at Docker Hub and run it in the clusters of others.

## False positives
Agents of vendors next to one's own containers, and companies that build in one account and run in others.
A copy in one's own registry is safer, and does not match.

## References
- <https://attack.mitre.org/techniques/T1610/>
- <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
- <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html>
",
    ),
    ..Meta::PLAIN
};

/// Under which keys the image stands: in a container, in App Runner's source, in a function's code.
const IMAGE_KEYS: [&str; 3] = ["image", "imageIdentifier", "imageUri"];

impl Detector for WorkloadImageExternal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(request) = call.member("requestParameters").filter(|request| request.is_object()) else {
            return Ok(Vec::new());
        };
        let (_, account) = home(call)?;
        let images: BTreeSet<_> = IMAGE_KEYS.iter().flat_map(|key| values(request, key)).collect();
        let foreign: Vec<_> = images
            .iter()
            .filter_map(|image| {
                elsewhere(image, |owner| facts.trusted.is_foreign(Some(&account), owner))
                    .map(|whose| format!("`{image}` of {whose}"))
            })
            .collect();
        if foreign.is_empty() {
            return Ok(Vec::new());
        }
        let names = ["family", "jobDefinitionName", "serviceName", "serviceArn", "functionName"];
        let name = names.iter().find_map(|key| call.request_text(key)).unwrap_or("(unnamed)");
        let service = call.service().to_owned();
        let why = format!("`{}` gave `{name}` the image {}", call.event_name(), foreign.join(", "));
        Ok(vec![Claim::of(Target::Resource { service, id: name.to_owned() }, plain(&why, 600))])
    }
}

/// Whose image it is, where it is neither the company's own nor one that Docker or AWS keeps.
fn elsewhere(image: &str, is_foreign: impl Fn(&str) -> bool) -> Option<String> {
    // `HOST/PATH`, where a host has a dot or a port, else it is a path at Docker Hub.
    let (host, path) = match image.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) => (host, path),
        _ => ("docker.io", image),
    };
    let mut labels = host.split('.');
    if let (Some(owner), Some("dkr" | "dkr-ecr")) = (labels.next(), labels.next()) {
        return is_foreign(owner).then(|| format!("the account {owner}"));
    }
    let kept = match host {
        "docker.io" | "registry-1.docker.io" | "index.docker.io" => !path.contains('/') || path.starts_with("library/"),
        "public.ecr.aws" => KEPT_BY_AWS.iter().any(|name| path.starts_with(name)),
        _ => false,
    };
    (!kept).then(|| host.to_owned())
}

/// How the names in the public gallery begin that AWS and Docker publish under.
const KEPT_BY_AWS: [&str; 6] = ["amazon", "aws-", "docker/library/", "ecs/", "eks/", "lambda/"];

#[cfg(test)]
mod tests {
    use super::elsewhere;

    #[test]
    fn whose_an_image_is() {
        for (image, whose) in [
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/ledger:42", None),
            ("111122223333.dkr-ecr.eu-west-1.on.aws/ledger:42", None),
            ("444455556666.dkr.ecr.eu-west-1.amazonaws.com/ledger:42", Some("the account 444455556666")),
            ("nginx", None),
            ("python:3.13", None),
            ("docker.io/library/python:3.13", None),
            ("somebody/worker:latest", Some("docker.io")),
            ("docker.io/somebody/worker", Some("docker.io")),
            ("ghcr.io/somebody/worker", Some("ghcr.io")),
            ("registry.example.net:5000/worker", Some("registry.example.net:5000")),
            ("public.ecr.aws/aws-observability/collector", None),
            ("public.ecr.aws/docker/library/nginx", None),
            ("public.ecr.aws/a1b2c3d4/worker", Some("public.ecr.aws")),
        ] {
            assert_eq!(elsewhere(image, |owner| owner != "111122223333").as_deref(), whose, "{image}");
        }
    }
}
