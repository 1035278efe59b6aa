//! `gateway-changed`: gateway of a network changed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const GATEWAY_CHANGED: Change = Change {
    meta: Meta {
        id: "gateway-changed",
        title: "Gateway of a network changed",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "AttachInternetGateway" },
            EventName { source: "ec2.amazonaws.com", name: "AttachVpnGateway" },
            EventName { source: "ec2.amazonaws.com", name: "CreateCustomerGateway" },
            EventName { source: "ec2.amazonaws.com", name: "CreateInternetGateway" },
            EventName { source: "ec2.amazonaws.com", name: "CreateVpnGateway" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteCustomerGateway" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteInternetGateway" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteVpnGateway" },
            EventName { source: "ec2.amazonaws.com", name: "DetachInternetGateway" },
            EventName { source: "ec2.amazonaws.com", name: "DetachVpnGateway" },
        ]),
        prose: page(
            "\
## What it does
Fires when an internet gateway, a VPN gateway or a customer gateway is made or deleted, or one of the first
two is attached to a VPC or detached from it. NAT gateways are `nat-gateway-changed`; VPN connections are
`remote-access-added`.

## Why is this bad?
An internet gateway turns a closed network into one that the world can reach, and detaching one cuts off
everything behind it. A customer gateway is the far end of a tunnel into the network.

## False positives
The set-up of a new network, which makes and attaches one gateway once. In networks that have stood for long it is
rare.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["internetGatewayId", "vpnGatewayId", "customerGatewayId", "publicIp", "ipAddress"],
    when: always,
};
