//! The request of `remove-from-group`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};

/// Take this user out of the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveFromGroup {
    /// Who.
    pub user_name: String,
    /// Out of which.
    pub group_name: String,
}

impl Request for RemoveFromGroup {
    const ID: ActionId = ActionId::RemoveFromGroup;

    /// The user: its permissions change, the group's do not.
    fn resource(&self) -> ResourceId {
        ResourceId::new("iam", "user", &self.user_name)
    }

    fn target(&self) -> crate::finding::Target {
        let id = format!("group/{}/member/{}", self.group_name, self.user_name);
        crate::finding::Target::Resource { service: "iam".to_owned(), id }
    }

    /// The target is the group or the user; the other stands beside it.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        match (place.beside("userName"), place.beside("groupName")) {
            (Some(user_name), Some(group_name)) => vec![Self { user_name, group_name }],
            _ => Vec::new(),
        }
    }

    const TARGET: &'static str = "USER/GROUP";

    fn by_hand(target: &str) -> Option<Self> {
        let (user, group) = target.split_once('/').filter(|(user, group)| !user.is_empty() && !group.is_empty())?;
        Some(Self { user_name: user.to_owned(), group_name: group.to_owned() })
    }
}
