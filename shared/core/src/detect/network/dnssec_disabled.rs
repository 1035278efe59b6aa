//! `dnssec-disabled`: signatures of a DNS zone switched off.

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const DNSSEC_DISABLED: Change = Change {
    meta: Meta {
        id: "dnssec-disabled",
        title: "Signatures of a DNS zone switched off",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1584.002"],
        events: Events::Calls(&[
            EventName { source: "route53.amazonaws.com", name: "DeactivateKeySigningKey" },
            EventName { source: "route53.amazonaws.com", name: "DisableHostedZoneDNSSEC" },
            EventName { source: "route53domains.amazonaws.com", name: "DisassociateDelegationSignerFromDomain" },
            EventName { source: "route53.amazonaws.com", name: "DisassociateDelegationSignerFromDomain" },
            EventName { source: "route53resolver.amazonaws.com", name: "UpdateResolverDnssecConfig" },
        ]),
        prose: page(
            "\
## What it does
Fires when DNSSEC signing of a hosted zone is disabled, its key deactivated, or the domain's link to the
key is taken away, and when the resolver of a VPC is set to check signatures no more. Enabling any of
these, and a second key that is made for a rollover, do not match.

## Why is this bad?
Without signatures resolvers cannot tell forged answers from true ones, and the domain can be pointed at
name servers that do not hold the key.

## False positives
A rollover of keys deactivates the old one. A move to another DNS provider takes the signatures off
first.

## References
- <https://attack.mitre.org/techniques/T1584/002/>
- <https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisableHostedZoneDNSSEC.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["hostedZoneId", "domainName", "resourceId"],
    when: switches_off,
};

/// Only the resolver's call says by a parameter whether it is switched on or off.
fn switches_off(call: &ApiCall) -> bool {
    let validation = call.request_text("validation").unwrap_or_default();
    call.event_name() != "UpdateResolverDnssecConfig" || validation.eq_ignore_ascii_case("DISABLE")
}
