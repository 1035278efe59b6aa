//! `database-security-group-changed`: security group of a database service opened.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const DATABASE_SECURITY_GROUP_CHANGED: Change = Change {
    meta: Meta {
        id: "database-security-group-changed",
        title: "Security group of a database service opened",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "rds.amazonaws.com", name: "AuthorizeDBSecurityGroupIngress" },
            EventName { source: "elasticache.amazonaws.com", name: "AuthorizeCacheSecurityGroupEgress" },
            EventName { source: "elasticache.amazonaws.com", name: "AuthorizeCacheSecurityGroupIngress" },
            EventName { source: "redshift.amazonaws.com", name: "AuthorizeClusterSecurityGroupIngress" },
        ]),
        prose: page(
            "\
## What it does
Fires when a security group of RDS's, ElastiCache's or Redshift's own kind lets addresses or another group in.
Making one, taking an opening back and deleting it do not match.
The groups of EC2 that databases in a VPC use are `security-group-changed` and
`database-groups-swapped`.

## Why is this bad?
These groups let addresses reach a database directly. Hardly anybody uses them any more, so a call says
more than it did.

## False positives
Accounts that still keep databases outside a VPC, and clean-ups of what was left there.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AuthorizeDBSecurityGroupIngress.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["dBSecurityGroupName", "cacheSecurityGroupName", "clusterSecurityGroupName"],
    when: always,
};
