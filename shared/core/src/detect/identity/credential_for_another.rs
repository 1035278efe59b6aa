//! `credential-for-another`: a certificate, SSH key or service password made for a user other than the caller.

use super::caller::about_other_user;
use crate::action::{ActionId, Credential, DeactivateCredential};
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
    actions: &[ActionId::DeactivateCredential],
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
        let mut claims = about_other_user(call, "made a credential of another user")?;
        Ok(claims.drain(..).map(|claim| claim.asking(response(call))).collect())
    }
}

/// What deactivates the credential that the call made; its id is in the answer alone.
fn response(call: &ApiCall) -> Option<DeactivateCredential> {
    let kind = Credential::of_call(call.event_name())?;
    let (part, id) = match kind {
        Credential::SshKey => ("sSHPublicKey", "sSHPublicKeyId"),
        Credential::ServiceCredential => ("serviceSpecificCredential", "serviceSpecificCredentialId"),
        Credential::SigningCertificate => ("certificate", "certificateId"),
    };
    let id = call.response(part)?.get(id)?.as_str()?.to_owned();
    Some(DeactivateCredential { user_name: call.request_text("userName")?.to_owned(), kind, id })
}
