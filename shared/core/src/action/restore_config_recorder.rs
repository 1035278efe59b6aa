//! The request of `restore-config-recorder`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId, one};

/// Have this recorder of AWS Config record what it recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreConfigRecorder {
    /// The recorder's name.
    pub recorder: String,
    /// What stood at an earlier time than this one is restored: RFC 3339. `None` for the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Whether it was deleted: then it is started, too. A request says so, because a recorder that was made again and not
    /// started yet looks like one that its owner stopped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

impl Request for RestoreConfigRecorder {
    const ID: ActionId = ActionId::RestoreConfigRecorder;

    fn resource(&self) -> ResourceId {
        ResourceId::new("config", "configuration-recorder", &self.recorder)
    }

    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        // A recorder that was stopped is whole; a delivery channel names none.
        if !["PutConfigurationRecorder", "DeleteConfigurationRecorder"].contains(&place.call.event_name()) {
            return Vec::new();
        }
        let before = place.call.event_time().map(str::to_owned);
        let deleted = place.call.event_name() == "DeleteConfigurationRecorder";
        let request = |recorder| Self { recorder, before: before.clone(), deleted };
        one::names(place, "config-recorder/").into_iter().map(request).collect()
    }

    const TARGET: &'static str = "RECORDER";

    fn by_hand(target: &str) -> Option<Self> {
        one::named(target, "config-recorder/").map(|recorder| Self { recorder, before: None, deleted: false })
    }
}
