//! `default-vpc-created`: default VPC or subnet made again.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const DEFAULT_VPC_CREATED: Change = Change {
    meta: Meta {
        id: "default-vpc-created",
        title: "Default VPC or subnet made again",
        domain: Domain::Network,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1578", "T1535"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "CreateDefaultSubnet" },
            EventName { source: "ec2.amazonaws.com", name: "CreateDefaultVpc" },
        ]),
        prose: page(
            "\
## What it does
Fires when the default VPC of a region, or a default subnet, is made again after it was deleted. A VPC
that is described by whoever makes it is `vpc-changed`.

## Why is this bad?
It gives a region without networks one with an internet gateway and public addresses in a single call.
That is what programs that mine in unused regions do first.

## False positives
Somebody who follows a tutorial in an account whose default networks were removed.

## References
- <https://attack.mitre.org/techniques/T1535/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDefaultVpc.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["vpcId", "subnetId", "availabilityZone"],
    when: always,
};
