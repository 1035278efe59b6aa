//! The request of `remove-prefix`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};

/// Take these ranges out of this prefix list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovePrefix {
    /// `pl-…`
    pub prefix_list_id: String,
    /// The ranges that amount to the internet, as they were added.
    pub ranges: Vec<String>,
}

impl Request for RemovePrefix {
    const ID: ActionId = ActionId::RemovePrefix;

    fn resource(&self) -> ResourceId {
        ResourceId::new("ec2", "prefix-list", &self.prefix_list_id)
    }

    const TARGET: &'static str = "PREFIX-LIST-ID/CIDR[,CIDR…]";

    fn by_hand(target: &str) -> Option<Self> {
        let (id, ranges) = target.split_once('/')?;
        let ranges: Vec<_> = ranges.split(',').map(|range| range.trim().to_owned()).collect();
        let right = id.starts_with("pl-") && ranges.iter().all(|range| range.contains('/'));
        right.then(|| Self { prefix_list_id: id.to_owned(), ranges })
    }
}
