//! `route-table-changed`: route table changed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const ROUTE_TABLE_CHANGED: Change = Change {
    meta: Meta {
        id: "route-table-changed",
        title: "Route table changed",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "AssociateRouteTable" },
            EventName { source: "ec2.amazonaws.com", name: "CreateRoute" },
            EventName { source: "ec2.amazonaws.com", name: "CreateRouteTable" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteRoute" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteRouteTable" },
            EventName { source: "ec2.amazonaws.com", name: "DisassociateRouteTable" },
            EventName { source: "ec2.amazonaws.com", name: "ReplaceRoute" },
            EventName { source: "ec2.amazonaws.com", name: "ReplaceRouteTableAssociation" },
        ]),
        prose: page(
            "\
## What it does
Fires on every change of a route table: routes added, replaced or removed, tables made, deleted or put
on another subnet. A way to the internet, to another network or through a machine has a detector of its
own besides; tags do not match.

## Why is this bad?
Routes decide which networks can talk at all, and past which machines the traffic goes. Kept for whoever
looks back.

## False positives
Nearly all of them: this keeps a record and sends no alert.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/WorkWithRouteTables.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["routeTableId", "associationId"],
    when: always,
};
