//! `snapshot-public`: snapshot shared with everyone.

use super::shared_copy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct SnapshotPublic;

const META: Meta = Meta {
    id: "snapshot-public",
    title: "Snapshot shared with everyone",
    domain: Domain::Data,
    severity: Severity::Critical,
    confidence: Confidence::High,
    technique: &["T1537", "T1530"],
    actions: &[ActionId::Unshare],
    events: Events::Calls(shared_copy::SNAPSHOTS),
    prose: "\
## What it does
Fires when a snapshot of a volume, a database or a warehouse is made restorable by all AWS accounts.
Sharing with single accounts is `snapshot-shared-externally`; revoking a permission does not match.

## Why is this bad?
A snapshot is the whole disk: every file, key and password on it. Public snapshots are listed for
everyone, and are copied by outsiders within minutes, after which closing it again changes nothing.

It is critical because public snapshots are listed and copied by outsiders within minutes, and a copy cannot
be called back.

## False positives
Published data sets. Turn on the block of public access for snapshots in every region that publishes none.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html>
- <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html>
",
    ..Meta::PLAIN
};

impl Detector for SnapshotPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        shared_copy::judge(call, facts, Wanted::Everyone)
    }
}
