//! EMR: clusters and their security configurations.

use riposte_core::finding::Severity::{Critical, High, Medium};
use serde_json::Value;

use crate::check::{Check, check};
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, flag};

pub(crate) static CHECKS: &[Check] = &[
    check("emr-public-access-not-blocked", "EMR clusters may be opened to the world", Critical, "emr", "account")
        .fsbp(&["EMR.2"])
        .page(
            "EMR blocks public access, but for SSH at most.",
            "A cluster's group that is opened by mistake runs.",
            "aws emr put-block-public-access-configuration.",
            "Regions without EMR.",
        )
        .detectors(&["emr-public-access-allowed"])
        .each(|v| {
            const BLOCK: &str = "GetBlockPublicAccessConfiguration.BlockPublicAccessConfiguration";
            if !v.flag(&format!("{BLOCK}.BlockPublicSecurityGroupRules"))? {
                return Ok(Verdict::Fail("public access is not blocked".to_owned()));
            }
            let spared = v.list(&format!("{BLOCK}.PermittedPublicSecurityGroupRuleRanges"))?;
            let port = |range: &Value, name: &str| crate::view::number(range, name);
            let ssh = |range: &Value| {
                let first = port(range, "MinRange");
                first == Some(22.0) && port(range, "MaxRange").or(first) == Some(22.0)
            };
            Verdict::fail_if(
                !spared.iter().all(ssh),
                "public access is blocked, but for other ports than 22",
                "public access is blocked",
            )
        }),
    check("emr-master-public", "A cluster's primary node has a public address", High, "emr", "cluster")
        .fsbp(&["EMR.1"])
        .page(
            "The primary node's name is a private one.",
            "Its consoles, which ask for no password, stand on the internet.",
            "Start clusters in a private subnet.",
            "None.",
        )
        .each(|v| {
            if !matches!(
                v.text("DescribeCluster.Cluster.Status.State")?,
                Some("RUNNING" | "WAITING" | "BOOTSTRAPPING" | "STARTING")
            ) {
                return Ok(Verdict::Skip);
            }
            let name = v.text("DescribeCluster.Cluster.MasterPublicDnsName")?;
            let name = name.ok_or_else(|| Unknown("its primary node's name is not known".to_owned()))?;
            // The same field has the private name where there is no public one.
            let private = name.starts_with("ip-") || name.ends_with(".internal");
            Verdict::fail_if(
                !private,
                "its primary node has a public address",
                "its primary node has no public address",
            )
        }),
    check(
        "emr-storage-not-encrypted",
        "A cluster's configuration leaves storage open",
        Medium,
        "emr",
        "security-configuration",
    )
    .fsbp(&["EMR.3"])
    .page(
        "The security configuration encrypts at rest.",
        "What clusters write lies open in their storage.",
        "Make a new security configuration, and start clusters with it.",
        "Configurations that no cluster uses.",
    )
    .each(|v| encrypts(v, "EnableAtRestEncryption", "it does not encrypt at rest", "it encrypts at rest")),
    check(
        "emr-transit-not-encrypted",
        "A cluster's configuration leaves traffic open",
        Medium,
        "emr",
        "security-configuration",
    )
    .fsbp(&["EMR.4"])
    .page(
        "The security configuration encrypts in transit.",
        "Data passes in clear between nodes.",
        "Make a new security configuration, and start clusters with it.",
        "Configurations that no cluster uses.",
    )
    .each(|v| encrypts(v, "EnableInTransitEncryption", "it does not encrypt in transit", "it encrypts in transit")),
];

/// Fails where a kind of encryption is off. The configuration is JSON in a text.
fn encrypts(v: &View<'_>, name: &str, bad: &str, good: &str) -> Answer {
    let text = v.text("DescribeSecurityConfiguration.SecurityConfiguration")?;
    let text = text.ok_or_else(|| Unknown("it was not told".to_owned()))?;
    let all: Value = serde_json::from_str(text).map_err(|_| Unknown("it cannot be read".to_owned()))?;
    Verdict::fail_if(!flag(&all, &format!("EncryptionConfiguration.{name}")), bad, good)
}
