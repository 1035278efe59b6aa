//! MSK: Kafka clusters.

use riposte_core::finding::Severity::{Critical, Low, Medium};

use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::View;

const OF: &str = "ListClustersV2.Provisioned";

pub(crate) static CHECKS: &[Check] = &[
    check("kafka-clear-text", "A Kafka cluster talks in clear", Medium, "kafka", "cluster")
        .fsbp(&["MSK.1"])
        .page(
            "Brokers talk over TLS to each other and to clients.",
            "Messages pass in clear.",
            "Set InCluster, and ClientBroker to TLS, in the encryption in transit.",
            "None.",
        )
        .each(|v| {
            provisioned(v, |v| {
                let between = v.truth(&format!("{OF}.EncryptionInfo.EncryptionInTransit.InCluster"))?;
                let clients = v.text(&format!("{OF}.EncryptionInfo.EncryptionInTransit.ClientBroker"))?;
                // TLS is what a cluster has where nothing is said.
                let clear = between == Some(false) || clients.is_some_and(|how| how != "TLS");
                Verdict::fail_if(clear, "it talks in clear", "it talks over TLS")
            })
        }),
    check("kafka-monitoring-basic", "A Kafka cluster is not watched closely", Low, "kafka", "cluster")
        .fsbp(&["MSK.2"])
        .page(
            "Metrics are reported by topic and broker at least.",
            "A flood on one topic shows in no metric.",
            "Set the monitoring to PER_TOPIC_PER_BROKER.",
            "Clusters for tests.",
        )
        .each(|v| {
            provisioned(v, |v| {
                v.none_of(
                    &format!("{OF}.EnhancedMonitoring"),
                    &["PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"],
                    "it tells no metrics by topic",
                    "it tells metrics by topic",
                )
            })
        }),
    check("kafka-public", "A Kafka cluster has public addresses", Critical, "kafka", "cluster")
        .fsbp(&["MSK.4"])
        .page(
            "Public access is off.",
            "Everybody tries its passwords and its flaws.",
            "Set the public access to DISABLED.",
            "None that we know of: reach it over a VPN.",
        )
        .detectors(&["kafka-cluster-weakened"])
        .each(|v| {
            provisioned(v, |v| {
                let how = v.text(&format!("{OF}.BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type"))?;
                Verdict::fail_if(
                    how.is_some_and(|how| how != "DISABLED"),
                    "it has public addresses",
                    "it has no public addresses",
                )
            })
        }),
    check("kafka-unauthenticated", "A Kafka cluster asks nobody who they are", Medium, "kafka", "cluster")
        .fsbp(&["MSK.6"])
        .page(
            "Clients say who they are: by IAM, a password or a certificate.",
            "Whoever reaches the port reads and writes every topic.",
            "Turn unauthenticated access off.",
            "None.",
        )
        .each(|v| {
            provisioned(v, |v| {
                const AUTH: &str = "ListClustersV2.Provisioned.ClientAuthentication";
                let asks = v.flag(&format!("{AUTH}.Sasl.Iam.Enabled"))?
                    | v.flag(&format!("{AUTH}.Sasl.Scram.Enabled"))?
                    | v.flag(&format!("{AUTH}.Tls.Enabled"))?;
                let open = v.truth(&format!("{AUTH}.Unauthenticated.Enabled"))?.unwrap_or(!asks);
                Verdict::fail_if(open, "it asks nobody", "it asks who its clients are")
            })
        }),
];

/// Serverless clusters have none of these settings.
fn provisioned(v: &View<'_>, look: impl FnOnce(&View<'_>) -> Answer) -> Answer {
    if v.text("ListClustersV2.ClusterType")? == Some("SERVERLESS") { Ok(Verdict::Skip) } else { look(v) }
}
