//! The request of `revoke-sessions`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId, caller};
use crate::finding::IamPrincipal;

/// Deny what is done with sessions of this role that were made before a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokeSessions {
    /// The role's name.
    pub role_name: String,
    /// Sessions that were made before it are denied: RFC 3339.
    pub before: String,
}

impl Request for RevokeSessions {
    const ID: ActionId = ActionId::RevokeSessions;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "role", &self.role_name)
    }

    /// The role whose session made the call, up to the time of the call.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let Some(before) = place.text("eventTime") else { return Vec::new() };
        let Ok(scope) = place.call.scope() else { return Vec::new() };
        let of = |arn: &String| match caller::principal(arn, &scope.account)? {
            IamPrincipal::Role(role_name) => Some(Self { role_name, before: before.clone() }),
            _ => None,
        };
        place.values.iter().filter_map(of).collect()
    }

    const TARGET: &'static str = "ROLE@TIME";

    fn by_hand(target: &str) -> Option<Self> {
        let (role, time) = target.rsplit_once('@')?;
        time.parse::<jiff::Timestamp>().ok()?;
        (!role.is_empty()).then(|| Self { role_name: role.to_owned(), before: time.to_owned() })
    }
}
