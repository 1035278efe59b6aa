//! `vpc-peered-with-external-account`: a network joined to one of another account.

use crate::detect::meta::page;
use crate::detect::named::{all_named, named};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct VpcPeeredWithExternalAccount;

const fn ec2(name: &'static str) -> EventName {
    EventName { source: "ec2.amazonaws.com", name }
}

const META: Meta = Meta {
    id: "vpc-peered-with-external-account",
    title: "Network joined to another account's",
    domain: Domain::Network,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1599", "T1133"],
    events: Events::Calls(&[
        ec2("AcceptTransitGatewayPeeringAttachment"),
        ec2("AcceptTransitGatewayVpcAttachment"),
        ec2("AcceptVpcPeeringConnection"),
        ec2("CreateTransitGatewayPeeringAttachment"),
        ec2("CreateVpcPeeringConnection"),
    ]),
    prose: page(
        "\
## What it does
Fires when a VPC peering or a transit gateway attachment with another account is asked for or accepted. The
owners that the event names are compared with the account it happened in. Peerings within the account do
not match.

## Why is this bad?
Behind the peering stands a network that somebody else controls. Once a route is added, its machines reach
the private ones here as neighbors, and data leaves that way without passing the internet.

## False positives
Accounts of the same organization that share a network. The event cannot tell them from outsiders: compare
the account with your own.

## References
- <https://attack.mitre.org/techniques/T1599/>
- <https://docs.aws.amazon.com/vpc/latest/peering/what-is-vpc-peering.html>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AcceptVpcPeeringConnection.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for VpcPeeredWithExternalAccount {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(own) = call.account() else { return Ok(Vec::new()) };
        let owners = ["peerOwnerId", "ownerId", "peerAccountId", "vpcOwnerId"].into_iter();
        let foreign =
            owners.flat_map(|key| all_named(call, key)).find(|owner| facts.trusted.is_foreign(Some(&own), owner));
        let Some(foreign) = foreign else { return Ok(Vec::new()) };
        let names = ["vpcPeeringConnectionId", "transitGatewayAttachmentId", "vpcId", "transitGatewayId"];
        let id = named(call, &names).unwrap_or_else(|| foreign.clone());
        let why = format!("`{}` on `{id}` joins a network of account `{foreign}`", call.event_name());
        Ok(vec![Claim::of(Target::Resource { service: "ec2".to_owned(), id }, plain(&why, 600))])
    }
}
