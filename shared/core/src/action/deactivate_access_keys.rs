//! The request of `deactivate-access-keys`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::finding::Target;

/// Set every access key of this user inactive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeactivateAccessKeys {
    /// Whose.
    pub user_name: String,
}

impl Request for DeactivateAccessKeys {
    const ID: ActionId = ActionId::DeactivateAccessKeys;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "user", &self.user_name)
    }

    fn target(&self) -> Target {
        Target::Resource { service: "iam".to_owned(), id: format!("user/{}/access-keys", self.user_name) }
    }

    /// The target is the user's name.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        place.values.iter().map(|user| Self { user_name: user.clone() }).collect()
    }

    const TARGET: &'static str = "USER";

    fn by_hand(target: &str) -> Option<Self> {
        (!target.is_empty() && !target.contains('/')).then(|| Self { user_name: target.to_owned() })
    }
}
