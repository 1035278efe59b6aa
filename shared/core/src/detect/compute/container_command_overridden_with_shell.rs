//! `container-command-overridden-with-shell`: a task or a job is started with a shell of the caller's.

use super::command_override::{is_shell, overridden};
use crate::detect::meta::page;
use crate::detect::named::named;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ContainerCommandOverriddenWithShell;

const META: Meta = Meta {
    id: "container-command-overridden-with-shell",
    title: "Task or job started with a shell instead of its program",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1059.004", "T1610", "T1648"],
    events: Events::Calls(&[
        EventName { source: "ecs.amazonaws.com", name: "RunTask" },
        EventName { source: "ecs.amazonaws.com", name: "StartTask" },
        EventName { source: "batch.amazonaws.com", name: "SubmitJob" },
    ]),
    prose: page(
        "\
## What it does
Fires when an ECS task is run or a Batch job is submitted with an override whose command starts a shell, lets
an interpreter run a line, or starts a tool that fetches something (`curl`, `wget`, `nc`). Overrides that hand
an ordinary program other arguments are benign; lines that fetch code and run it are
`container-command-downloads-code` alone, and those that read the credentials of the task's role
`ecs-task-reads-credential-endpoint`. What AWS's services start for themselves does not match.

## Why is this bad?
The container has the role and the network of its task, and its image is trusted. With a shell it does whatever the
caller types, and the task definition shows nothing of it.

## False positives
Schedulers of jobs that wrap every command in `sh -c`. Exclude the role that they run with.

## References
- <https://attack.mitre.org/techniques/T1059/004/>
- <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html>
- <https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ContainerCommandOverriddenWithShell {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.by_service() {
            return Ok(Vec::new());
        }
        let command = overridden(call).into_iter().find(|words| is_shell(words));
        let Some(words) = command else { return Ok(Vec::new()) };
        let what = named(call, &["taskDefinition", "jobDefinition", "family", "jobDefinitionName", "projectName"]);
        let what = what.unwrap_or_else(|| "(not named)".to_owned());
        let line = plain(&words.join(" "), 200);
        let why = format!("`{}` lets `{what}` run `{line}`", call.event_name());
        let target = Target::Resource { service: call.service().to_owned(), id: plain(&what, 300) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
