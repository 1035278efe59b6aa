//! The request of `remove-permission`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId, one};

/// Take this statement out of the policy of this function or layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovePermission {
    /// The function's name.
    pub function: String,
    /// The version or alias whose policy it is, where not the function's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// The statement's id.
    pub statement_id: String,
}

impl RemovePermission {
    /// The function as it is named in calls, in events and in ARNs: `NAME`, `ACCOUNT:NAME`, `NAME:QUALIFIER`, `arn:…`.
    #[must_use]
    pub fn of(function: &str, qualifier: Option<&str>, statement_id: &str) -> Option<Self> {
        let name = one::named(function, "function:")?;
        let name = name.rsplit_once("function:").map_or(name.as_str(), |(_, name)| name);
        let (name, own) = name.split_once(':').map_or((name, None), |(name, qualifier)| (name, Some(qualifier)));
        Some(Self {
            function: name.to_owned(),
            qualifier: qualifier.or(own).map(str::to_owned),
            statement_id: statement_id.to_owned(),
        })
    }
}

impl Request for RemovePermission {
    const ID: ActionId = ActionId::RemovePermission;

    fn resource(&self) -> ResourceId {
        ResourceId::new("lambda", "function", &self.function)
    }

    /// The statement's id and the qualifier stand beside the function.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let (Some(id), qualifier) = (place.beside("statementId"), place.beside("qualifier")) else { return Vec::new() };
        one::names(place, "function:").iter().filter_map(|name| Self::of(name, qualifier.as_deref(), &id)).collect()
    }

    const TARGET: &'static str = "FUNCTION[:QUALIFIER]/STATEMENT-ID";

    fn by_hand(target: &str) -> Option<Self> {
        let (function, id) = target.rsplit_once('/').filter(|(_, id)| !id.is_empty())?;
        Self::of(function, None, id)
    }
}
