//! What is not a package and ages all the same: runtimes, engines, clusters. When support ends AWS says itself where an
//! API tells it: the service's own, or AWS Health's where the account has a support plan. Else a table does.

mod health;
mod node_group;
mod runtimes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::node_group::{NodeGroup, PARAMETERS};
use crate::read;

/// A resource, with what it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aging {
    /// `lambda`, `rds`, `elasticache`, `eks` or `ecr`.
    pub service: String,
    /// Its name or ARN.
    pub resource: String,
    /// What it runs: `python3.8`, `postgres 13.4`, `kubernetes 1.29`.
    pub runs: String,
    /// What waits to be applied, in AWS's words.
    pub pending: Option<String>,
}

/// When the support of something ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Who says so.
    pub source: String,
}

impl Aging {
    fn new(service: &str, resource: &str, runs: String) -> Self {
        Self { service: service.to_owned(), resource: resource.to_owned(), runs, pending: None }
    }

    /// What an answer says; nothing for a call that is not about such things.
    pub(crate) fn all_of(call: &str, body: &Value) -> Vec<Self> {
        let each = |name: &'static str| read::list(body, name);
        match call {
            "lambda:ListFunctions" => each("Functions")
                .filter_map(|function| {
                    let runtime = read::some(function, "Runtime")?;
                    Some(Self::new("lambda", read::text(function, "FunctionArn"), runtime))
                })
                .collect(),
            "rds:DescribeDBInstances" => each("DBInstances")
                .map(|database| {
                    let runs = format!("{} {}", read::text(database, "Engine"), read::text(database, "EngineVersion"));
                    Self::new("rds", read::text(database, "DBInstanceArn"), runs)
                })
                .collect(),
            "rds:DescribePendingMaintenanceActions" => each("PendingMaintenanceActions")
                .flat_map(|resource| {
                    read::list(resource, "PendingMaintenanceActionDetails").map(move |action| {
                        let what = format!("{}: {}", read::text(action, "Action"), read::text(action, "Description"));
                        let resource = Self::new("rds", read::text(resource, "ResourceIdentifier"), String::new());
                        Self { pending: Some(what), ..resource }
                    })
                })
                .collect(),
            "elasticache:DescribeCacheClusters" => each("CacheClusters")
                .map(|cluster| {
                    let runs = format!("{} {}", read::text(cluster, "Engine"), read::text(cluster, "EngineVersion"));
                    Self::new("elasticache", read::text(cluster, "ARN"), runs)
                })
                .collect(),
            "elasticache:DescribeUpdateActions" => each("UpdateActions")
                .filter(|update| matches!(read::text(update, "UpdateActionStatus"), "not-applied" | "waiting-to-start"))
                .map(|update| {
                    let cluster = read::some(update, "CacheClusterId")
                        .or_else(|| read::some(update, "ReplicationGroupId"))
                        .unwrap_or_default();
                    let what = format!(
                        "{} ({})",
                        read::text(update, "ServiceUpdateName"),
                        read::text(update, "ServiceUpdateSeverity")
                    );
                    Self { pending: Some(what), ..Self::new("elasticache", &cluster, String::new()) }
                })
                .collect(),
            "eks:DescribeNodegroup" => NodeGroup::of(body)
                .map(|group| Self::new("eks", &group.arn, format!("kubernetes {}", group.version)))
                .into_iter()
                .collect(),
            "eks:DescribeCluster" => body
                .get("cluster")
                .map(|cluster| {
                    let runs = format!("kubernetes {}", read::text(cluster, "version"));
                    Self::new("eks", read::text(cluster, "arn"), runs)
                })
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Ends of support, as AWS tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ends {
    /// By the service itself; by service and what runs: `rds/postgres 13`.
    told: BTreeMap<String, End>,
    /// By AWS Health.
    health: health::Lifecycles,
}

impl Ends {
    /// Takes over what AWS says of versions.
    pub(crate) fn take(&mut self, call: &str, body: &Value) {
        match call {
            "rds:DescribeDBMajorEngineVersions" => {
                for version in read::list(body, "DBMajorEngineVersions") {
                    let standard = read::list(version, "SupportedEngineLifecycles")
                        .find(|l| read::text(l, "LifecycleSupportName") == "open-source-rds-standard-support");
                    let runs =
                        format!("{} {}", read::text(version, "Engine"), read::text(version, "MajorEngineVersion"));
                    self.add("rds", &runs, standard.and_then(|l| read::time(l, "LifecycleSupportEndDate")), call);
                }
            }
            "eks:DescribeClusterVersions" => {
                for version in read::list(body, "clusterVersions") {
                    let runs = format!("kubernetes {}", read::text(version, "clusterVersion"));
                    self.add("eks", &runs, read::time(version, "endOfStandardSupportDate"), call);
                }
            }
            "health:DescribeServiceLifecycle" => self.health.take(body),
            _ => {}
        }
    }

    fn add(&mut self, service: &str, runs: &str, at_ms: Option<i64>, source: &str) {
        if let Some(at_ms) = at_ms {
            self.told.insert(format!("{service}/{runs}"), End { at_ms, source: source.to_owned() });
        }
    }

    /// When the support of what a resource runs ends; `None` where nobody says. The service's own word holds, then
    /// AWS Health's, then the table's.
    #[must_use]
    pub fn of(&self, aging: &Aging) -> Option<End> {
        // `postgres 13.4` is of `postgres 13`, `mysql 8.0.35` of `mysql 8.0`; a runtime is named whole.
        let mut names = vec![aging.runs.as_str()];
        while let Some((less, _)) = names.last().filter(|_| aging.service != "lambda").and_then(|n| n.rsplit_once('.'))
        {
            names.push(less);
        }
        let told = names.iter().find_map(|name| self.told.get(&format!("{}/{name}", aging.service)).cloned());
        let health = || names.iter().find_map(|name| self.health.of(&aging.service, name));
        let table = || (aging.service == "lambda").then(|| runtimes::end_of(&aging.runs)).flatten();
        told.or_else(health).or_else(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ends_of_support_are_found_by_the_major_version() {
        let mut ends = Ends::default();
        ends.take(
            "rds:DescribeDBMajorEngineVersions",
            &json!({ "DBMajorEngineVersions": [{ "Engine": "mysql", "MajorEngineVersion": "8.0", "SupportedEngineLifecycles": [
                { "LifecycleSupportName": "open-source-rds-standard-support", "LifecycleSupportEndDate": "2026-07-31T23:59:59Z" },
            ] }] }),
        );
        let body = json!({ "DBInstances": [{ "DBInstanceArn": "db", "Engine": "mysql", "EngineVersion": "8.0.35" }] });
        let database = &Aging::all_of("rds:DescribeDBInstances", &body)[0];
        assert_eq!(ends.of(database).unwrap().source, "rds:DescribeDBMajorEngineVersions");
        assert_eq!(ends.of(&Aging::new("rds", "db", "oracle-ee 19".to_owned())), None);
        assert!(ends.of(&Aging::new("lambda", "f", "python3.12".to_owned())).unwrap().source.contains("lambda-python"));
        assert_eq!(ends.of(&Aging::new("lambda", "f", "future1".to_owned())), None);
    }

    #[test]
    fn awss_own_word_holds_before_the_table() {
        let python = Aging::new("lambda", "f", "python3.8".to_owned());
        assert!(Ends::default().of(&python).unwrap().source.contains("reported"));
        let mut ends = Ends::default();
        ends.take(
            "health:DescribeServiceLifecycle",
            &json!({ "serviceLifecycles": [{ "service": "LAMBDA", "version": "python3.8", "lifecycleEvents": [
                { "lifecycleEventType": "end-of-support", "date": "2024-10-14T00:00:00Z" } ] }] }),
        );
        assert_eq!(ends.of(&python).unwrap().source, "health:DescribeServiceLifecycle");
    }
}
