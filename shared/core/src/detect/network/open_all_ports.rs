//! `open-all-ports`: every port, or every protocol, that the whole internet can reach.

use super::open_ingress::{self, Offense, reaching_internet};
use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta, Outcome, Question};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::net::{IngressRule, PortSpan};

/// See [`META`].
pub(super) struct OpenAllPorts;

const META: Meta = Meta {
    id: "open-all-ports",
    title: "All ports open to the internet",
    domain: Domain::Network,
    severity: Severity::Critical,
    confidence: Confidence::High,
    technique: &["T1562.007"],
    events: Events::Calls(open_ingress::EVENTS),
    outcome: Outcome::Success,
    burst: None,
    reads: open_ingress::READS,
    actions: &[ActionId::RevokeIngress],
    prose: page(
        "\
## What it does
Fires when a call adds or changes an ingress rule of a security group so that all protocols, or all TCP
or all UDP ports, accept packets from addresses that amount to the internet. The CIDR's prefix decides,
as it does for `open-admin-port`: any `/0`, halves and quarters of the internet, IPv6, and lists of ranges
that add up to a quarter of all addresses.

All offending rules of one call make one finding, and the answer revokes those rules only.

## Why is this bad?
The group is no longer a firewall: whatever listens on the hosts behind it, now or later, is the
internet's to try, including ports that nobody remembers. There is hardly a service that needs it, and
it is what an attacker in a hurry types.

## False positives
Gateways and appliances (NAT instances, VPN concentrators, scanners, honeypots) that filter for
themselves. Tag their groups `riposte:exempt`.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18>
- <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for OpenAllPorts {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        open_ingress::questions(self, call)
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        open_ingress::judge(self, call, facts)
    }
}

impl Offense for OpenAllPorts {
    fn concerns(&self, rule: &IngressRule) -> bool {
        PortSpan::of(rule).is_some_and(PortSpan::is_all)
    }

    fn offending(&self, rules: &[IngressRule]) -> Vec<usize> {
        let open: Vec<_> =
            rules.iter().enumerate().filter(|(_, rule)| self.concerns(rule)).map(|(index, _)| index).collect();
        reaching_internet(rules, &open)
    }

    fn opens(&self, rules: &[IngressRule]) -> String {
        let every_protocol = rules.iter().any(|rule| rule.protocol == "-1");
        if every_protocol { "every port and protocol" } else { "every port" }.to_owned()
    }
}
