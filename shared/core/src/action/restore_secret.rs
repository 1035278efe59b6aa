//! The request of `restore-secret`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};

/// Keep this secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreSecret {
    /// The secret's name or its ARN, as the event gives it: no name says where the suffix of its ARN begins.
    pub secret: String,
}

impl Request for RestoreSecret {
    const ID: ActionId = ActionId::RestoreSecret;

    fn resource(&self) -> ResourceId {
        ResourceId::new("secretsmanager", "secret", &self.secret)
    }

    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        place.values.iter().map(|secret| Self { secret: secret.clone() }).collect()
    }

    const TARGET: &'static str = "SECRET";

    fn by_hand(target: &str) -> Option<Self> {
        (!target.is_empty()).then(|| Self { secret: target.to_owned() })
    }
}
