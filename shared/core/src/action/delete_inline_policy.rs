//! The request of `delete-inline-policy`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::detect::principal;
use crate::finding::{IamPrincipal, Target};
use crate::iam::Policy;

/// Delete this inline policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteInlinePolicy {
    /// Whose.
    pub principal: IamPrincipal,
    /// Which.
    pub policy_name: String,
    /// The digest of the document that offended ([`Policy::digest`]): the same document offends whatever the
    /// reason was. Another one that stands there by now offends where it gives power over permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Request for DeleteInlinePolicy {
    const ID: ActionId = ActionId::DeleteInlinePolicy;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", self.principal.kind(), self.principal.name())
    }

    fn target(&self) -> Target {
        Target::InlinePolicy { principal: self.principal.clone(), policy_name: self.policy_name.clone() }
    }

    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let Ok(principal) = principal(place.call) else { return Vec::new() };
        let digest = place.call.request_text("policyDocument").and_then(|text| Policy::digest(text).ok());
        let of = |name: &String| Self {
            principal: principal.clone(),
            policy_name: name.clone(),
            // The document is of the one policy that the call wrote.
            digest: digest.clone().filter(|_| place.values.len() == 1),
        };
        place.values.iter().map(of).collect()
    }

    const TARGET: &'static str = "user|role|group/NAME/POLICY-NAME";

    fn by_hand(target: &str) -> Option<Self> {
        let (principal, policy_name) = target.rsplit_once('/')?;
        let (principal, policy_name) = (principal.parse().ok()?, policy_name.to_owned());
        Some(Self { principal, policy_name, digest: None })
    }
}

impl DeleteInlinePolicy {
    /// The policy with this document, which offends.
    #[must_use]
    pub fn of(principal: &IamPrincipal, policy_name: &str, document: &str) -> Self {
        let (principal, policy_name) = (principal.clone(), policy_name.to_owned());
        Self { principal, policy_name, digest: Policy::digest(document).ok() }
    }

    /// Whether a document that stands there now is what the detector fired on, or as bad.
    ///
    /// # Errors
    /// Where the document is no policy.
    pub fn offends(&self, document: &str, partition: &str, account: &str) -> Result<bool, crate::iam::PolicyError> {
        if self.digest.is_some() && self.digest == Policy::digest(document).ok() {
            return Ok(true);
        }
        Ok(Policy::parse(document)?.gives_power(partition, account))
    }
}
