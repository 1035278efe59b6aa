//! A finding of GuardDuty about anything else: a cluster, a container, a database, a function, an attack sequence.

use super::super::meta::page;
use super::{Claim, Meta, ThreatDetector, why};
use crate::detect::{Domain, Events};
use crate::event::Threat;
use crate::finding::{Confidence, Severity, Target};

/// What else GuardDuty reports.
pub static OTHER: ThreatDetector = ThreatDetector {
    meta: Meta {
        id: "guardduty-threat-reported",
        title: "Threat reported by GuardDuty",
        domain: Domain::Compute,
        severity: Severity::High,
        confidence: Confidence::Medium,
        technique: &["T1078.004"],
        events: Events::GuardDuty,
        no_response: "What runs in a cluster or a container, who signs in to a database and which file is malicious are \
                      beyond the AWS API: the notice names the resource, and a person decides.",
        prose: page(
            "\
## What it does
Fires on every finding of GuardDuty that is neither about an instance nor names whose credentials were used: clusters, \
containers and tasks, databases, functions, objects with malware, backups, and attack sequences, which GuardDuty puts \
together from several signals. The severity is GuardDuty's own. It is recorded and alerted with the resource's name. \
Findings that were archived are left out; a sample (`CreateSampleFindings`) is informational.

## Why is this bad?
GuardDuty sees what no API call shows: processes, traffic, sign-ins to databases, the content of objects.

## False positives
New work, a penetration test, an administrator's shell in a container. Exclude the finding, or suppress the type in \
GuardDuty: what it archives never arrives.

## References
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-active.html>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-attack-sequence-finding-types.html>
",
        ),
        ..Meta::PLAIN
    },
    takes: |_| true,
    claim: |threat| Claim::of(target(threat), why(threat)),
};

/// Where a finding names its resource, and the resource's service.
const RESOURCES: [(&str, &str); 11] = [
    ("s3", "/resource/s3BucketDetails/0/arn"),
    ("lambda", "/resource/lambdaDetails/functionArn"),
    ("eks", "/resource/eksClusterDetails/arn"),
    ("ecs", "/resource/ecsClusterDetails/arn"),
    ("rds", "/resource/rdsDbInstanceDetails/dbInstanceArn"),
    ("rds", "/resource/rdsLimitlessDbDetails/dbShardGroupArn"),
    ("ec2", "/resource/ebsSnapshotDetails/snapshotArn"),
    ("ec2", "/resource/ec2ImageDetails/imageArn"),
    ("backup", "/resource/recoveryPointDetails/recoveryPointArn"),
    ("ec2", "/resource/instanceDetails/instanceId"),
    ("ecs", "/resource/containerDetails/id"),
];

/// The resource, else the finding itself.
fn target(threat: &Threat) -> Target {
    let named = RESOURCES.iter().find_map(|(service, pointer)| Some((*service, threat.text(pointer)?)));
    let (service, id) = named.unwrap_or(("guardduty", threat.text("/id").unwrap_or_default()));
    Target::Resource { service: service.to_owned(), id: id.to_owned() }
}
