//! `network-acl-wide-entry`: any entry of a network ACL that lets the internet in.

use super::acl_entry::{self, from_internet};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct NetworkAclWideEntry;

const META: Meta = Meta {
    id: "network-acl-wide-entry",
    title: "Network ACL entry for every address",
    domain: Domain::Network,
    severity: Severity::Low,
    confidence: Confidence::High,
    technique: &["T1562.007"],
    events: Events::Calls(acl_entry::EVENTS),
    prose: page(
        "\
## What it does
Fires when an inbound entry of a network ACL is added or replaced so that it allows anything from addresses
that amount to the internet: whichever protocol and ports, the web's included. The range's prefix decides,
not its text. Denials, egress entries, private and partners' ranges do not match. Where the entry opens all
ports or administration ports, `open-network-acl` alone tells it, with more weight.

## Why is this bad?
The network ACL guards whole subnets, whatever their machines' own groups say. An entry for every address
in one that was narrow is worth a line in the report.

## False positives
Public subnets: the web's ports, and the high ports that answers to outgoing connections come in by.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for NetworkAclWideEntry {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let entry = from_internet(call)?;
        Ok(entry.into_iter().map(|entry| entry.claim(call, "a way into the subnets")).collect())
    }
}
