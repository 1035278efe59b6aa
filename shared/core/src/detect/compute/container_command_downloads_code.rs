//! `container-command-downloads-code`: a container is told to fetch code and run it.

use super::command_override::{defined, overridden, runs_fetched_code};
use crate::detect::meta::page;
use crate::detect::named::named;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ContainerCommandDownloadsCode;

const META: Meta = Meta {
    id: "container-command-downloads-code",
    title: "Container set to fetch code and run it",
    domain: Domain::Compute,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1059.004", "T1610", "T1648"],
    no_response: "A definition runs nothing by itself, and what was started from it is not in the event. Deregister it \
        and stop its tasks by hand.",
    events: Events::Calls(&[
        EventName { source: "ecs.amazonaws.com", name: "RunTask" },
        EventName { source: "ecs.amazonaws.com", name: "StartTask" },
        EventName { source: "batch.amazonaws.com", name: "SubmitJob" },
        EventName { source: "ecs.amazonaws.com", name: "RegisterTaskDefinition" },
        EventName { source: "batch.amazonaws.com", name: "RegisterJobDefinition" },
        EventName { source: "codebuild.amazonaws.com", name: "StartBuild" },
        EventName { source: "codebuild.amazonaws.com", name: "StartBuildBatch" },
    ]),
    prose: page(
        "\
## What it does
Fires when a task or a job is run with an override, or a task or job definition is registered with a command, or a build is
started with a build specification of the caller's, whose lines fetch code and run it (`curl … | sh`, a file that is fetched
and made executable, text that is decoded into a shell) or give a shell to an address. Commands that only fetch something, such
as checks of health, are benign.

## Why is this bad?
It is how miners and back doors are brought into a container whose image is clean: the image passes every scan, and the
code comes from an address that can change it at any time.

## False positives
Containers that install a tool from its vendor at their start. Build it into the image.

## References
- <https://attack.mitre.org/techniques/T1059/004/>
- <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html>
- <https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ContainerCommandDownloadsCode {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let mut commands = overridden(call);
        commands.extend(defined(call));
        let command = commands.into_iter().find(|words| runs_fetched_code(words));
        let Some(words) = command else { return Ok(Vec::new()) };
        let what = named(call, &["taskDefinition", "jobDefinition", "family", "jobDefinitionName", "projectName"]);
        let what = what.unwrap_or_else(|| "(not named)".to_owned());
        let line = plain(&words.join(" "), 200);
        let why = format!("`{}` lets `{what}` run `{line}`", call.event_name());
        let target = Target::Resource { service: call.service().to_owned(), id: plain(&what, 300) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
