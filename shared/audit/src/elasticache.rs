//! ElastiCache: caches.

use riposte_core::finding::Severity::{High, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("elasticache-backups-off", "A cache is not backed up", High, "elasticache", "replication-group")
        .fsbp(&["ElastiCache.1"])
        .page(
            "Snapshots are kept.",
            "What it holds is lost with it.",
            "Set a snapshot retention.",
            "Caches that can be filled again.",
        )
        .each(|v| {
            v.below(
                "DescribeReplicationGroups.SnapshotRetentionLimit",
                1.0,
                "no snapshots are kept",
                "snapshots are kept",
            )
        }),
    check(
        "elasticache-minor-upgrades-off",
        "A cache does not take minor upgrades",
        High,
        "elasticache",
        "cache-cluster",
    )
    .fsbp(&["ElastiCache.2"])
    .page(
        "Minor versions are installed by themselves.",
        "Known flaws stay open.",
        "Set AutoMinorVersionUpgrade.",
        "None.",
    )
    .each(|v| {
        v.off("DescribeCacheClusters.AutoMinorVersionUpgrade", "minor upgrades are off", "minor upgrades are on")
    }),
    check("elasticache-failover-off", "A cache does not fail over", Medium, "elasticache", "replication-group")
        .fsbp(&["ElastiCache.3"])
        .page("Automatic failover is on.", "The loss of a node is the loss of the service.", "Turn it on.", "None.")
        .each(|v| {
            v.none_of(
                "DescribeReplicationGroups.AutomaticFailover",
                &["enabled"],
                "automatic failover is off",
                "automatic failover is on",
            )
        }),
    check("elasticache-not-encrypted", "A cache is not encrypted", Medium, "elasticache", "replication-group")
        .fsbp(&["ElastiCache.4"])
        .page(
            "Encryption at rest is on.",
            "What it holds lies open in its storage.",
            "Make a new one with encryption.",
            "None.",
        )
        .each(|v| v.off("DescribeReplicationGroups.AtRestEncryptionEnabled", "it is not encrypted", "it is encrypted")),
    check(
        "elasticache-clear-text",
        "A cache takes connections without TLS",
        Medium,
        "elasticache",
        "replication-group",
    )
    .fsbp(&["ElastiCache.5"])
    .page("Encryption in transit is on.", "Sessions and answers pass in clear.", "Turn on transit encryption.", "None.")
    .each(|v| {
        v.off("DescribeReplicationGroups.TransitEncryptionEnabled", "it takes connections without TLS", "it takes TLS")
    }),
    check("elasticache-without-password", "A cache asks nobody who he is", Medium, "elasticache", "replication-group")
        .fsbp(&["ElastiCache.6"])
        .page(
            "A token or user groups are set.",
            "Whoever reaches the port reads and writes.",
            "Set user groups.",
            "None.",
        )
        .each(|v| {
            Verdict::fail_if(
                !v.flag("DescribeReplicationGroups.AuthTokenEnabled")?
                    && v.list("DescribeReplicationGroups.UserGroupIds")?.is_empty(),
                "it asks nobody",
                "it asks for a token or a user",
            )
        }),
    check("elasticache-default-subnets", "A cache stands in the default subnets", High, "elasticache", "cache-cluster")
        .fsbp(&["ElastiCache.7"])
        .page(
            "The cache has a subnet group of its own.",
            "The default group holds every subnet, public ones among them.",
            "Make a subnet group.",
            "None.",
        )
        .each(|v| {
            Verdict::fail_if(
                matches!(v.text("DescribeCacheClusters.CacheSubnetGroupName")?, None | Some("default")),
                "it is in the default subnet group",
                "it is in a subnet group of its own",
            )
        }),
];
