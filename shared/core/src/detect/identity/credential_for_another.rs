//! `credential-for-another`: a certificate, SSH key or service password made for a user other than the caller.

use super::caller::about_other_user;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct CredentialForAnother;

const META: Meta = Meta {
    id: "credential-for-another",
    title: "Certificate, SSH key or service password made for another user",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1098.001", "T1098.004"],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "UploadSigningCertificate" },
        EventName { source: "iam.amazonaws.com", name: "UploadSSHPublicKey" },
        EventName { source: "iam.amazonaws.com", name: "CreateServiceSpecificCredential" },
        EventName { source: "iam.amazonaws.com", name: "ResetServiceSpecificCredential" },
    ]),
    prose: page(
        "\
## What it does
Fires when a credential that is no access key is made for a user other than the one who called: a signing
certificate, an SSH key for CodeCommit, or the password or key for one service (CodeCommit, Keyspaces, Bedrock). For
the root user and for roles every user is another one.

A user who makes its own does not match, and access keys are `access-key-for-another`.

## Why is this bad?
These credentials are looked at by nobody: they stand in no credential report's first columns and are not ended by
changing the password or deleting the access keys. A Bedrock key can be used by whoever has it, without a
signature, at the account's cost.

## False positives
Tools that hand out repository access or Bedrock keys for programs.

## References
- <https://attack.mitre.org/techniques/T1098/001/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSigningCertificate.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for CredentialForAnother {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        about_other_user(call, "made a credential of another user")
    }
}
