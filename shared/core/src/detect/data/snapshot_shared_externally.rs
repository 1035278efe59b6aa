//! `snapshot-shared-externally`: snapshot shared with another account.

use super::shared_copy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct SnapshotSharedExternally;

const META: Meta = Meta {
    id: "snapshot-shared-externally",
    title: "Snapshot shared with another account",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1537"],
    actions: &[ActionId::Unshare],
    events: Events::Calls(shared_copy::SNAPSHOTS),
    prose: "\
## What it does
Fires when a snapshot of a volume, a database or a warehouse is made restorable by an account other than
its own. Calls that add nobody, that name the own account, or that revoke a permission do not match.

## Why is this bad?
It is the quiet way to carry a disk or a database away: nothing crosses the network, the copy is made
within AWS and by the other account, where this one sees nothing of it.

## False positives
Backups into an account kept for that, and images handed to other teams. Name the roles that do this as
protected principals, and look at the account in the finding, not at the role.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.ec2-share-ebs-snapshot/>
- <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html>
",
    ..Meta::PLAIN
};

impl Detector for SnapshotSharedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        shared_copy::judge(call, facts, Wanted::OtherAccounts)
    }
}
