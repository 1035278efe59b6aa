//! What AWS Health says of the versions of services. It answers only where the account has a support plan.

use std::collections::BTreeMap;

use serde_json::Value;

use super::End;
use crate::read;

/// Ends of support by service and version, both in the one form that [`plain`] makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lifecycles(BTreeMap<(String, String), End>);

/// How a name is compared: `PostgreSQL 13` and `postgresql-13` are one. Health's way of writing versions is not
/// documented, so nothing hangs on capitals or on what stands between the parts.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').map(|c| c.to_ascii_lowercase()).collect()
}

impl Lifecycles {
    /// Takes a page of `DescribeServiceLifecycle` over.
    pub(super) fn take(&mut self, body: &Value) {
        for entry in read::list(body, "serviceLifecycles") {
            // The end of standard support, where several ends are told: the earliest.
            let ends = read::list(entry, "lifecycleEvents").filter(|event| {
                let kind = read::text(event, "lifecycleEventType").to_ascii_lowercase().replace('_', "-");
                kind.starts_with("end-of")
            });
            let Some(at_ms) = ends.filter_map(|event| read::time(event, "date")).min() else { continue };
            let end = End { at_ms, source: "health:DescribeServiceLifecycle".to_owned() };
            let service = plain(read::text(entry, "service"));
            for name in [read::text(entry, "version"), read::text(entry, "title")] {
                if !name.is_empty() {
                    self.0.insert((service.clone(), plain(name)), end.clone());
                }
            }
        }
    }

    /// When the support of this version of a service ends. A bare number is of the engine that a service has alone:
    /// `kubernetes 1.29` is EKS's `1.29`.
    pub(super) fn of(&self, service: &str, runs: &str) -> Option<End> {
        let bare = runs.strip_prefix("kubernetes ").filter(|_| service == "eks");
        let mut names = [Some(runs), bare].into_iter().flatten();
        names.find_map(|name| self.0.get(&(plain(service), plain(name))).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_earliest_end_counts_and_other_events_do_not() {
        let mut all = Lifecycles::default();
        all.take(&json!({ "serviceLifecycles": [
            { "service": "EKS", "version": "1.29", "lifecycleEvents": [
                { "lifecycleEventType": "release", "date": "2024-01-23T00:00:00Z" },
                { "lifecycleEventType": "END_OF_EXTENDED_SUPPORT", "date": "2026-03-23T00:00:00Z" },
                { "lifecycleEventType": "end-of-support", "date": "2025-03-23T00:00:00Z" } ] },
            { "service": "RDS", "version": "MySQL 8.0", "lifecycleEvents": [
                { "lifecycleEventType": "end-of-life", "date": 1_785_456_000 } ] },
            { "service": "RDS", "version": "MySQL 9" },
        ] }));
        assert_eq!(crate::rfc3339(all.of("eks", "kubernetes 1.29").unwrap().at_ms), "2025-03-23T00:00:00.000Z");
        assert_eq!(crate::rfc3339(all.of("rds", "mysql 8.0").unwrap().at_ms), "2026-07-31T00:00:00.000Z");
        assert_eq!((all.of("rds", "mysql 9"), all.of("eks", "kubernetes 1.2")), (None, None));
    }
}
