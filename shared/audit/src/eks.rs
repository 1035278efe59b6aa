//! EKS: clusters.

use riposte_core::finding::Severity::{Critical, High, Medium};

use crate::check::{Check, check};
use crate::verdict::{Unknown, Verdict};
use crate::view::{flag, list};

const OLDEST_KUBERNETES: u32 = 32;

pub(crate) static CHECKS: &[Check] = &[
    check("eks-endpoint-public", "A cluster's API is on the internet", High, "eks", "cluster")
        .fsbp(&["EKS.1"])
        .page(
            "The API endpoint is private.",
            "Everyone tries its credentials and its flaws.",
            "aws eks update-cluster-config endpointPublicAccess=false.",
            "Clusters whose public access names few ranges.",
        )
        .detectors(&["eks-endpoint-public"])
        .each(|v| {
            v.said(
                "DescribeCluster.cluster.resourcesVpcConfig.endpointPublicAccess",
                "its API is public",
                "its API is private",
            )
        }),
    check("eks-endpoint-open-to-all", "A cluster's API takes everybody's address", Critical, "eks", "cluster")
        .page(
            "A public endpoint names ranges that do not amount to the internet.",
            "Everyone tries its credentials and its flaws.",
            "Name your ranges in publicAccessCidrs.",
            "None.",
        )
        .detectors(&["eks-endpoint-public"])
        .each(|v| {
            if !v.flag("DescribeCluster.cluster.resourcesVpcConfig.endpointPublicAccess")? {
                return Ok(Verdict::Pass("its API is private".to_owned()));
            }
            let ranges = v.texts("DescribeCluster.cluster.resourcesVpcConfig.publicAccessCidrs")?;
            let open = ranges.is_empty() || !riposte_core::net::cidr::internet_ranges(&ranges).is_empty();
            Verdict::fail_if(open, "its API takes everybody's address", "its API takes named ranges")
        }),
    check("eks-version-unsupported", "A cluster's version is past its support", High, "eks", "cluster")
        .fsbp(&["EKS.2"])
        .page(
            "AWS still supports the Kubernetes version, extended support included.",
            "Flaws are not closed any more, or at a price.",
            "aws eks update-cluster-version, one version at a time.",
            "None.",
        )
        .each(|v| {
            let version = v
                .text("DescribeCluster.cluster.version")?
                .ok_or_else(|| Unknown("its version is not known".to_owned()))?;
            let minor = version
                .strip_prefix("1.")
                .and_then(|m| m.parse::<u32>().ok())
                .ok_or_else(|| Unknown("its version cannot be read".to_owned()))?;
            Verdict::fail_with(
                (minor < OLDEST_KUBERNETES).then(|| format!("version 1.{minor} is past its support")),
                "its version is supported",
            )
        }),
    check("eks-secrets-not-encrypted", "A cluster's secrets are not under a KMS key", Medium, "eks", "cluster")
        .fsbp(&["EKS.3"])
        .page(
            "Kubernetes' secrets are encrypted under a KMS key.",
            "Whoever reads the cluster's store reads them.",
            "aws eks associate-encryption-config.",
            "None.",
        )
        .each(|v| {
            let on = v
                .list("DescribeCluster.cluster.encryptionConfig")?
                .iter()
                .any(|c| list(c, "resources").iter().any(|r| r.as_str() == Some("secrets")));
            Verdict::fail_if(!on, "its secrets are not under a KMS key", "its secrets are under a KMS key")
        }),
    check("eks-not-logged", "A cluster's control plane is not logged", Medium, "eks", "cluster")
        .fsbp(&["EKS.8"])
        .page(
            "All five kinds of logs are on, audit among them.",
            "Who did what in the cluster is not known afterwards.",
            "aws eks update-cluster-config --logging.",
            "Clusters for tests.",
        )
        .detectors(&["eks-logging-disabled"])
        .each(|v| {
            let logging = v.list("DescribeCluster.cluster.logging.clusterLogging")?;
            let on = |kind: &str| {
                logging.iter().any(|l| flag(l, "enabled") && list(l, "types").iter().any(|t| t.as_str() == Some(kind)))
            };
            let off: Vec<_> = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
                .into_iter()
                .filter(|k| !on(k))
                .map(str::to_owned)
                .collect();
            Verdict::fail_for(&off, "these logs are off", "all logs are on")
        }),
];
