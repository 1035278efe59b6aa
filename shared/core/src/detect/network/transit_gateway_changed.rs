//! `transit-gateway-changed`: transit gateway or its routes changed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const TRANSIT_GATEWAY_CHANGED: Change = Change {
    meta: Meta {
        id: "transit-gateway-changed",
        title: "Transit gateway or its routes changed",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1599"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "AssociateTransitGatewayRouteTable" },
            EventName { source: "ec2.amazonaws.com", name: "CreateTransitGateway" },
            EventName { source: "ec2.amazonaws.com", name: "CreateTransitGatewayPrefixListReference" },
            EventName { source: "ec2.amazonaws.com", name: "CreateTransitGatewayRoute" },
            EventName { source: "ec2.amazonaws.com", name: "CreateTransitGatewayRouteTable" },
            EventName { source: "ec2.amazonaws.com", name: "CreateTransitGatewayVpcAttachment" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteTransitGateway" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteTransitGatewayRoute" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteTransitGatewayRouteTable" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteTransitGatewayVpcAttachment" },
            EventName { source: "ec2.amazonaws.com", name: "DisableTransitGatewayRouteTablePropagation" },
            EventName { source: "ec2.amazonaws.com", name: "DisassociateTransitGatewayRouteTable" },
            EventName { source: "ec2.amazonaws.com", name: "EnableTransitGatewayRouteTablePropagation" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyTransitGateway" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyTransitGatewayPrefixListReference" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyTransitGatewayVpcAttachment" },
            EventName { source: "ec2.amazonaws.com", name: "ReplaceTransitGatewayRoute" },
            EventName { source: "networkmanager.amazonaws.com", name: "ExecuteCoreNetworkChangeSet" },
            EventName { source: "networkmanager.amazonaws.com", name: "PutCoreNetworkPolicy" },
        ]),
        prose: page(
            "\
## What it does
Fires when a transit gateway, a route table of one, a route in it or a VPC's attachment is made, changed
or deleted, or the policy of a core network is written or carried out. Attachments of another account are
`vpc-peered-with-external-account` besides; a VPC's own routes are `route-table-changed`.

## Why is this bad?
The tables of a transit gateway say which networks of a company can talk at all. One route joins what was
kept apart, production and test for example, and no VPC shows it. Kept for whoever looks back.

## False positives
Nearly all of them: this keeps a record and sends no alert.

## References
- <https://attack.mitre.org/techniques/T1599/>
- <https://docs.aws.amazon.com/vpc/latest/tgw/tgw-route-tables.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["transitGatewayRouteTableId", "transitGatewayAttachmentId", "transitGatewayId", "coreNetworkId", "vpcId"],
    when: always,
};
