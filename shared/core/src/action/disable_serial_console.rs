//! The request of `disable-serial-console`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};

/// Switch the serial console of the account in the region off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisableSerialConsole {}

impl Request for DisableSerialConsole {
    const ID: ActionId = ActionId::DisableSerialConsole;

    fn resource(&self) -> ResourceId {
        ResourceId::new("ec2", "account", "serial-console-access")
    }

    /// There is one in an account and a region: the call alone says it.
    fn of_rule(_: &Place<'_>) -> Vec<Self> {
        vec![Self {}]
    }

    const TARGET: &'static str = "serial-console";

    fn by_hand(target: &str) -> Option<Self> {
        (target == "serial-console").then_some(Self {})
    }
}
