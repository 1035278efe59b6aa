//! Where a VPC meets other networks.

use riposte_core::finding::Severity::{High, Low, Medium};
use riposte_core::net::cidr::{internet_ranges, network};

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::{list, text};

pub(crate) static CHECKS: &[Check] = &[
    check("ec2-address-unused", "An elastic address is unused", Low, "ec2", "address")
        .fsbp(&["EC2.12"])
        .page("The address is associated with something.",
            "It costs, and DNS names that still point at it can be taken over once it is released.",
            "Release it after its DNS names are gone.",
            "Addresses kept because partners have them in their lists.")
        .detectors(&["public-address-released"])
        .each(|v| {
            let used = ["AssociationId", "InstanceId", "NetworkInterfaceId"];
            let mut any = false;
            for name in used {
                any |= v.text(&format!("DescribeAddresses.{name}"))?.is_some_and(|id| !id.is_empty());
            }
            Verdict::fail_if(!any, "it is associated with nothing", "it is in use")
        }),
    check("ec2-transit-gateway-accepts-all", "A transit gateway accepts every attachment", High, "ec2", "transit-gateway")
        .fsbp(&["EC2.23"])
        .page("The gateway does not accept shared attachments by itself.",
            "Whoever the gateway is shared with connects his network to all of yours.",
            "aws ec2 modify-transit-gateway --options AutoAcceptSharedAttachments=disable.",
            "A network account that shares it with its own organization alone.")
        .detectors(&["transit-gateway-accepts-all"])
        .each(|v| {
            let auto = "DescribeTransitGateways.Options.AutoAcceptSharedAttachments";
            v.is(auto, "enable", "it accepts shared attachments by itself", "attachments wait for somebody's word")
        }),
    check("ec2-vpn-tunnel-down", "A tunnel of a VPN is down", Medium, "ec2", "vpn-connection")
        .fsbp(&["EC2.20"])
        .page("Both tunnels are up.",
            "With one tunnel left, its next maintenance cuts the connection.",
            "Look at the customer gateway's configuration for the tunnel that is down.",
            "A connection whose device takes one tunnel only.")
        .each(|v| {
            if matches!(v.text("DescribeVpnConnections.State")?, Some("deleted" | "deleting")) {
                return Ok(Verdict::Skip);
            }
            let tunnels = v.list("DescribeVpnConnections.VgwTelemetry")?;
            let up = tunnels.iter().filter(|t| text(t, "Status") == Some("UP")).count();
            let wrong = (up < 2).then(|| format!("{up} of its tunnels are up"));
            Verdict::fail_with(wrong, "both tunnels are up")
        }),
    check("ec2-client-vpn-not-logged", "Connections of a client VPN are not logged", Low, "ec2", "client-vpn-endpoint")
        .fsbp(&["EC2.51"])
        .page("Connection logging is on.",
            "Nobody can say who was inside the network, and when.",
            "aws ec2 modify-client-vpn-endpoint --connection-log-options Enabled=true,…",
            "None that we know of.")
        .each(|v| v.off("DescribeClientVpnEndpoints.ConnectionLogOptions.Enabled", "connections are not logged", "connections are logged")),
    check("ec2-endpoint-service-open-to-all", "Everyone may connect to an endpoint service", High, "ec2", "vpc-endpoint-service")
        .page("The service names the principals that may connect, and waits for acceptance where it names all.",
            "With `*` and no acceptance, every AWS account connects to what stands behind it.",
            "Name the principals, and set AcceptanceRequired.",
            "Public products on AWS Marketplace.")
        .detectors(&["vpc-endpoint-service-public", "vpc-endpoint-service-accepts-all"])
        .each(|v| {
            let allowed = v.list("DescribeVpcEndpointServicePermissions.AllowedPrincipals")?;
            let all = allowed.iter().any(|p| text(p, "Principal") == Some("*"));
            let asks = v.flag("DescribeVpcEndpointServiceConfigurations.AcceptanceRequired")?;
            Verdict::fail_if(all && !asks, "every account may connect, and nobody is asked", "not everyone can connect unasked")
        }),
    check("ec2-vpc-endpoint-open-policy", "A VPC endpoint lets all principals do everything", Medium, "ec2", "vpc-endpoint")
        .page("The endpoint's policy is not the default one, which lets everybody do everything with every account's resources.",
            "Through it data is carried off to a bucket of somebody else's, past every other wall.",
            "Allow your own accounts' principals and resources (aws:PrincipalOrgID, aws:ResourceOrgID).",
            "Endpoints in test networks.")
        .detectors(&["endpoint-policy-opened"])
        .each(|v| {
            if v.text("DescribeVpcEndpoints.VpcEndpointType")? == Some("GatewayLoadBalancer") {
                return Ok(Verdict::Skip);
            }
            let Some(policy) = v.policy("DescribeVpcEndpoints.PolicyDocument")? else {
                return Ok(Verdict::Fail("it has the default policy, which lets everybody do everything".to_owned()));
            };
            let open = crate::exposure::to_everyone(v, &policy).into_iter().find(|grant| grant.actions.iter().any(|a| a == "*"));
            Verdict::fail_with(open.map(|grant| format!("its policy lets {grant} do everything")), "its policy does not let everybody do everything")
        }),
    check("ec2-peering-routes-too-wide", "A peering's routes reach the whole other network", Medium, "ec2", "vpc-peering-connection")
        .cis("5.6", "6.6", "6.6")
        .page("No route to the peering covers a whole VPC of the other side, or more.",
            "What breaks in on one side goes on to everything of the other.",
            "Route the subnets that must talk, and no more.",
            "Peerings between networks of one owner and one purpose.")
        .detectors(&["vpc-peered-with-external-account", "route-to-other-network"])
        .beside(&[("ec2", "route-table")], |v, index| {
            if v.text("DescribeVpcPeeringConnections.Status.Code")?.is_some_and(|state| state != "active") {
                return Ok(Verdict::Skip);
            }
            let mut whole = Vec::new();
            for side in ["AccepterVpcInfo", "RequesterVpcInfo"] {
                let side = v.get(&format!("DescribeVpcPeeringConnections.{side}"))?;
                let Some(side) = side else { continue };
                whole.extend(text(side, "CidrBlock"));
                whole.extend(list(side, "CidrBlockSet").iter().filter_map(|c| text(c, "CidrBlock")));
            }
            let whole: Vec<_> = whole.into_iter().filter_map(|cidr| network(cidr).ok()).collect();
            let id = v.resource.label();
            let mut wide = Vec::new();
            for table in index.of_account("ec2", "route-table", v.resource) {
                for route in table.list("DescribeRouteTables.Routes")? {
                    if text(route, "VpcPeeringConnectionId") != Some(id) {
                        continue;
                    }
                    let Some(cidr) = text(route, "DestinationCidrBlock").or_else(|| text(route, "DestinationIpv6CidrBlock")) else { continue };
                    let covers = network(cidr).is_ok_and(|range| whole.iter().any(|vpc| range.contains(vpc)));
                    if covers || !internet_ranges(&[cidr]).is_empty() {
                        wide.push(format!("{cidr} in {}", table.resource.label()));
                    }
                }
            }
            Verdict::fail_for(&wide, "routes cover the whole other network", "no route covers the whole other network")
        }),
];
