//! One mutating API call as data.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Delta;
use crate::text::plain;

/// One mutating API call: shown, signed and sent as it is. What the parameters mean is known to the action that
/// wrote them, and to AWS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The service and the operation as IAM spells them: `ec2:RevokeSecurityGroupIngress`.
    pub call: String,
    /// The parameters, named and shaped as in the service's API.
    pub parameters: Value,
    /// What it does to the parts of the resource. A change whose delta is in the live state already is not made
    /// again.
    #[serde(default)]
    pub delta: Delta,
}

impl Change {
    /// A change. `parameters` is a struct that serializes to the API's own names. A part that becomes `null` is one that
    /// goes.
    ///
    /// # Errors
    /// Where the parameters are no JSON: a fault of the action.
    pub fn new(call: &str, parameters: &impl Serialize, delta: Delta) -> Result<Self, serde_json::Error> {
        let delta = delta.into_iter().map(|(name, part)| (name, part.filter(|part| !part.is_null()))).collect();
        Ok(Self { call: call.to_owned(), parameters: serde_json::to_value(parameters)?, delta })
    }

    /// The service: `ec2`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.call.split_once(':').map_or("", |(service, _)| service)
    }

    /// The operation: `RevokeSecurityGroupIngress`.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.call.split_once(':').map_or(&self.call, |(_, operation)| operation)
    }
}

impl std::fmt::Display for Change {
    /// The call as a person would write it, on one line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", plain(&self.call, 100), plain(&self.parameters.to_string(), 2000))
    }
}

/// A change that takes another back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inverse {
    /// Which of the plan's changes it takes back, counted from 0.
    #[serde(default)]
    pub of: usize,
    /// The call.
    #[serde(flatten)]
    pub change: Change,
}
