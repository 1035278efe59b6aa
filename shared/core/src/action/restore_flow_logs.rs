//! The request of `restore-flow-logs`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};

/// Make a deleted flow log again, as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreFlowLogs {
    /// `fl-…`, which the one that is made will not have.
    pub flow_log_id: String,
    /// It was made at an earlier time than this one: RFC 3339. `None` for no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl Request for RestoreFlowLogs {
    const ID: ActionId = ActionId::RestoreFlowLogs;

    fn resource(&self) -> ResourceId {
        ResourceId::new("ec2", "flow-log", &self.flow_log_id)
    }

    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let before = place.call.event_time().map(str::to_owned);
        let ids = place.values.iter().filter(|id| id.starts_with("fl-"));
        ids.map(|id| Self { flow_log_id: id.clone(), before: before.clone() }).collect()
    }

    const TARGET: &'static str = "FLOW-LOG-ID";

    fn by_hand(target: &str) -> Option<Self> {
        target.starts_with("fl-").then(|| Self { flow_log_id: target.to_owned(), before: None })
    }
}
