//! The request of `enable-securityhub`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};

/// Enable Security Hub in the account and the region again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnableSecurityhub {}

impl Request for EnableSecurityhub {
    const ID: ActionId = ActionId::EnableSecurityhub;

    fn resource(&self) -> ResourceId {
        ResourceId::new("securityhub", "account", "hub/default")
    }

    /// Of the call that disabled it; its second version is another service behind the same name.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        if place.call.event_name() == "DisableSecurityHub" { vec![Self {}] } else { Vec::new() }
    }

    const TARGET: &'static str = "hub";

    fn by_hand(target: &str) -> Option<Self> {
        (target == "hub").then_some(Self {})
    }
}
