//! `database-groups-swapped`: security groups of a database swapped.

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const DATABASE_GROUPS_SWAPPED: Change = Change {
    meta: Meta {
        id: "database-groups-swapped",
        title: "Security groups of a database swapped",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "rds.amazonaws.com", name: "ModifyDBInstance" },
            EventName { source: "rds.amazonaws.com", name: "ModifyDBCluster" },
            EventName { source: "elasticache.amazonaws.com", name: "ModifyCacheCluster" },
            EventName { source: "elasticache.amazonaws.com", name: "ModifyReplicationGroup" },
            EventName { source: "elasticache.amazonaws.com", name: "ModifyServerlessCache" },
            EventName { source: "redshift.amazonaws.com", name: "ModifyCluster" },
        ]),
        prose: page(
            "\
## What it does
Fires when a call gives a running database, cache or warehouse another set of EC2 security groups. Other
changes by the same calls (size, password, backups) do not match.

## Why is this bad?
A database that only the application could reach is opened to others without a rule being touched. It is
also how a database under quarantine is let out again.

## False positives
Ordinary work on databases. Look at which groups were attached.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &[
        "dBInstanceIdentifier",
        "dBClusterIdentifier",
        "replicationGroupId",
        "cacheClusterId",
        "serverlessCacheName",
        "clusterIdentifier",
    ],
    when: names_groups,
};

fn names_groups(call: &ApiCall) -> bool {
    ["vpcSecurityGroupIds", "securityGroupIds"]
        .into_iter()
        .filter_map(|key| call.request(key)?.as_array())
        .any(|groups| !groups.is_empty())
}
