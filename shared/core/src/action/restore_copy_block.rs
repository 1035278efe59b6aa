//! The request of `restore-copy-block`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};

/// Block public snapshots, or public images, in the region again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreCopyBlock {
    /// Images; else snapshots.
    pub images: bool,
}

impl Request for RestoreCopyBlock {
    const ID: ActionId = ActionId::RestoreCopyBlock;

    fn resource(&self) -> ResourceId {
        let what = if self.images { "image-block-public-access" } else { "snapshot-block-public-access" };
        ResourceId::new("ec2", "account", what)
    }

    /// The call alone says which of them.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        vec![Self { images: place.call.event_name().contains("Image") }]
    }

    const TARGET: &'static str = "snapshots|images";

    fn by_hand(target: &str) -> Option<Self> {
        match target {
            "snapshots" => Some(Self { images: false }),
            "images" => Some(Self { images: true }),
            _ => None,
        }
    }
}
