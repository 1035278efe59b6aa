//! DocumentDB and Neptune, whose clusters are told alike.

use riposte_core::finding::Severity::{Critical, Low, Medium};

use crate::check::{Check, check};
use crate::database::{CLUSTER_SNAPSHOT, public_snapshot};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("docdb-cluster-not-encrypted", "A DocumentDB cluster is not encrypted", Medium, "docdb", "db-cluster")
        .fsbp(&["DocumentDB.1"])
        .page(
            "The cluster's storage is encrypted.",
            "Its snapshots and storage are readable to whoever gets at them.",
            "Restore a snapshot with a key.",
            "Databases for tests.",
        )
        .each(|v| {
            v.off("DescribeDBClusters.StorageEncrypted", "its storage is not encrypted", "its storage is encrypted")
        }),
    check(
        "docdb-cluster-backups-short",
        "A DocumentDB cluster is backed up for less than 7 days",
        Medium,
        "docdb",
        "db-cluster",
    )
    .fsbp(&["DocumentDB.2"])
    .page(
        "Backups are kept for 7 days at least.",
        "A mistake that shows after a weekend can't be undone.",
        "aws docdb modify-db-cluster --backup-retention-period 7.",
        "Databases for tests.",
    )
    .detectors(&["database-backups-disabled"])
    .each(|v| {
        v.below(
            "DescribeDBClusters.BackupRetentionPeriod",
            7.0,
            "backups are kept for less than 7 days",
            "backups are kept for 7 days at least",
        )
    }),
    check(
        "docdb-snapshot-public",
        "A snapshot of a DocumentDB cluster is public",
        Critical,
        "docdb",
        "db-cluster-snapshot",
    )
    .fsbp(&["DocumentDB.3"])
    .page(
        "Nobody but named accounts may restore the snapshot.",
        "Everybody can restore the database and read it.",
        "Remove `all` from its attribute restore.",
        "Public data sets.",
    )
    .detectors(&["snapshot-public"])
    .each(|v| public_snapshot(v, CLUSTER_SNAPSHOT)),
    check(
        "docdb-cluster-logs-not-exported",
        "A DocumentDB cluster's audit log stays on it",
        Medium,
        "docdb",
        "db-cluster",
    )
    .fsbp(&["DocumentDB.4"])
    .page(
        "The cluster sends its audit log to CloudWatch.",
        "Who asked what is not known afterwards.",
        "Turn on audit_logs in its parameter group, and export the log `audit`.",
        "Databases for tests.",
    )
    .detectors(&["database-logging-disabled"])
    .each(|v| {
        Verdict::fail_if(
            !v.texts("DescribeDBClusters.EnabledCloudwatchLogsExports")?.contains(&"audit"),
            "it sends no audit log",
            "it sends its audit log",
        )
    }),
    check(
        "docdb-cluster-deletion-unprotected",
        "A DocumentDB cluster can be deleted by one call",
        Medium,
        "docdb",
        "db-cluster",
    )
    .fsbp(&["DocumentDB.5"])
    .page(
        "Deletion protection is on.",
        "One call, by mistake or by an attacker, and the data is gone.",
        "aws docdb modify-db-cluster --deletion-protection.",
        "Databases for tests.",
    )
    .detectors(&["database-deletion-protection-disabled"])
    .each(|v| {
        v.off("DescribeDBClusters.DeletionProtection", "deletion protection is off", "deletion protection is on")
    }),
    check("neptune-cluster-not-encrypted", "A Neptune cluster is not encrypted", Medium, "neptune", "db-cluster")
        .fsbp(&["Neptune.1"])
        .page(
            "The cluster's storage is encrypted.",
            "Its snapshots and storage are readable to whoever gets at them.",
            "Restore a snapshot with a key.",
            "Databases for tests.",
        )
        .each(|v| {
            v.off("DescribeDBClusters.StorageEncrypted", "its storage is not encrypted", "its storage is encrypted")
        }),
    check(
        "neptune-cluster-logs-not-exported",
        "A Neptune cluster's audit log stays on it",
        Medium,
        "neptune",
        "db-cluster",
    )
    .fsbp(&["Neptune.2"])
    .page(
        "The cluster sends its audit log to CloudWatch.",
        "Who asked what is not known afterwards.",
        "Turn on neptune_enable_audit_log, and export the log `audit`.",
        "Databases for tests.",
    )
    .each(|v| {
        Verdict::fail_if(
            !v.texts("DescribeDBClusters.EnabledCloudwatchLogsExports")?.contains(&"audit"),
            "it sends no audit log",
            "it sends its audit log",
        )
    }),
    check(
        "neptune-snapshot-public",
        "A snapshot of a Neptune cluster is public",
        Critical,
        "neptune",
        "db-cluster-snapshot",
    )
    .fsbp(&["Neptune.3"])
    .page(
        "Nobody but named accounts may restore the snapshot.",
        "Everybody can restore the database and read it.",
        "Remove `all` from its attribute restore.",
        "Public data sets.",
    )
    .detectors(&["snapshot-public"])
    .each(|v| public_snapshot(v, CLUSTER_SNAPSHOT)),
    check(
        "neptune-cluster-deletion-unprotected",
        "A Neptune cluster can be deleted by one call",
        Low,
        "neptune",
        "db-cluster",
    )
    .fsbp(&["Neptune.4"])
    .page(
        "Deletion protection is on.",
        "One call, by mistake or by an attacker, and the data is gone.",
        "aws neptune modify-db-cluster --deletion-protection.",
        "Databases for tests.",
    )
    .each(|v| {
        v.off("DescribeDBClusters.DeletionProtection", "deletion protection is off", "deletion protection is on")
    }),
    check(
        "neptune-cluster-backups-short",
        "A Neptune cluster is backed up for less than 7 days",
        Medium,
        "neptune",
        "db-cluster",
    )
    .fsbp(&["Neptune.5"])
    .page(
        "Backups are kept for 7 days at least.",
        "A mistake that shows after a weekend can't be undone.",
        "aws neptune modify-db-cluster --backup-retention-period 7.",
        "Databases for tests.",
    )
    .each(|v| {
        v.below(
            "DescribeDBClusters.BackupRetentionPeriod",
            7.0,
            "backups are kept for less than 7 days",
            "backups are kept for 7 days at least",
        )
    }),
    check(
        "neptune-snapshot-not-encrypted",
        "A snapshot of a Neptune cluster is not encrypted",
        Medium,
        "neptune",
        "db-cluster-snapshot",
    )
    .fsbp(&["Neptune.6"])
    .page(
        "The snapshot is encrypted.",
        "A copy of it can be read wherever it is shared.",
        "Copy it with a key, and delete the old one.",
        "Databases for tests.",
    )
    .each(|v| v.off("DescribeDBClusterSnapshots.StorageEncrypted", "it is not encrypted", "it is encrypted")),
    check(
        "neptune-cluster-iam-authentication-off",
        "A Neptune cluster asks nobody who he is",
        Medium,
        "neptune",
        "db-cluster",
    )
    .fsbp(&["Neptune.7"])
    .page(
        "IAM authentication is on.",
        "Whoever reaches the port reads and writes the graph.",
        "aws neptune modify-db-cluster --enable-iam-database-authentication.",
        "None that we know of.",
    )
    .each(|v| {
        v.off(
            "DescribeDBClusters.IAMDatabaseAuthenticationEnabled",
            "IAM authentication is off",
            "IAM authentication is on",
        )
    }),
    check(
        "neptune-cluster-tags-not-copied",
        "A Neptune cluster's snapshots lose its tags",
        Low,
        "neptune",
        "db-cluster",
    )
    .fsbp(&["Neptune.8"])
    .page(
        "Tags are copied to snapshots.",
        "Policies that go by tags don't hold for the copies.",
        "aws neptune modify-db-cluster --copy-tags-to-snapshot.",
        "None.",
    )
    .each(|v| {
        v.off(
            "DescribeDBClusters.CopyTagsToSnapshot",
            "tags are not copied to snapshots",
            "tags are copied to snapshots",
        )
    }),
    check("neptune-cluster-single-zone", "A Neptune cluster stands in one zone", Medium, "neptune", "db-cluster")
        .fsbp(&["Neptune.9"])
        .page(
            "The cluster has members in several zones.",
            "The loss of a zone is the loss of the service.",
            "Add a reader in another zone.",
            "Databases for tests.",
        )
        .each(|v| {
            v.off("DescribeDBClusters.MultiAZ", "it has members in one zone only", "it has members in several zones")
        }),
];
