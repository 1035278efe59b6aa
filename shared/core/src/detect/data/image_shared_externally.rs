//! `image-shared-externally`: machine image shared with another account.

use super::shared_copy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct ImageSharedExternally;

const META: Meta = Meta {
    id: "image-shared-externally",
    title: "Machine image shared with another account",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1537"],
    actions: &[ActionId::Unshare],
    events: Events::Calls(shared_copy::IMAGES),
    prose: "\
## What it does
Fires when a machine image (AMI) or an FPGA image becomes launchable by an account other than its own.
Calls that name the own account, an organization, or that revoke a permission do not match.

## Why is this bad?
The other account starts a machine from it and reads the disks. An image that was made of a running server
holds all that was on it, and leaves without a byte crossing this account's network.

It is high because what is shared was copied the moment after, and revoking the permission brings nothing
back. Accounts of the company are trusted by name and do not match.

## False positives
Pipelines that build images for other accounts of the company. Share them with the organization instead of
single accounts, and name the pipeline's role as a protected principal.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.exfiltration.ec2-share-ami/>
- <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html>
",
    ..Meta::PLAIN
};

impl Detector for ImageSharedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        shared_copy::judge(call, facts, Wanted::OtherAccounts)
    }
}
