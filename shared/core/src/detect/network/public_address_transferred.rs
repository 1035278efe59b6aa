//! `public-address-transferred`: public address offered to another account.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const PUBLIC_ADDRESS_TRANSFERRED: Change = Change {
    meta: Meta {
        id: "public-address-transferred",
        title: "Public address offered to another account",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::High,
        technique: &["T1584", "T1531"],
        events: Events::Calls(&[EventName { source: "ec2.amazonaws.com", name: "EnableAddressTransfer" }]),
        prose: page(
            "\
## What it does
Fires when an Elastic IP address is offered to another AWS account, which may then take it over.
Withdrawing the offer does not match, nor does accepting an address that another account offers.

## Why is this bad?
The address goes with everything that trusts it: DNS records that point there, partners' lists of allowed
sources, and the requests of users who now reach somebody else's machine. The owner is left without it.

## False positives
A move of a service to another account of the company. There are few of them, and somebody knows.

## References
- <https://attack.mitre.org/techniques/T1584/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/transfer-EIPs-intro-how-to.html>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableAddressTransfer.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["allocationId", "publicIp"],
    when: always,
};
