//! `internet-route-added`: a route that leads to the internet through an internet gateway.

use crate::detect::fields::field_error;
use crate::detect::meta::page;
use crate::detect::named::named;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::net::cidr::Reach;
use crate::text::plain;

/// See [`META`].
pub(super) struct InternetRouteAdded;

const META: Meta = Meta {
    id: "internet-route-added",
    title: "Route to the internet added",
    domain: Domain::Network,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1562.007"],
    events: Events::Calls(&[
        EventName { source: "ec2.amazonaws.com", name: "CreateRoute" },
        EventName { source: "ec2.amazonaws.com", name: "ReplaceRoute" },
    ]),
    prose: page(
        "\
## What it does
Fires when a route table gets a route through an internet gateway or a carrier gateway towards addresses
that amount to the internet. The range's prefix decides, so that two halves of the internet count as the
whole. Routes to single public networks, and ways out that nobody can come in by (a NAT gateway, an
egress-only gateway), do not match; the event does not tell whether the table's subnets were private.

## Why is this bad?
Subnets are private because no such route leads from them. One route makes every machine there with a
public address reachable, and it is the quickest way to get data out past the proxy.

## False positives
The set-up of a new network, in which each public table gets one. In tables that have stood for long it is
rare.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html>
- <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for InternetRouteAdded {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let gateway = named(call, &["gatewayId", "carrierGatewayId"]);
        let gateway = gateway.filter(|id| id.starts_with("igw-") || id.starts_with("cagw-"));
        let range = named(call, &["destinationCidrBlock", "destinationIpv6CidrBlock"]);
        let (Some(gateway), Some(range)) = (gateway, range) else { return Ok(Vec::new()) };
        let reach = Reach::of(&range);
        let reach = reach.map_err(|error| field_error(call, "destinationCidrBlock", error.to_string()))?;
        if reach != Reach::Internet {
            return Ok(Vec::new());
        }
        let table = named(call, &["routeTableId"]).unwrap_or_else(|| "(unknown)".to_owned());
        let why = format!("`{}` sends `{range}` from route table `{table}` to `{gateway}`", call.event_name());
        Ok(vec![Claim::of(Target::Resource { service: "ec2".to_owned(), id: table }, plain(&why, 600))])
    }
}
