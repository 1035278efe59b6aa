//! RDS: clusters.

use riposte_core::finding::Severity::{Low, Medium};

use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::View;

pub(crate) static CHECKS: &[Check] = &[
    check(
        "rds-cluster-deletion-unprotected",
        "A database cluster can be deleted by one call",
        Low,
        "rds",
        "db-cluster",
    )
    .fsbp(&["RDS.7"])
    .page(
        "Deletion protection is on.",
        "One call, by mistake or by an attacker, and the data is gone.",
        "aws rds modify-db-cluster --deletion-protection.",
        "Databases for tests.",
    )
    .detectors(&["database-deletion-protection-disabled"])
    .each(|v| {
        v.off("DescribeDBClusters.DeletionProtection", "deletion protection is off", "deletion protection is on")
    }),
    check("rds-cluster-iam-authentication-off", "A database cluster takes passwords only", Medium, "rds", "db-cluster")
        .fsbp(&["RDS.12"])
        .page(
            "IAM authentication is on.",
            "Passwords are kept in files and never change; IAM's tokens last 15 minutes.",
            "aws rds modify-db-cluster --enable-iam-database-authentication.",
            "Applications that can't.",
        )
        .each(|v| {
            v.off(
                "DescribeDBClusters.IAMDatabaseAuthenticationEnabled",
                "IAM authentication is off",
                "IAM authentication is on",
            )
        }),
    check("rds-cluster-backtrack-off", "A MySQL cluster can't be turned back", Medium, "rds", "db-cluster")
        .fsbp(&["RDS.14"])
        .page(
            "Backtrack is on for Aurora MySQL.",
            "A wrong statement is undone in minutes with it, in hours without.",
            "Restore into a cluster with a backtrack window.",
            "Clusters with global databases, which can't have it.",
        )
        .each(|v| {
            if !matches!(v.text("DescribeDBClusters.Engine")?, Some("aurora" | "aurora-mysql")) {
                return Ok(Verdict::Skip);
            }
            v.below("DescribeDBClusters.BacktrackWindow", 1.0, "backtrack is off", "backtrack is on")
        }),
    check("rds-cluster-single-zone", "A database cluster stands in one zone", Medium, "rds", "db-cluster")
        .cis("2.2.4", "3.2.4", "3.2.4")
        .fsbp(&["RDS.15"])
        .page(
            "The cluster has members in several zones.",
            "The loss of a zone is the loss of the service.",
            "Add a reader in another zone.",
            "Databases for tests.",
        )
        .each(|v| {
            v.off("DescribeDBClusters.MultiAZ", "it has members in one zone only", "it has members in several zones")
        }),
    check("rds-cluster-tags-not-copied", "A database cluster's snapshots lose its tags", Low, "rds", "db-cluster")
        .fsbp(&["RDS.16"])
        .page(
            "Tags are copied to snapshots.",
            "Policies that go by tags don't hold for the copies.",
            "aws rds modify-db-cluster --copy-tags-to-snapshot.",
            "None.",
        )
        .each(|v| {
            v.off(
                "DescribeDBClusters.CopyTagsToSnapshot",
                "tags are not copied to snapshots",
                "tags are copied to snapshots",
            )
        }),
    check(
        "rds-cluster-default-admin",
        "A database cluster's administrator has the usual name",
        Medium,
        "rds",
        "db-cluster",
    )
    .fsbp(&["RDS.24"])
    .page(
        "The master user is not called admin, postgres or the like.",
        "Half of the credentials is known to whoever guesses.",
        "The name can't be changed: restore into a new cluster.",
        "Databases that only their application reaches.",
    )
    .each(|v| default_admin(v, "DescribeDBClusters.MasterUsername")),
    check("rds-cluster-not-encrypted", "A database cluster is not encrypted", Medium, "rds", "db-cluster")
        .fsbp(&["RDS.27"])
        .page(
            "The cluster's storage is encrypted.",
            "Its snapshots and storage are readable to whoever gets at them.",
            "Restore a snapshot with a key.",
            "Databases that hold nothing of value.",
        )
        .each(|v| {
            v.off("DescribeDBClusters.StorageEncrypted", "its storage is not encrypted", "its storage is encrypted")
        }),
    check("rds-cluster-audit-log-off", "A MySQL cluster publishes no audit log", Medium, "rds", "db-cluster")
        .fsbp(&["RDS.34"])
        .page(
            "Aurora MySQL sends its audit log to CloudWatch.",
            "Who asked what is not known afterwards.",
            "Turn on server_audit_logging and export the log `audit`.",
            "Databases for tests.",
        )
        .detectors(&["database-logging-disabled"])
        .each(|v| {
            if !matches!(v.text("DescribeDBClusters.Engine")?, Some("aurora" | "aurora-mysql")) {
                return Ok(Verdict::Skip);
            }
            Verdict::fail_if(
                !v.texts("DescribeDBClusters.EnabledCloudwatchLogsExports")?.contains(&"audit"),
                "it sends no audit log",
                "it sends its audit log",
            )
        }),
    check("rds-cluster-logs-not-exported", "A PostgreSQL cluster's logs stay on it", Medium, "rds", "db-cluster")
        .fsbp(&["RDS.37"])
        .page(
            "Aurora PostgreSQL sends its log to CloudWatch.",
            "Who signed in and what he asked is lost with the cluster.",
            "aws rds modify-db-cluster --cloudwatch-logs-export-configuration.",
            "Databases for tests.",
        )
        .detectors(&["database-logging-disabled"])
        .each(|v| {
            if v.text("DescribeDBClusters.Engine")? != Some("aurora-postgresql") {
                return Ok(Verdict::Skip);
            }
            Verdict::fail_if(
                !v.texts("DescribeDBClusters.EnabledCloudwatchLogsExports")?.contains(&"postgresql"),
                "it sends no logs",
                "it sends its logs",
            )
        }),
    check(
        "rds-cluster-minor-upgrades-off",
        "A database cluster does not take minor upgrades",
        Medium,
        "rds",
        "db-cluster",
    )
    .fsbp(&["RDS.35"])
    .page(
        "Minor versions are installed by themselves.",
        "Known flaws stay open until somebody remembers.",
        "aws rds modify-db-cluster --auto-minor-version-upgrade.",
        "Aurora, whose instances say it.",
    )
    .each(|v| {
        if v.text("DescribeDBClusters.Engine")?.is_some_and(|e| e.starts_with("aurora")) {
            Ok(Verdict::Skip)
        } else {
            v.off("DescribeDBClusters.AutoMinorVersionUpgrade", "minor upgrades are off", "minor upgrades are on")
        }
    }),
];

fn default_admin(v: &View<'_>, path: &str) -> Answer {
    let name = v.text(path)?.unwrap_or_default().to_ascii_lowercase();
    Verdict::fail_if(
        ["admin", "postgres", "root", "sa", "master", "awsuser", "administrator"].contains(&name.as_str()),
        "its administrator has the usual name",
        "its administrator has no usual name",
    )
}
