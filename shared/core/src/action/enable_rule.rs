//! The request of `enable-rule`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ActionId, Place, Request, ResourceId, one};

/// Enable this rule again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnableRule {
    /// The rule's name.
    pub rule: String,
    /// The event bus that it is on.
    pub bus: String,
}

impl EnableRule {
    /// The rule's part of its ARN: `rule/NAME`, or `rule/BUS/NAME` on another bus than the default one.
    #[must_use]
    pub fn path(&self) -> String {
        if self.bus == "default" { format!("rule/{}", self.rule) } else { format!("rule/{}/{}", self.bus, self.rule) }
    }

    /// What EventBridge is asked for.
    #[must_use]
    pub fn parameters(&self) -> Value {
        json!({ "Name": self.rule, "EventBusName": self.bus })
    }
}

impl Request for EnableRule {
    const ID: ActionId = ActionId::EnableRule;

    fn resource(&self) -> ResourceId {
        ResourceId::new("events", "rule", self.path().trim_start_matches("rule/"))
    }

    /// The bus stands beside the rule, by name or by ARN.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let bus = place.beside("eventBusName").and_then(|bus| one::named(&bus, "event-bus/"));
        let bus = bus.unwrap_or_else(|| "default".to_owned());
        place.values.iter().map(|rule| Self { rule: rule.clone(), bus: bus.clone() }).collect()
    }

    const TARGET: &'static str = "[BUS/]RULE";

    fn by_hand(target: &str) -> Option<Self> {
        let (bus, rule) = target.rsplit_once('/').unwrap_or(("default", target));
        (!rule.is_empty() && !bus.is_empty()).then(|| Self { rule: rule.to_owned(), bus: bus.to_owned() })
    }
}
