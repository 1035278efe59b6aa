//! `open-service-port`: a port of any other service that the whole internet can reach.

use super::open_ingress::{self, Offense, reaching_internet};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta, Question};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::net::{IngressRule, PortSpan, admin_ports_in};

/// See [`META`].
pub(super) struct OpenServicePort;

/// What is meant to be reached.
const WEB: [u16; 2] = [80, 443];

const META: Meta = Meta {
    id: "open-service-port",
    title: "Port of another service open to the internet",
    domain: Domain::Network,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1562.007", "T1133"],
    events: Events::Calls(open_ingress::EVENTS),
    reads: open_ingress::READS,
    prose: page(
        "\
## What it does
Fires when a call adds or changes an ingress rule of a security group so that a port accepts packets from addresses
that amount to the internet, and it is neither one of the web (80 and 443) nor one of administration or a database,
which is `open-admin-port`, nor all of them, which is `open-all-ports`. The CIDR's prefix decides, as it does there.
Private ranges, single networks, ICMP, other groups and prefix lists do not match.

## Why is this bad?
Mail, name service, file transfer and whatever else listens there is the internet's to try, and an unusual port is
where a back door listens: a remote shell, a tunnel, the controller of something that was planted.

## False positives
Games, mail servers and voice, which are meant to be reached. Tag nothing: add an exclusion for the group, with the
reason.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18>
- <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for OpenServicePort {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        open_ingress::questions(self, call)
    }

    /// Many such ports are open on purpose, so that nothing is asked for.
    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let claims = open_ingress::judge(self, call, facts)?;
        Ok(claims.into_iter().map(|claim| Claim { response: None, ..claim }).collect())
    }
}

impl Offense for OpenServicePort {
    fn concerns(&self, rule: &IngressRule) -> bool {
        PortSpan::of(rule)
            .is_some_and(|span| !span.is_all() && !span.is_within(&WEB) && admin_ports_in(span).next().is_none())
    }

    fn offending(&self, rules: &[IngressRule]) -> Vec<usize> {
        let concerned = rules.iter().enumerate().filter(|(_, rule)| self.concerns(rule));
        let open: Vec<_> = concerned.map(|(index, _)| index).collect();
        reaching_internet(rules, &open)
    }

    fn opens(&self, rules: &[IngressRule]) -> String {
        if rules.len() == 1 { "a port" } else { "ports" }.to_owned()
    }
}
