//! `network-acl-changed`: network ACL changed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const NETWORK_ACL_CHANGED: Change = Change {
    meta: Meta {
        id: "network-acl-changed",
        title: "Network ACL changed",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "CreateNetworkAcl" },
            EventName { source: "ec2.amazonaws.com", name: "CreateNetworkAclEntry" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteNetworkAcl" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteNetworkAclEntry" },
            EventName { source: "ec2.amazonaws.com", name: "ReplaceNetworkAclAssociation" },
            EventName { source: "ec2.amazonaws.com", name: "ReplaceNetworkAclEntry" },
        ]),
        prose: page(
            "\
## What it does
Fires on every change of a network ACL: entries added, replaced or removed, ACLs made, deleted or put on
another subnet. What lets the internet in is `open-network-acl` or `network-acl-wide-entry` besides;
tags do not match.

## Why is this bad?
A network ACL is the last thing that holds where a security group was opened, and the place where an
attacking address is denied. Kept for whoever looks back.

## False positives
Nearly all of them: this keeps a record and sends no alert. Riposte's own response to an attacking
address adds an entry too.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["networkAclId", "associationId"],
    when: always,
};
