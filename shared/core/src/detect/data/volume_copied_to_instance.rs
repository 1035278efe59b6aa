//! `volume-copied-to-instance`: disk copied and attached to a machine.

use crate::detect::meta::page;
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct VolumeCopiedToInstance;

const fn ec2(name: &'static str) -> EventName {
    EventName { source: "ec2.amazonaws.com", name }
}

const META: Meta = Meta {
    id: "volume-copied-to-instance",
    title: "Disk copied and attached to a machine",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1578.001", "T1003.003", "T1005"],
    events: Events::Calls(&[
        ec2("CreateSnapshot"),
        ec2("CreateSnapshots"),
        ec2("CopySnapshot"),
        ec2("CreateVolume"),
        ec2("AttachVolume"),
    ]),
    burst: Some(Burst { what: "steps of copying a disk", at_least: 3, within_s: 3600, per: Per::Principal }),
    prose: page(
        "\
## What it does
Fires when one principal, within an hour, makes or copies a snapshot, makes a volume from a snapshot, and
attaches a volume to an instance. Empty volumes do not count, and neither does what a service does by
itself. One or two of the three steps do not match.

## Why is this bad?
It is how a disk is read by somebody who cannot log in to the machine that it belongs to: the copy is
mounted on another one, where its password hashes, keys and databases lie open. The directory of a domain
controller is taken like this, without a trace on the controller.

## False positives
Forensics, a restore by hand, and drivers that manage the volumes of a cluster, if that makes snapshots
too. Name their roles as protected principals.

## References
- <https://attack.mitre.org/techniques/T1578/001/>
- <https://attack.mitre.org/techniques/T1003/003/>
- <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-restoring-volume.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for VolumeCopiedToInstance {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.by_service() {
            return Ok(Vec::new());
        }
        let text = |field: &str| call.request_text(field).filter(|text| !text.is_empty());
        let (step, id) = match call.event_name() {
            "AttachVolume" => ("attached", text("volumeId")),
            "CreateVolume" => match text("snapshotId") {
                Some(snapshot) => ("volume", Some(snapshot)),
                None => return Ok(Vec::new()),
            },
            _ => ("snapshot", text("volumeId").or_else(|| text("sourceSnapshotId"))),
        };
        let id = id.unwrap_or("(not named)");
        let why = format!("`{}` of `{id}`", call.event_name());
        let target = Target::Resource { service: "ec2".to_owned(), id: plain(id, 300) };
        Ok(vec![Claim { counted: Some(step.to_owned()), ..Claim::of(target, plain(&why, 600)) }])
    }
}
