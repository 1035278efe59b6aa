//! `deactivate-credential`, of each kind.

use riposte_core::action::{Credential, DeactivateCredential as Request, Response};
use serde_json::{Value, json};

use super::it;
use crate::actions::DeactivateCredential;
use crate::actions::conformance::Case;
use crate::testing::{Refused, refuse};

fn list(state: &Value, list: &str, id: &str) -> Result<Value, Refused> {
    let all = it(state, "NoSuchEntity")?;
    let all = all.as_object().unwrap().iter().map(|(name, status)| json!({ id: name, "Status": status }));
    Ok(json!({ list: all.collect::<Vec<_>>() }))
}

fn set(state: &mut Value, id: &Value, given: &Value) -> Result<Value, Refused> {
    let id = id.as_str().unwrap();
    if state["it"][id].is_null() {
        return refuse("NoSuchEntity");
    }
    state["it"][id] = given["Status"].clone();
    Ok(json!({}))
}

fn request(kind: Credential) -> Response {
    Request { user_name: "eve".to_owned(), kind, id: "ID1".to_owned() }.into()
}

pub(super) const SSH_KEY: Case = Case {
    name: "deactivate-credential: an SSH key",
    action: || Box::new(DeactivateCredential),
    response: || request(Credential::SshKey),
    state: |response, _| {
        let id = response.read::<Request>().unwrap().id;
        json!({ "it": { id: "Active", "OTHER": "Active" }, "other": true })
    },
    calls: &[
        ("iam:GetUser", |state, _| {
            it(state, "NoSuchEntity").map(|_| json!({ "User": { "Arn": "arn:aws:iam::111122223333:user/eve" } }))
        }),
        ("iam:ListSSHPublicKeys", |state, _| list(state, "SSHPublicKeys", "SSHPublicKeyId")),
        ("iam:ListServiceSpecificCredentials", |state, _| {
            list(state, "ServiceSpecificCredentials", "ServiceSpecificCredentialId")
        }),
        ("iam:ListSigningCertificates", |state, _| list(state, "Certificates", "CertificateId")),
        ("iam:UpdateSSHPublicKey", |state, given| set(state, &given["SSHPublicKeyId"], given)),
        ("iam:UpdateServiceSpecificCredential", |state, given| {
            set(state, &given["ServiceSpecificCredentialId"], given)
        }),
        ("iam:UpdateSigningCertificate", |state, given| set(state, &given["CertificateId"], given)),
    ],
    contain: |state, response| {
        let id = response.read::<Request>().unwrap().id;
        state["it"][id] = json!("Inactive");
    },
    meddle: Some(|state| state["it"]["OTHER"] = json!("Inactive")),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const SERVICE: Case =
    Case { name: "deactivate-credential: a service's", response: || request(Credential::ServiceCredential), ..SSH_KEY };

pub(super) const CERTIFICATE: Case = Case {
    name: "deactivate-credential: a certificate",
    response: || request(Credential::SigningCertificate),
    ..SSH_KEY
};
