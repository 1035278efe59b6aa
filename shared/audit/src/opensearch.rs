//! OpenSearch and Elasticsearch: search domains.

use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;

const DOMAIN: &str = "DescribeDomain.DomainStatus";

pub(crate) static CHECKS: &[Check] = &[
    check("opensearch-domain-public", "A search domain is on the internet", Critical, "opensearch", "domain")
        .fsbp(&["ES.2", "OpenSearch.2"])
        .page(
            "The domain is in a VPC.",
            "Search domains on the internet are copied and held to ransom.",
            "Make a new domain in a VPC, and move over.",
            "Domains whose policy names addresses.",
        )
        .detectors(&["opensearch-domain-weakened"])
        .each(|v| v.unset(&format!("{DOMAIN}.VPCOptions.VPCId"), "it is in no VPC", "it is in a VPC")),
    check("opensearch-domain-open-policy", "Everyone may use a search domain", Critical, "opensearch", "domain")
        .page(
            "The access policy names who gets in, or the domain is in a VPC.",
            "Everyone reads and deletes the indexes.",
            "Name principals or addresses in the access policy.",
            "None.",
        )
        .each(|v| {
            if v.text(&format!("{DOMAIN}.VPCOptions.VPCId"))?.is_some() {
                Ok(Verdict::Pass("it is in a VPC".to_owned()))
            } else {
                crate::exposure::public(v, &format!("{DOMAIN}.AccessPolicies"))
            }
        }),
    check("opensearch-domain-not-encrypted", "A search domain is not encrypted", Medium, "opensearch", "domain")
        .fsbp(&["ES.1", "OpenSearch.1"])
        .page("Encryption at rest is on.", "Indexes lie open in its storage.", "Turn it on.", "None.")
        .each(|v| {
            v.off(&format!("{DOMAIN}.EncryptionAtRestOptions.Enabled"), "it is not encrypted", "it is encrypted")
        }),
    check(
        "opensearch-domain-node-traffic-clear",
        "A search domain's nodes talk in clear",
        Medium,
        "opensearch",
        "domain",
    )
    .fsbp(&["ES.3", "OpenSearch.3"])
    .page("Node-to-node encryption is on.", "Documents pass in clear between nodes.", "Turn it on.", "None.")
    .each(|v| {
        v.off(
            &format!("{DOMAIN}.NodeToNodeEncryptionOptions.Enabled"),
            "its nodes talk in clear",
            "its nodes talk over TLS",
        )
    }),
    check("opensearch-domain-not-logged", "A search domain's errors are not logged", Medium, "opensearch", "domain")
        .fsbp(&["ES.4", "OpenSearch.4"])
        .page(
            "Application logs go to CloudWatch.",
            "What failed is not known.",
            "Publish ES_APPLICATION_LOGS.",
            "None.",
        )
        .each(|v| {
            v.off(
                &format!("{DOMAIN}.LogPublishingOptions.ES_APPLICATION_LOGS.Enabled"),
                "its errors are not logged",
                "its errors are logged",
            )
        }),
    check("opensearch-domain-audit-log-off", "A search domain is not audited", Medium, "opensearch", "domain")
        .fsbp(&["ES.5", "OpenSearch.5"])
        .page("Audit logs go to CloudWatch.", "Who asked what is not known afterwards.", "Publish AUDIT_LOGS.", "None.")
        .each(|v| {
            v.off(&format!("{DOMAIN}.LogPublishingOptions.AUDIT_LOGS.Enabled"), "it is not audited", "it is audited")
        }),
    check("opensearch-domain-few-nodes", "A search domain has too few nodes", Medium, "opensearch", "domain")
        .fsbp(&["ES.6", "OpenSearch.6"])
        .page(
            "Three data nodes at least, over zones.",
            "The loss of a node is the loss of data.",
            "Raise the instance count.",
            "Domains for tests.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.number(&format!("{DOMAIN}.ClusterConfig.InstanceCount"))?.unwrap_or(0.0) < 3.0
                    || !v.flag(&format!("{DOMAIN}.ClusterConfig.ZoneAwarenessEnabled"))?,
                "it has fewer than three nodes over zones",
                "it has three nodes over zones",
            )
        }),
    check("opensearch-domain-no-fine-access", "A search domain knows no users", High, "opensearch", "domain")
        .fsbp(&["OpenSearch.7"])
        .page(
            "Fine-grained access control is on.",
            "Whoever gets in may do everything.",
            "Turn on AdvancedSecurityOptions.",
            "None.",
        )
        .detectors(&["opensearch-domain-weakened"])
        .each(|v| {
            v.off(
                &format!("{DOMAIN}.AdvancedSecurityOptions.Enabled"),
                "fine-grained access control is off",
                "fine-grained access control is on",
            )
        }),
    check("opensearch-domain-clear-text", "A search domain takes old or no TLS", Medium, "opensearch", "domain")
        .fsbp(&["ES.8", "OpenSearch.8"])
        .page("HTTPS is enforced, with TLS 1.2.", "Documents pass in clear.", "Set DomainEndpointOptions.", "None.")
        .each(|v| {
            let (https, policy) = (
                v.flag(&format!("{DOMAIN}.DomainEndpointOptions.EnforceHTTPS"))?,
                v.text(&format!("{DOMAIN}.DomainEndpointOptions.TLSSecurityPolicy"))?,
            );
            Verdict::fail_if(
                !https || !policy.is_some_and(|p| p.contains("Min-TLS-1-2")),
                "it takes old or no TLS",
                "it takes TLS 1.2 or later",
            )
        }),
    check("opensearch-domain-few-masters", "A search domain has too few masters", Medium, "opensearch", "domain")
        .fsbp(&["ES.7", "OpenSearch.11"])
        .page(
            "Three dedicated master nodes at least.",
            "The loss of a node is the loss of the cluster's mind.",
            "Turn dedicated masters on, three of them.",
            "Domains for tests.",
        )
        .each(|v| {
            let dedicated = v.flag(&format!("{DOMAIN}.ClusterConfig.DedicatedMasterEnabled"))?;
            let count = v.number(&format!("{DOMAIN}.ClusterConfig.DedicatedMasterCount"))?.unwrap_or(0.0);
            Verdict::fail_if(!dedicated || count < 3.0, "it has fewer than three masters", "it has three masters")
        }),
    check("opensearch-domain-update-waiting", "A search domain lacks an update", Low, "opensearch", "domain")
        .fsbp(&["OpenSearch.10"])
        .page(
            "The latest service software is installed.",
            "Known flaws stay open.",
            "aws opensearch start-service-software-update.",
            "Domains whose window is near.",
        )
        .each(|v| {
            v.on(&format!("{DOMAIN}.ServiceSoftwareOptions.UpdateAvailable"), "an update waits", "no update waits")
        }),
];
