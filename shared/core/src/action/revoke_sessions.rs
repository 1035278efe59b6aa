//! The request of `revoke-sessions`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};

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
        let of = |role_name| Self { role_name, before: before.clone() };
        place.values.iter().filter_map(|arn| role(arn)).map(of).collect()
    }

    const TARGET: &'static str = "ROLE@TIME";

    fn by_hand(target: &str) -> Option<Self> {
        let (role, time) = target.rsplit_once('@')?;
        time.parse::<jiff::Timestamp>().ok()?;
        (!role.is_empty()).then(|| Self { role_name: role.to_owned(), before: time.to_owned() })
    }
}

/// The role's name, of its ARN or of a session's: `…:role/PATH/NAME`, `…:assumed-role/NAME/SESSION`.
fn role(arn: &str) -> Option<String> {
    let name = match arn.split_once(":assumed-role/") {
        Some((_, session)) => session.split('/').next()?,
        None => arn.split_once(":role/")?.1.rsplit('/').next()?,
    };
    (!name.is_empty()).then(|| name.to_owned())
}
