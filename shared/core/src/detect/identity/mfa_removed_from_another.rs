//! `mfa-removed-from-another`: a multi-factor device taken from a user other than the caller.

use super::caller::about_other_user;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct MfaRemovedFromAnother;

const META: Meta = Meta {
    id: "mfa-removed-from-another",
    title: "Multi-factor device taken from another user",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1556.006", "T1098"],
    no_response: "A device is registered by whoever holds it: only the user can do it again. Until then the password \
        alone opens the console: `deny-principal` by hand closes it.",
    events: Events::Calls(&[EventName { source: "iam.amazonaws.com", name: "DeactivateMFADevice" }]),
    prose: page(
        "\
## What it does
Fires when `DeactivateMFADevice` takes a multi-factor device from a user other than the one who called. For the
root user and for roles every user is another one.

A user who deactivates its own device, commonly because of a new telephone, is `mfa-removed`, which is reported for
every removal.

## Why is this bad?
Without its device the user is protected by its password alone, and policies that ask for multi-factor
authentication stop protecting whatever they guard from somebody who registers another device. It is the usual step
between setting somebody's password and signing in.

It is high because a device is lost by its owner and removed by its owner; whoever removes it for somebody else has
often set the password too.

## False positives
Administrators who help with a lost device.

## References
- <https://attack.mitre.org/techniques/T1556/006/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_disable.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for MfaRemovedFromAnother {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        about_other_user(call, "deactivated a multi-factor device of another user")
    }
}
