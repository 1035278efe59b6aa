//! CodeBuild: projects and groups of reports.

use riposte_core::finding::Severity::{Critical, High, Low, Medium};
use serde_json::Value;

use crate::check::{Check, check};
use crate::secrets::found_in;
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check(
        "codebuild-credentials-in-source-url",
        "A build's source address holds credentials",
        Critical,
        "codebuild",
        "project",
    )
    .fsbp(&["CodeBuild.1"])
    .page(
        "Source addresses hold no user or token.",
        "Everyone who may describe the project has them.",
        "Use a connection or OAuth.",
        "None.",
    )
    .each(|v| {
        let mut urls: Vec<&str> = v.text("BatchGetProjects.source.location")?.into_iter().collect();
        urls.extend(v.list("BatchGetProjects.secondarySources")?.iter().filter_map(|s| text(s, "location")));
        let bad = urls.iter().any(|url| {
            url.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')))
        });
        Verdict::fail_if(bad, "a source address holds credentials", "no source address holds credentials")
    }),
    check("codebuild-secret-in-environment", "A build's environment holds a secret", Critical, "codebuild", "project")
        .fsbp(&["CodeBuild.2"])
        .page(
            "Plain variables hold no keys or passwords.",
            "Everyone who may describe the project has them.",
            "Use PARAMETER_STORE or SECRETS_MANAGER variables; rotate the secret.",
            "A value that merely looks like one.",
        )
        .each(|v| {
            let plain = |e: &&Value| text(e, "type").is_none_or(|t| t == "PLAINTEXT");
            let variables = v.list("BatchGetProjects.environment.environmentVariables")?.iter().filter(plain);
            let names: Vec<_> = variables
                .filter_map(|e| {
                    let name = text(e, "name")?;
                    let key =
                        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains(&name).then(|| "a key".to_owned());
                    Some(format!("{name} ({})", found_in(name, text(e, "value").unwrap_or_default()).or(key)?))
                })
                .collect();
            Verdict::fail_for(&names, "its environment holds", "its environment holds no secret")
        }),
    check("codebuild-logs-not-encrypted", "A build's logs in S3 are not encrypted", Low, "codebuild", "project")
        .fsbp(&["CodeBuild.3"])
        .page(
            "Logs that go to S3 are encrypted.",
            "Logs hold what builds print.",
            "Turn off encryptionDisabled.",
            "None.",
        )
        .each(|v| {
            v.said(
                "BatchGetProjects.logsConfig.s3Logs.encryptionDisabled",
                "its logs in S3 are not encrypted",
                "its logs in S3 are encrypted, or there are none",
            )
        }),
    check("codebuild-not-logged", "A build is not logged", Medium, "codebuild", "project")
        .fsbp(&["CodeBuild.4"])
        .page(
            "Logs go to CloudWatch or S3.",
            "What a build did is not known afterwards.",
            "Set a logs configuration.",
            "None.",
        )
        .each(|v| {
            let (cloudwatch, s3) = (
                v.text("BatchGetProjects.logsConfig.cloudWatchLogs.status")?,
                v.text("BatchGetProjects.logsConfig.s3Logs.status")?,
            );
            Verdict::fail_if(
                cloudwatch == Some("DISABLED") && s3 != Some("ENABLED"),
                "it is not logged",
                "it is logged",
            )
        }),
    check("codebuild-privileged", "A build rules its host", High, "codebuild", "project")
        .fsbp(&["CodeBuild.5"])
        .page(
            "Privileged mode is off.",
            "What the build runs rules the container's host.",
            "Turn it off; build images with a tool that needs none.",
            "Projects that build container images with Docker.",
        )
        .each(|v| {
            v.said("BatchGetProjects.environment.privilegedMode", "privileged mode is on", "privileged mode is off")
        }),
    check(
        "codebuild-reports-not-encrypted",
        "Exported test reports are not encrypted",
        Medium,
        "codebuild",
        "report-group",
    )
    .fsbp(&["CodeBuild.7"])
    .page(
        "Reports that are exported to S3 are encrypted.",
        "Reports hold what tests print.",
        "Turn off encryptionDisabled in the export.",
        "None.",
    )
    .each(|v| {
        if v.text("BatchGetReportGroups.exportConfig.exportConfigType")? != Some("S3") {
            return Ok(Verdict::Skip);
        }
        v.said(
            "BatchGetReportGroups.exportConfig.s3Destination.encryptionDisabled",
            "its exports are not encrypted",
            "its exports are encrypted",
        )
    }),
];
