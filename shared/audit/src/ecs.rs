//! ECS: services, clusters and tasks.

use riposte_core::finding::Severity::{High, Medium};
use serde_json::Value;

use crate::check::{Check, check};
use crate::secrets::found_in;
use crate::verdict::{Answer, Verdict};
use crate::view::{View, flag, list, text};

const CONTAINERS: &str = "DescribeTaskDefinition.taskDefinition.containerDefinitions";

pub(crate) static CHECKS: &[Check] = &[
    check("ecs-service-public-address", "A service's tasks get public addresses", High, "ecs", "service")
        .fsbp(&["ECS.2"])
        .page(
            "Tasks get no public address.",
            "Every container of it stands on the internet.",
            "Set assignPublicIp to DISABLED.",
            "Public services without a load balancer.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.text("DescribeServices.networkConfiguration.awsvpcConfiguration.assignPublicIp")? == Some("ENABLED"),
                "its tasks get public addresses",
                "its tasks get no public address",
            )
        }),
    check("ecs-service-platform-old", "A service does not run on the latest platform", Medium, "ecs", "service")
        .fsbp(&["ECS.10"])
        .page(
            "Fargate services run on LATEST.",
            "Known flaws of the platform stay open.",
            "Set the platform version to LATEST.",
            "None.",
        )
        .each(|v| {
            if v.text("DescribeServices.launchType")? != Some("FARGATE") {
                Ok(Verdict::Skip)
            } else {
                Verdict::fail_if(
                    !matches!(v.text("DescribeServices.platformVersion")?, None | Some("LATEST" | "1.4.0")),
                    "it runs on an old platform",
                    "it runs on the latest platform",
                )
            }
        }),
    check("ecs-cluster-insights-off", "A cluster is not watched", Medium, "ecs", "cluster")
        .fsbp(&["ECS.12"])
        .page(
            "Container Insights is on.",
            "What runs there shows in no metric.",
            "aws ecs update-cluster-settings.",
            "Clusters for tests.",
        )
        .each(|v| {
            let on = v.list("DescribeClusters.settings")?.iter().any(|s| {
                text(s, "name") == Some("containerInsights") && matches!(text(s, "value"), Some("enabled" | "enhanced"))
            });
            Verdict::fail_if(!on, "Container Insights is off", "Container Insights is on")
        }),
    check("ecs-task-host-network-as-root", "A task on the host's network runs as root", High, "ecs", "task-definition")
        .fsbp(&["ECS.1"])
        .page(
            "No container of a task in host mode runs as root; another check reports privileged ones.",
            "It reaches everything on the host's network, as root.",
            "Use awsvpc mode, or name a user.",
            "None.",
        )
        .each(|v| {
            if v.text("DescribeTaskDefinition.taskDefinition.networkMode")? != Some("host") {
                return Ok(Verdict::Pass("it is not on the host's network".to_owned()));
            }
            containers(v, "runs as root on the host's network", |c| {
                // A privileged container, whoever runs in it, is a check of its own.
                !flag(c, "privileged") && text(c, "user").is_none_or(|u| u.is_empty() || u == "root" || u == "0")
            })
        }),
    check("ecs-task-shares-host-processes", "A task sees its host's processes", High, "ecs", "task-definition")
        .fsbp(&["ECS.3"])
        .page(
            "The task does not share the host's process namespace.",
            "It sees, and may stop, what else runs there.",
            "Leave pidMode out.",
            "Monitoring agents.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.text("DescribeTaskDefinition.taskDefinition.pidMode")? == Some("host"),
                "it shares the host's processes",
                "it does not share the host's processes",
            )
        }),
    check("ecs-task-privileged", "A container rules its host", High, "ecs", "task-definition")
        .fsbp(&["ECS.4"])
        .page(
            "No container is privileged.",
            "A container that breaks out is root on the host.",
            "Set privileged to false.",
            "Network plug-ins.",
        )
        .detectors(&["ecs-privileged-task-registered"])
        .each(|v| containers(v, "is privileged", |c| flag(c, "privileged"))),
    check("ecs-task-writable-root", "A container may write to its own file system", High, "ecs", "task-definition")
        .fsbp(&["ECS.5"])
        .page(
            "Root file systems are read-only.",
            "What breaks in installs its tools and stays.",
            "Set readonlyRootFilesystem, and volumes for what must be written.",
            "Software that writes beside itself.",
        )
        .each(|v| containers(v, "may write to its file system", |c| !flag(c, "readonlyRootFilesystem"))),
    check("ecs-task-secret-in-environment", "A container's environment holds a secret", High, "ecs", "task-definition")
        .fsbp(&["ECS.8"])
        .page(
            "Environment variables hold no keys or passwords.",
            "Everyone who may describe the task has them.",
            "Use `secrets`; rotate the secret.",
            "A value that merely looks like one.",
        )
        .each(|v| {
            containers(v, "holds a secret", |c| {
                list(c, "environment").iter().any(|e| {
                    let name = text(e, "name").unwrap_or_default();
                    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA"].contains(&name)
                        || found_in(name, text(e, "value").unwrap_or_default()).is_some()
                })
            })
        }),
    check("ecs-task-not-logged", "A container is not logged", High, "ecs", "task-definition")
        .fsbp(&["ECS.9"])
        .page(
            "Every container has a log driver.",
            "What it did is not known afterwards.",
            "Set a logConfiguration.",
            "Side cars.",
        )
        .each(|v| containers(v, "is not logged", |c| text(c, "logConfiguration.logDriver").is_none())),
];

/// Fails for the containers of a task of which something is so.
fn containers(v: &View<'_>, bad: &str, is_so: impl Fn(&Value) -> bool) -> Answer {
    let all = v.list(CONTAINERS)?;
    let names: Vec<_> = all.iter().filter(|c| is_so(c)).map(|c| text(c, "name").unwrap_or("?").to_owned()).collect();
    Verdict::fail_for(&names, &format!("a container {bad}"), "no container does so")
}
