//! The request of `deactivate-access-key`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::finding::Target;

/// Set this key inactive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeactivateAccessKey {
    /// Whose.
    pub user_name: String,
    /// Which.
    pub access_key_id: String,
}

impl Request for DeactivateAccessKey {
    const ID: ActionId = ActionId::DeactivateAccessKey;

    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "user", &self.user_name)
    }

    fn target(&self) -> Target {
        Target::AccessKey { user_name: self.user_name.clone(), access_key_id: self.access_key_id.clone() }
    }

    /// The user stands beside the key; where no user is named, it is the one who called.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let own = || place.text("userIdentity.type").filter(|kind| kind == "IAMUser");
        let caller = || own().and_then(|_| place.text("userIdentity.userName"));
        let Some(user_name) = place.beside("userName").or_else(caller) else { return Vec::new() };
        let of = |key: &String| Self { user_name: user_name.clone(), access_key_id: key.clone() };
        place.values.iter().map(of).collect()
    }

    const TARGET: &'static str = "USER/ACCESS-KEY-ID";

    fn by_hand(target: &str) -> Option<Self> {
        let (user_name, key) = target.split_once('/').filter(|(user, key)| !user.is_empty() && is_key_id(key))?;
        Some(Self { user_name: user_name.to_owned(), access_key_id: key.to_owned() })
    }
}

/// Whether a text can be the id of an access key: `AKIA` and capitals and digits. What a person mistypes for one, a kind
/// before the name, is not looked up.
fn is_key_id(text: &str) -> bool {
    text.starts_with("AKIA") && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
