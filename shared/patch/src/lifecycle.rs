//! What is not a package and ages all the same: runtimes, engines, clusters. When support ends AWS says itself where an
//! API tells it; for Lambda's runtimes a table does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// The page that the dates of the table below stand on.
const RUNTIMES_SOURCE: &str = "docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html";

/// When Lambda's runtimes were or will be deprecated.
const RUNTIMES: [(&str, &str); 25] = [
    ("dotnet6", "2024-12-20"),
    ("dotnet8", "2026-11-10"),
    ("dotnetcore2.1", "2022-01-05"),
    ("dotnetcore3.1", "2023-04-03"),
    ("dotnet10", "2028-11-14"),
    ("go1.x", "2024-01-08"),
    ("java8", "2024-01-08"),
    ("java25", "2029-06-30"),
    ("nodejs12.x", "2023-03-31"),
    ("nodejs14.x", "2023-12-04"),
    ("nodejs16.x", "2024-06-12"),
    ("nodejs18.x", "2025-09-01"),
    ("nodejs20.x", "2026-04-30"),
    ("nodejs22.x", "2027-04-30"),
    ("nodejs24.x", "2028-04-30"),
    ("provided", "2024-01-08"),
    ("python3.6", "2022-07-18"),
    ("python3.7", "2023-12-04"),
    ("python3.8", "2024-10-14"),
    ("python3.9", "2025-12-15"),
    ("python3.13", "2029-06-30"),
    ("python3.14", "2029-06-30"),
    ("ruby2.7", "2023-12-07"),
    ("ruby3.2", "2026-03-31"),
    ("ruby3.4", "2028-03-31"),
];

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

/// Ends of support, by service and what runs: `rds/postgres 13`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ends(BTreeMap<String, End>);

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
            _ => {}
        }
    }

    fn add(&mut self, service: &str, runs: &str, at_ms: Option<i64>, source: &str) {
        if let Some(at_ms) = at_ms {
            self.0.insert(format!("{service}/{runs}"), End { at_ms, source: source.to_owned() });
        }
    }

    /// When the support of what a resource runs ends; `None` where nobody says.
    #[must_use]
    pub fn of(&self, aging: &Aging) -> Option<End> {
        if aging.service == "lambda" {
            let (_, date) = RUNTIMES.into_iter().find(|(runtime, _)| *runtime == aging.runs)?;
            let at_ms = read::parsed(&format!("{date}T00:00:00Z"))?;
            return Some(End { at_ms, source: RUNTIMES_SOURCE.to_owned() });
        }
        // `postgres 13.4` is of `postgres 13`, `mysql 8.0.35` of `mysql 8.0`.
        let mut runs = aging.runs.as_str();
        loop {
            if let Some(end) = self.0.get(&format!("{}/{runs}", aging.service)) {
                return Some(end.clone());
            }
            runs = runs.rsplit_once('.')?.0;
        }
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
        assert!(
            ends.of(&Aging::new("lambda", "f", "python3.8".to_owned())).unwrap().source.contains("lambda-runtimes")
        );
        assert_eq!(ends.of(&Aging::new("lambda", "f", "future1".to_owned())), None);
    }

    #[test]
    fn every_date_of_the_table_is_one() {
        for (runtime, _) in RUNTIMES {
            assert!(Ends::default().of(&Aging::new("lambda", "f", runtime.to_owned())).is_some(), "{runtime}");
        }
    }
}
