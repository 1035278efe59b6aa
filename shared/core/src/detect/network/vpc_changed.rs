//! `vpc-changed`: VPC made, changed, peered or deleted.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const VPC_CHANGED: Change = Change {
    meta: Meta {
        id: "vpc-changed",
        title: "VPC made, changed, peered or deleted",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "AcceptVpcPeeringConnection" },
            EventName { source: "ec2.amazonaws.com", name: "AssociateVpcCidrBlock" },
            EventName { source: "ec2.amazonaws.com", name: "AttachClassicLinkVpc" },
            EventName { source: "ec2.amazonaws.com", name: "CreateVpc" },
            EventName { source: "ec2.amazonaws.com", name: "CreateVpcPeeringConnection" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteVpc" },
            EventName { source: "ec2.amazonaws.com", name: "DeleteVpcPeeringConnection" },
            EventName { source: "ec2.amazonaws.com", name: "DetachClassicLinkVpc" },
            EventName { source: "ec2.amazonaws.com", name: "DisableVpcClassicLink" },
            EventName { source: "ec2.amazonaws.com", name: "DisassociateVpcCidrBlock" },
            EventName { source: "ec2.amazonaws.com", name: "EnableVpcClassicLink" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVpcAttribute" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyVpcPeeringConnectionOptions" },
            EventName { source: "ec2.amazonaws.com", name: "RejectVpcPeeringConnection" },
        ]),
        prose: page(
            "\
## What it does
Fires on every change of a VPC as a whole: one made or deleted, its attributes or ranges changed, a peering
asked for, accepted, changed, rejected or deleted. A peering with another account is
`vpc-peered-with-external-account` besides; subnets are `subnet-changed`.

## Why is this bad?
Networks that come and go are where instances appear that nobody knows of. Kept for whoever looks back.

## False positives
Nearly all of them: this keeps a record and sends no alert.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["vpcPeeringConnectionId", "vpcId"],
    when: always,
};
