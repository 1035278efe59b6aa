//! RDS: snapshots.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, Medium};

use crate::check::{Check, check};
use crate::database::{self, public_snapshot};

pub(crate) static CHECKS: &[Check] = &[
    check("rds-snapshot-public", "A snapshot of a database is public", Critical, "rds", "db-snapshot")
        .fsbp(&["RDS.1"])
        .page(
            "Nobody but named accounts may restore the snapshot.",
            "Everybody can restore the database and read it.",
            "aws rds modify-db-snapshot-attribute --attribute-name restore --values-to-remove all.",
            "Public data sets.",
        )
        .detectors(&["snapshot-public"])
        .action(ActionId::Unshare)
        .each(|v| public_snapshot(v, "DescribeDBSnapshotAttributes.DBSnapshotAttributesResult.DBSnapshotAttributes")),
    check("rds-snapshot-not-encrypted", "A snapshot of a database is not encrypted", Medium, "rds", "db-snapshot")
        .fsbp(&["RDS.4"])
        .page(
            "The snapshot is encrypted.",
            "A copy of it can be read wherever it is shared.",
            "Copy it with a key, and delete the old one.",
            "Databases that hold nothing of value.",
        )
        .each(|v| v.off("DescribeDBSnapshots.Encrypted", "it is not encrypted", "it is encrypted")),
    check(
        "rds-cluster-snapshot-public",
        "A snapshot of a database cluster is public",
        Critical,
        "rds",
        "db-cluster-snapshot",
    )
    .fsbp(&["RDS.1"])
    .page(
        "Nobody but named accounts may restore the snapshot.",
        "Everybody can restore the database and read it.",
        "aws rds modify-db-cluster-snapshot-attribute --attribute-name restore --values-to-remove all.",
        "Public data sets.",
    )
    .detectors(&["snapshot-public"])
    .action(ActionId::Unshare)
    .each(|v| public_snapshot(v, database::CLUSTER_SNAPSHOT)),
    check(
        "rds-cluster-snapshot-not-encrypted",
        "A snapshot of a database cluster is not encrypted",
        Medium,
        "rds",
        "db-cluster-snapshot",
    )
    .fsbp(&["RDS.4"])
    .page(
        "The snapshot is encrypted.",
        "A copy of it can be read wherever it is shared.",
        "Copy it with a key, and delete the old one.",
        "Databases that hold nothing of value.",
    )
    .each(|v| v.off("DescribeDBClusterSnapshots.StorageEncrypted", "it is not encrypted", "it is encrypted")),
];
