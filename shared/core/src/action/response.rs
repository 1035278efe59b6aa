//! What a detector asks for, as data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use super::{ActionId, ActionName, Request, ResourceId};
use crate::finding::Target;
use crate::text::plain;

/// What a detector asks for: an action, and the request to it. As JSON, the request's fields stand beside
/// `action`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The action.
    pub action: ActionName,
    #[serde(flatten)]
    request: Map<String, Value>,
}

/// Why a response is not a request to an action of this release.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Its fields are not the action's.
    #[error("the request to `{action}` {wrong}")]
    Request {
        /// Which action.
        action: ActionName,
        /// What is wrong with it.
        wrong: String,
    },
    /// It asks for another action.
    #[error("it asks for `{action}`, not for `{wanted}`")]
    Other {
        /// What it asks for.
        action: ActionName,
        /// What it was read as.
        wanted: ActionId,
    },
    /// The action is of a newer release.
    #[error("the action `{0}` is not known to this release")]
    Newer(ActionName),
}

impl<R: Request> From<R> for Response {
    fn from(request: R) -> Self {
        // A request is a struct with named fields: it becomes an object.
        let request = match serde_json::to_value(request) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        };
        Self { action: R::ID.into(), request }
    }
}

impl Response {
    /// The request, if it is one to this action.
    ///
    /// # Errors
    /// It asks for another action, or its fields are not those of the request.
    pub fn read<R: Request>(&self) -> Result<R, Malformed> {
        if self.action != ActionName::Known(R::ID) {
            return Err(Malformed::Other { action: self.action.clone(), wanted: R::ID });
        }
        let read = serde_json::from_value(Value::Object(self.request.clone()));
        read.map_err(|error| self.wrong(&error.to_string()))
    }

    /// The resource that it would change.
    ///
    /// # Errors
    /// It is of a newer release, or its fields are not those of the request.
    pub fn resource(&self) -> Result<ResourceId, Malformed> {
        self.known()?.resource_of(self)
    }

    /// What a finding that asks for it is about.
    ///
    /// # Errors
    /// As [`Response::resource`].
    pub fn target(&self) -> Result<Target, Malformed> {
        self.known()?.target_of(self)
    }

    /// What a person asks for by hand: `target` in the form of [`Request::TARGET`], or the request as a JSON object.
    ///
    /// # Errors
    /// Says which forms there are.
    pub fn by_hand(action: ActionId, target: &str) -> Result<Self, Malformed> {
        let malformed = |wrong: String| Malformed::Request { action: action.into(), wrong };
        if target.trim_start().starts_with('{') {
            let request = serde_json::from_str(target).map_err(|e| malformed(format!("is no JSON object: {e}")))?;
            let response = Self { action: action.into(), request };
            response.resource()?;
            return Ok(response);
        }
        action.named(target).ok_or_else(|| {
            let given = plain(target, 120);
            malformed(match action.target_form() {
                "" => format!("must be given as a JSON object, not `{given}`"),
                form => format!("must name its target as `{form}`, or be given as a JSON object, not `{given}`"),
            })
        })
    }

    fn known(&self) -> Result<ActionId, Malformed> {
        self.action.known().ok_or_else(|| Malformed::Newer(self.action.clone()))
    }

    fn wrong(&self, wrong: &str) -> Malformed {
        Malformed::Request { action: self.action.clone(), wrong: format!("cannot be read: {}", plain(wrong, 300)) }
    }
}
