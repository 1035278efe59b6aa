//! `mfa-device-for-another`: a multi-factor device registered for a user other than the caller.

use super::caller::about_other_user;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct MfaDeviceForAnother;

const META: Meta = Meta {
    id: "mfa-device-for-another",
    title: "Multi-factor device registered for another user",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1098.005", "T1556.006"],
    events: Events::Calls(&[EventName { source: "iam.amazonaws.com", name: "EnableMFADevice" }]),
    prose: page(
        "\
## What it does
Fires when `EnableMFADevice` registers a multi-factor device for a user other than the one who called. For the root
user and for roles every user is another one.

A user who registers its own device does not match.

## Why is this bad?
The codes of the device are with whoever registered it. An intruder who has set a user's password registers a device
of its own to satisfy policies that ask for multi-factor authentication, and stays in when the password changes.

## False positives
Administrators who hand out hardware tokens: each registration takes two codes of the token, so it was in their hand.

## References
- <https://attack.mitre.org/techniques/T1098/005/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for MfaDeviceForAnother {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        about_other_user(call, "registered a multi-factor device for another user")
    }
}
