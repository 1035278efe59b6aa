//! `remote-access-added`: way into a network added.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const REMOTE_ACCESS_ADDED: Change = Change {
    meta: Meta {
        id: "remote-access-added",
        title: "Way into a network added",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1133"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "AssociateClientVpnTargetNetwork" },
            EventName { source: "ec2.amazonaws.com", name: "AuthorizeClientVpnIngress" },
            EventName { source: "ec2.amazonaws.com", name: "CreateClientVpnEndpoint" },
            EventName { source: "ec2.amazonaws.com", name: "CreateClientVpnRoute" },
            EventName { source: "ec2.amazonaws.com", name: "CreateVerifiedAccessEndpoint" },
            EventName { source: "ec2.amazonaws.com", name: "CreateVpnConnection" },
            EventName { source: "ec2.amazonaws.com", name: "CreateVpnConnectionRoute" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyClientVpnEndpoint" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVerifiedAccessEndpointPolicy" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVerifiedAccessGroupPolicy" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVerifiedAccessTrustProvider" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVpnConnection" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVpnTunnelOptions" },
        ]),
        prose: page(
            "\
## What it does
Fires when a Client VPN, a site-to-site VPN or a Verified Access endpoint is made, such a VPN is let reach
more of the network, or its keys, its ends or who may use it are changed. Deleting one does not match. An
Instance Connect endpoint is `instance-connect-endpoint-created`, and where `ec2-verified-access-weakened`
finds something in the same call, that alone tells of it.

## Why is this bad?
Each of them leads from outside to machines that have no public address, past every inbound rule that
names one. An intruder who makes one has a way back in that no password change closes.

## False positives
The set-up of remote work and of links between sites, which the network team does and knows of.

## References
- <https://attack.mitre.org/techniques/T1133/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateClientVpnEndpoint.html>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpnTunnelOptions.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &[
        "clientVpnEndpointId",
        "vpnConnectionId",
        "verifiedAccessEndpointId",
        "verifiedAccessGroupId",
        "verifiedAccessTrustProviderId",
        "customerGatewayId",
        "vpnGatewayId",
        "transitGatewayId",
        "subnetId",
    ],
    when: always,
};
