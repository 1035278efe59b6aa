//! `image-public`: machine image shared with everyone.

use super::shared_copy::{self, Wanted};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct ImagePublic;

const META: Meta = Meta {
    id: "image-public",
    title: "Machine image shared with everyone",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1537", "T1530"],
    actions: &[ActionId::Unshare],
    events: Events::Calls(shared_copy::IMAGES),
    prose: "\
## What it does
Fires when a machine image (AMI) or an FPGA image becomes launchable by all AWS accounts. Sharing with
single accounts is `image-shared-externally`; revoking a permission does not match.

## Why is this bad?
An image is a copy of the disks that it was made of, with the code, the keys and the shell history on
them. Public images are searched for exactly that.

## False positives
Vendors who publish their product as an image. Everybody else should turn on the block of public access
for images.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html>
",
    ..Meta::PLAIN
};

impl Detector for ImagePublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        shared_copy::judge(call, facts, Wanted::Everyone)
    }
}
