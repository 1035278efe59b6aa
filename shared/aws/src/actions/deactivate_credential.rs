//! `deactivate-credential`: sets an SSH key, a service's credential or a signing certificate of a user inactive.

use riposte_core::action::{ActionId, Credential, DeactivateCredential as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DeactivateCredential;

impl Contain for DeactivateCredential {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DeactivateCredential,
        title: "Deactivate an SSH key, a service credential or a signing certificate",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"],
            &[
                "iam:GetUser",
                "iam:ListSSHPublicKeys",
                "iam:ListServiceSpecificCredentials",
                "iam:ListSigningCertificates",
                "iam:UpdateSSHPublicKey",
                "iam:UpdateServiceSpecificCredential",
                "iam:UpdateSigningCertificate",
            ],
        )],
        undo_permissions: &[],
        reversibility: "complete: the credential is set active again; its secret never changed",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets the one credential that the finding names to `Inactive`: what signs in with it is refused from then on.

## What it keeps
The credential itself (nothing is deleted), the user, and the user's other credentials, as they are.

## Undo
Sets the credential to `Active` again. Refused where the user's credentials of its kind have changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(user) = site.find("iam:GetUser", json!({ "UserName": request.user_name })).await? else {
            return Ok(Planned::Gone(format!("the user {} does not exist", request.user_name)));
        };
        let before = credentials(site, &request).await?;
        let arn = user.pointer("/User/Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        let status = before.0.get(&request.id).cloned();
        let plan = Plan::of(request.clone().into(), arn, before).tagged(tags::read(user.pointer("/User/Tags")));
        match status.as_ref().and_then(Value::as_str) {
            None => return Ok(Planned::Gone(format!("the credential {} no longer exists", request.id))),
            Some("Inactive") => return Ok(plan.noted("the credential is inactive already").into()),
            Some(_) => {}
        }
        let (_, _, id, call) = calls(request.kind);
        let set = |status: &str| {
            let parameters = json!({ "UserName": request.user_name, id: request.id, "Status": status });
            change(call, &parameters, [(request.id.clone(), Some(json!(status)))])
        };
        Ok(plan.then(set("Inactive")?, [set("Active")?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        credentials(site, &request).await
    }
}

/// The call that lists them, its list, their id's name, and the call that sets their status.
fn calls(kind: Credential) -> (&'static str, &'static str, &'static str, &'static str) {
    match kind {
        Credential::SshKey => ("iam:ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId", "iam:UpdateSSHPublicKey"),
        Credential::ServiceCredential => (
            "iam:ListServiceSpecificCredentials",
            "ServiceSpecificCredentials",
            "ServiceSpecificCredentialId",
            "iam:UpdateServiceSpecificCredential",
        ),
        Credential::SigningCertificate => {
            ("iam:ListSigningCertificates", "Certificates", "CertificateId", "iam:UpdateSigningCertificate")
        }
    }
}

/// The user's credentials of the kind, by id, with their status.
async fn credentials(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let (call, list, id, _) = calls(request.kind);
    let user = json!({ "UserName": request.user_name });
    let found = site.list(call, user, list, ("Marker", "Marker")).await?;
    let named = found.iter().filter_map(|credential| {
        Some((credential.get(id)?.as_str()?.to_owned(), credential.get("Status")?.clone()))
    });
    Ok(Snapshot(named.collect()))
}
