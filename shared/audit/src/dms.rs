//! Database Migration Service.

use riposte_core::finding::Severity::{Critical, Medium};
use serde_json::Value;

use crate::check::{Check, check};
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, flag, list, text};

pub(crate) static CHECKS: &[Check] = &[
    check(
        "dms-instance-public",
        "A replication instance has a public address",
        Critical,
        "dms",
        "replication-instance",
    )
    .fsbp(&["DMS.1"])
    .page(
        "The instance is not publicly accessible.",
        "It holds the credentials of two databases.",
        "Make a new one without.",
        "None.",
    )
    .each(|v| {
        v.on(
            "DescribeReplicationInstances.PubliclyAccessible",
            "it is publicly accessible",
            "it is not publicly accessible",
        )
    }),
    check(
        "dms-instance-minor-upgrades-off",
        "A replication instance does not take minor upgrades",
        Medium,
        "dms",
        "replication-instance",
    )
    .fsbp(&["DMS.6"])
    .page(
        "Minor versions are installed by themselves.",
        "Known flaws stay open.",
        "Set AutoMinorVersionUpgrade.",
        "None.",
    )
    .each(|v| {
        v.off("DescribeReplicationInstances.AutoMinorVersionUpgrade", "minor upgrades are off", "minor upgrades are on")
    }),
    check("dms-endpoint-clear-text", "A database is copied without TLS", Medium, "dms", "endpoint")
        .fsbp(&["DMS.9"])
        .page(
            "The endpoint asks for TLS.",
            "Rows pass in clear.",
            "Set SslMode.",
            "Endpoints of AWS services, which use TLS anyway.",
        )
        .each(|v| {
            if matches!(
                v.text("DescribeEndpoints.EngineName")?,
                Some(
                    "s3" | "dynamodb"
                        | "kinesis"
                        | "redshift"
                        | "redshift-serverless"
                        | "opensearch"
                        | "neptune"
                        | "timestream"
                )
            ) {
                return Ok(Verdict::Skip);
            }
            Verdict::fail_if(
                matches!(v.text("DescribeEndpoints.SslMode")?, None | Some("none")),
                "it asks for no TLS",
                "it asks for TLS",
            )
        }),
    check(
        "dms-task-target-not-logged",
        "What a replication task writes is not logged",
        Medium,
        "dms",
        "replication-task",
    )
    .fsbp(&["DMS.7"])
    .page(
        "The components TARGET_LOAD and TARGET_APPLY are logged.",
        "Rows that were lost or changed on the way show nowhere.",
        "Turn logging on in the task's settings.",
        "Tasks that ran once and are done.",
    )
    .each(|v| logged(v, ["TARGET_LOAD", "TARGET_APPLY"])),
    check(
        "dms-task-source-not-logged",
        "What a replication task reads is not logged",
        Medium,
        "dms",
        "replication-task",
    )
    .fsbp(&["DMS.8"])
    .page(
        "The components SOURCE_UNLOAD and SOURCE_CAPTURE are logged.",
        "Rows that were never read show nowhere.",
        "Turn logging on in the task's settings.",
        "Tasks that ran once and are done.",
    )
    .each(|v| logged(v, ["SOURCE_UNLOAD", "SOURCE_CAPTURE"])),
];

/// Fails where one of the components is logged at less than the usual level.
fn logged(v: &View<'_>, components: [&str; 2]) -> Answer {
    const SETTINGS: &str = "DescribeReplicationTasks.ReplicationTaskSettings";
    let text_of = v.text(SETTINGS)?.ok_or_else(|| Unknown("its settings were not told".to_owned()))?;
    let settings: Value =
        serde_json::from_str(text_of).map_err(|_| Unknown("its settings cannot be read".to_owned()))?;
    if !flag(&settings, "Logging.EnableLogging") {
        return Ok(Verdict::Fail("logging is off".to_owned()));
    }
    let enough = |id: &str| {
        let component = list(&settings, "Logging.LogComponents").iter().find(|c| text(c, "Id") == Some(id));
        let level = component.and_then(|c| text(c, "Severity"));
        matches!(level, Some("LOGGER_SEVERITY_DEFAULT" | "LOGGER_SEVERITY_DEBUG" | "LOGGER_SEVERITY_DETAILED_DEBUG"))
    };
    let silent: Vec<_> = components.iter().filter(|id| !enough(id)).map(|id| (*id).to_owned()).collect();
    Verdict::fail_for(&silent, "these are hardly logged", "both are logged")
}
