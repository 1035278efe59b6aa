//! `many-tasks-requested`: containers as miners want them, many or very large.

use serde_json::Value;

use super::launch::is_somebodys;
use crate::detect::fields::number;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ManyTasksRequested;

const ECS: &str = "ecs.amazonaws.com";

const META: Meta = Meta {
    id: "many-tasks-requested",
    title: "Containers in great number or size",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::Low,
    technique: &["T1496", "T1610"],
    events: Events::Calls(&[
        EventName { source: ECS, name: "CreateService" },
        EventName { source: ECS, name: "UpdateService" },
        EventName { source: ECS, name: "RegisterTaskDefinition" },
    ]),
    prose: page(
        "\
## What it does
Fires when a service of ECS is set to run 50 tasks or more, or a task definition asks for 16 processors or
more, the most that Fargate gives. Smaller services and tasks do not fire, and neither does what the scaling
of a service or a pipeline asks for.

## Why is this bad?
Containers on Fargate need no machine that somebody might see. Miners register a definition of the largest
size and run as many of it as the quota allows, in clusters of their own.

## False positives
Large services, and work through large data. They are known, and so are their names.

## References
- <https://attack.mitre.org/techniques/T1496/>
- <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
- <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
",
    ),
    ..Meta::PLAIN
};

/// Tasks that are many for one service.
const MANY: u64 = 50;

/// Processors that are many for one task, in the units of ECS: 1024 are one processor.
const LARGE: u64 = 16 * 1024;

impl Detector for ManyTasksRequested {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !is_somebodys(call) {
            return Ok(Vec::new());
        }
        let tasks = call.request("desiredCount").and_then(number).filter(|count| *count >= MANY);
        let asked = match (tasks, processors(call).filter(|units| *units >= LARGE)) {
            (Some(count), _) => format!("{count} tasks"),
            (None, Some(units)) => format!("{} processors for a task", units / 1024),
            (None, None) => return Ok(Vec::new()),
        };
        let names = ["serviceName", "service", "family"];
        let name = names.iter().find_map(|key| call.request_text(key)).unwrap_or("(unnamed)");
        let why = format!("`{}` of `{name}` asked for {asked}", call.event_name());
        let target = Target::Resource { service: "ecs".to_owned(), id: name.to_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}

/// What a definition asks for: the task as a whole, else its containers together.
fn processors(call: &ApiCall) -> Option<u64> {
    let whole = call.request("cpu").and_then(units);
    let containers = call.request("containerDefinitions").and_then(Value::as_array);
    let each = containers.into_iter().flatten().filter_map(|container| container.get("cpu").and_then(number));
    whole.or_else(|| Some(each.fold(0, u64::saturating_add)))
}

/// `"1024"`, or `"1 vCPU"`.
fn units(value: &Value) -> Option<u64> {
    let in_words = || {
        let text = value.as_str()?.trim().to_ascii_lowercase();
        let processors: u64 = text.strip_suffix("vcpu")?.trim().parse().ok()?;
        Some(processors.saturating_mul(1024))
    };
    number(value).or_else(in_words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::units;

    #[test]
    fn processors_in_numbers_and_in_words() {
        for (value, want) in [
            (json!("16384"), Some(16384)),
            (json!(1024), Some(1024)),
            (json!("16 vCPU"), Some(16384)),
            (json!(".5 vCPU"), None),
            (json!("much"), None),
        ] {
            assert_eq!(units(&value), want, "{value}");
        }
    }
}
