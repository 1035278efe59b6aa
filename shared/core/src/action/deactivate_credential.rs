//! The request of `deactivate-credential`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::finding::Target;

/// Set this credential inactive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeactivateCredential {
    /// Whose.
    pub user_name: String,
    /// Of which kind.
    pub kind: Credential,
    /// Which.
    pub id: String,
}

/// Credentials of a user beside its access keys and its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// A public key for CodeCommit over SSH.
    SshKey,
    /// User name and password, or a key, for one service.
    ServiceCredential,
    /// An X.509 certificate.
    SigningCertificate,
}

impl Credential {
    const ALL: [Self; 3] = [Self::SshKey, Self::ServiceCredential, Self::SigningCertificate];

    /// In one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SshKey => "ssh-key",
            Self::ServiceCredential => "service-credential",
            Self::SigningCertificate => "signing-certificate",
        }
    }

    /// By the call that makes one, or sets its secret anew.
    #[must_use]
    pub fn of_call(name: &str) -> Option<Self> {
        match name {
            "UploadSSHPublicKey" => Some(Self::SshKey),
            "CreateServiceSpecificCredential" | "ResetServiceSpecificCredential" => Some(Self::ServiceCredential),
            "UploadSigningCertificate" => Some(Self::SigningCertificate),
            _ => None,
        }
    }
}

impl Request for DeactivateCredential {
    const ID: ActionId = ActionId::DeactivateCredential;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "user", &self.user_name)
    }

    fn target(&self) -> Target {
        let id = format!("user/{}/{}/{}", self.user_name, self.kind.as_str(), self.id);
        Target::Resource { service: "iam".to_owned(), id }
    }

    /// The target is the credential's id; the user stands beside it.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let (Some(user), Some(kind)) = (place.beside("userName"), Credential::of_call(place.call.event_name())) else {
            return Vec::new();
        };
        place.values.iter().map(|id| Self { user_name: user.clone(), kind, id: id.clone() }).collect()
    }

    const TARGET: &'static str = "USER/ssh-key|service-credential|signing-certificate/ID";

    fn by_hand(target: &str) -> Option<Self> {
        let (user, rest) = target.split_once('/')?;
        let (kind, id) = rest.split_once('/').filter(|(_, id)| !id.is_empty())?;
        let kind = Credential::ALL.into_iter().find(|known| known.as_str() == kind)?;
        (!user.is_empty()).then(|| Self { user_name: user.to_owned(), kind, id: id.to_owned() })
    }
}
