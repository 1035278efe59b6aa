//! `network-interface-shared`: network interface handed to another account.

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::named::all_named;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const NETWORK_INTERFACE_SHARED: Change = Change {
    meta: Meta {
        id: "network-interface-shared",
        title: "Network interface handed to another account",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1599", "T1133"],
        events: Events::Calls(&[EventName { source: "ec2.amazonaws.com", name: "CreateNetworkInterfacePermission" }]),
        prose: page(
            "\
## What it does
Fires when somebody lets another AWS account attach one of the account's network interfaces to a machine
of its own. What services do for themselves when they place an interface in a VPC does not match, nor does a
permission for the account itself.

## Why is this bad?
A machine of an external account then stands in the middle of the network, with a private address and the
interface's security groups.

## False positives
Appliances of a vendor that is partner of AWS for this. There are few of them, and each is known.

## References
- <https://attack.mitre.org/techniques/T1599/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterfacePermission.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["networkInterfaceId"],
    when: for_another,
};

fn for_another(call: &ApiCall) -> bool {
    let Some(own) = call.account() else { return false };
    !call.by_service() && all_named(call, "awsAccountId").iter().any(|account| *account != own)
}
