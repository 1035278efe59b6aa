//! Redshift: warehouses.

use riposte_core::finding::Severity::{Critical, High, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check("redshift-cluster-public", "A Redshift cluster has a public address", Critical, "redshift", "cluster")
        .fsbp(&["Redshift.1"])
        .page(
            "The cluster is not publicly accessible.",
            "A Redshift cluster on the internet is one leaked password from being copied.",
            "aws redshift modify-cluster --no-publicly-accessible.",
            "None.",
        )
        .detectors(&["database-public"])
        .each(|v| {
            v.on("DescribeClusters.PubliclyAccessible", "it is publicly accessible", "it is not publicly accessible")
        }),
    check(
        "redshift-cluster-clear-text",
        "A Redshift cluster takes connections without TLS",
        Medium,
        "redshift",
        "cluster",
    )
    .fsbp(&["Redshift.2"])
    .page(
        "The parameter require_ssl is on.",
        "Passwords and rows pass in clear.",
        "Set require_ssl in its parameter group.",
        "None.",
    )
    .each(|v| {
        let on = v.list("DescribeClusterParameters.Parameters")?.iter().any(|p| {
            text(p, "ParameterName") == Some("require_ssl")
                && text(p, "ParameterValue").is_some_and(|v| v.eq_ignore_ascii_case("true"))
        });
        Verdict::fail_if(!on, "it takes connections without TLS", "it insists on TLS")
    }),
    check(
        "redshift-cluster-snapshots-short",
        "A Redshift cluster is backed up for less than 7 days",
        Medium,
        "redshift",
        "cluster",
    )
    .fsbp(&["Redshift.3"])
    .page(
        "Automatic snapshots are kept for 7 days.",
        "A mistake that shows after a weekend can't be undone.",
        "aws redshift modify-cluster --automated-snapshot-retention-period 7.",
        "None.",
    )
    .each(|v| {
        v.below(
            "DescribeClusters.AutomatedSnapshotRetentionPeriod",
            7.0,
            "snapshots are kept for less than 7 days",
            "snapshots are kept for 7 days at least",
        )
    }),
    check("redshift-cluster-not-logged", "A Redshift cluster is not audited", Medium, "redshift", "cluster")
        .fsbp(&["Redshift.4"])
        .page(
            "Audit logging is on.",
            "Who asked what is not known afterwards.",
            "aws redshift enable-logging.",
            "None.",
        )
        .detectors(&["database-logging-disabled"])
        .each(|v| v.off("DescribeLoggingStatus.LoggingEnabled", "audit logging is off", "audit logging is on")),
    check("redshift-cluster-upgrades-off", "A Redshift cluster does not take upgrades", Medium, "redshift", "cluster")
        .fsbp(&["Redshift.6"])
        .page(
            "Versions are installed by themselves.",
            "Known flaws stay open.",
            "aws redshift modify-cluster --allow-version-upgrade.",
            "None.",
        )
        .each(|v| v.off("DescribeClusters.AllowVersionUpgrade", "upgrades are off", "upgrades are on")),
    check(
        "redshift-cluster-routing-outside-vpc",
        "A Redshift cluster copies data past the VPC",
        High,
        "redshift",
        "cluster",
    )
    .fsbp(&["Redshift.7"])
    .page(
        "Enhanced VPC routing is on.",
        "COPY and UNLOAD pass no group, endpoint policy or flow log.",
        "aws redshift modify-cluster --enhanced-vpc-routing.",
        "None.",
    )
    .each(|v| {
        v.off("DescribeClusters.EnhancedVpcRouting", "enhanced VPC routing is off", "enhanced VPC routing is on")
    }),
    check(
        "redshift-cluster-default-admin",
        "A Redshift cluster's administrator has the usual name",
        Medium,
        "redshift",
        "cluster",
    )
    .fsbp(&["Redshift.8"])
    .page(
        "The master user is not called awsuser.",
        "Half of the credentials is known.",
        "Restore into a new cluster.",
        "None.",
    )
    .each(|v| {
        Verdict::fail_if(
            matches!(v.text("DescribeClusters.MasterUsername")?, Some("awsuser" | "admin")),
            "its administrator has the usual name",
            "its administrator has no usual name",
        )
    }),
    check("redshift-cluster-not-encrypted", "A Redshift cluster is not encrypted", Medium, "redshift", "cluster")
        .fsbp(&["Redshift.10"])
        .page(
            "The cluster is encrypted.",
            "Its snapshots and storage are readable to whoever gets at them.",
            "aws redshift modify-cluster --encrypted.",
            "None.",
        )
        .each(|v| v.off("DescribeClusters.Encrypted", "it is not encrypted", "it is encrypted")),
    check(
        "redshift-cluster-default-database",
        "A Redshift cluster's database has the usual name",
        Medium,
        "redshift",
        "cluster",
    )
    .fsbp(&["Redshift.9"])
    .page(
        "The database is not called dev.",
        "One more thing that a guesser knows.",
        "Restore into a new cluster.",
        "None.",
    )
    .each(|v| {
        let name = v
            .text("DescribeClusters.DBName")?
            .ok_or_else(|| crate::verdict::Unknown("its name is not known".to_owned()))?;
        Verdict::fail_if(name == "dev", "its database has the usual name", "its database has a name of its own")
    }),
];
