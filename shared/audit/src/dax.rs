//! DAX: caches of tables.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};

pub(crate) static CHECKS: &[Check] = &[
    check("dax-cluster-not-encrypted", "A cache of tables is not encrypted", Medium, "dax", "cluster")
        .fsbp(&["DynamoDB.3"])
        .page(
            "The cluster is encrypted at rest.",
            "Items lie open in its storage.",
            "Make a new cluster with encryption.",
            "None.",
        )
        .each(|v| {
            v.none_of(
                "DescribeClusters.SSEDescription.Status",
                &["ENABLED", "ENABLING"],
                "it is not encrypted",
                "it is encrypted",
            )
        }),
    check("dax-cluster-clear-text", "A cache of tables takes connections without TLS", Medium, "dax", "cluster")
        .fsbp(&["DynamoDB.7"])
        .page(
            "The cluster's endpoint takes TLS only.",
            "Items pass in clear.",
            "Make a new cluster with endpoint encryption.",
            "None.",
        )
        .each(|v| {
            v.none_of(
                "DescribeClusters.ClusterEndpointEncryptionType",
                &["TLS"],
                "it takes connections without TLS",
                "it takes TLS only",
            )
        }),
];
