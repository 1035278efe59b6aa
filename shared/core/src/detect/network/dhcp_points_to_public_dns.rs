//! `dhcp-points-to-public-dns`: machines of a network told to ask a public name server.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::named::values;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::net::cidr::Reach;

pub(super) const DHCP_POINTS_TO_PUBLIC_DNS: Change = Change {
    meta: Meta {
        id: "dhcp-points-to-public-dns",
        title: "Machines of a network set to ask a public name server",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1557", "T1562.007"],
        events: Events::Calls(&[EventName { source: "ec2.amazonaws.com", name: "CreateDhcpOptions" }]),
        prose: page(
            "\
## What it does
Fires when a set of DHCP options is made that names a public address as a server for DNS. The VPC's own
resolver, private addresses and the other options do not match; a set that is put on a VPC is
`dhcp-options-changed`.

## Why is this bad?
Every machine of the VPC asks that server from its next renewal on. Whoever runs it decides where they
connect to, and DNS Firewall, query logs and GuardDuty see none of the queries.

## False positives
Networks that were set to use a well-known public resolver. The VPC's own answers the same, and is seen.

## References
- <https://attack.mitre.org/techniques/T1557/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDhcpOptions.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["dhcpOptionsId"],
    when: names_a_public_server,
};

/// `dhcpConfigurationSet.items`, each with a key and a list of values.
fn names_a_public_server(call: &ApiCall) -> bool {
    let items = call.request("dhcpConfigurationSet").and_then(|set| set.get("items")).and_then(Value::as_array);
    let key = |item: &Value| item.get("key").and_then(Value::as_str).map(str::to_owned);
    let servers = items.into_iter().flatten().filter(|item| key(item).as_deref() == Some("domain-name-servers"));
    let addresses = servers.flat_map(|item| values(item, "value"));
    // One value may hold several, with commas between them; the VPC's resolver goes by a name.
    let addresses: Vec<_> = addresses.flat_map(|text| text.split(',').map(str::to_owned).collect::<Vec<_>>()).collect();
    addresses.iter().any(|address| matches!(Reach::of(address), Ok(Reach::Public | Reach::Internet)))
}
