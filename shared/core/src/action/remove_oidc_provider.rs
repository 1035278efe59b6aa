//! The request of `remove-oidc-provider`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};

/// Remove this OpenID Connect provider, or one of its audiences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveOidcProvider {
    /// The provider's ARN.
    pub provider_arn: String,
    /// The audience (client id) that was added to a provider which stood before; `None` for the whole provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

impl Request for RemoveOidcProvider {
    const ID: ActionId = ActionId::RemoveOidcProvider;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "oidc-provider", &self.provider_arn)
    }

    /// The target is the provider's ARN; an audience that was added stands in the call.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let client_id = place.call.request_text("clientID").map(str::to_owned);
        // A call that adds an audience and does not say which must not cost the whole provider.
        if client_id.is_none() && place.call.event_name() != "CreateOpenIDConnectProvider" {
            return Vec::new();
        }
        let named = place.values.iter().filter(|arn| arn.contains(":oidc-provider/"));
        named.map(|arn| Self { provider_arn: arn.clone(), client_id: client_id.clone() }).collect()
    }

    const TARGET: &'static str = "PROVIDER-ARN";

    fn by_hand(target: &str) -> Option<Self> {
        target.contains(":oidc-provider/").then(|| Self { provider_arn: target.to_owned(), client_id: None })
    }
}
