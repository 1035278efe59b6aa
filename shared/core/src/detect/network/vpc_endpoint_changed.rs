//! `vpc-endpoint-changed`: vPC endpoint or endpoint service changed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const VPC_ENDPOINT_CHANGED: Change = Change {
    meta: Meta {
        id: "vpc-endpoint-changed",
        title: "VPC endpoint or endpoint service changed",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "AcceptVpcEndpointConnections" },
            EventName { source: "ec2.amazonaws.com", name: "CreateVpcEndpoint" },
            EventName { source: "ec2.amazonaws.com", name: "CreateVpcEndpointServiceConfiguration" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteVpcEndpointServiceConfigurations" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteVpcEndpoints" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVpcEndpoint" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVpcEndpointServiceConfiguration" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVpcEndpointServicePermissions" },
            EventName { source: "ec2.amazonaws.com", name: "RejectVpcEndpointConnections" },
        ]),
        prose: page(
            "\
## What it does
Fires when a VPC endpoint or a service that is offered through endpoints is made, changed or deleted, or a
connection to such a service is accepted or rejected. What opens one has a detector of its own besides,
and so has what is deleted.

## Why is this bad?
An endpoint is a way from the network to a service, of AWS or of another account, that no firewall sees.
Kept for whoever looks back.

## False positives
Nearly all of them: this keeps a record and sends no alert.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/vpc/latest/privatelink/what-is-privatelink.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["vpcEndpointId", "serviceId", "vpcId"],
    when: always,
};
