//! A resource of an inventory: one JSON line.

use std::collections::BTreeMap;

use riposte_core::text::plain;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

/// The version of the inventory's lines that is written and read.
pub const VERSION: u64 = 1;

/// One resource, with what AWS said of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// [`VERSION`]
    pub version: u64,
    /// The service, as botocore names it.
    pub service: String,
    /// The type: `bucket`, `security-group`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Twelve digits.
    pub account: String,
    /// The region, or `aws-global`.
    pub region: String,
    /// Its ARN.
    pub arn: String,
    /// Its id; the name where it has no other.
    #[serde(default)]
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Answers by the operation's name.
    pub facts: Map<String, Value>,
}

/// Why a line is no resource.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// Written by a newer Riposte.
    #[error("the inventory has version {0}, and this Riposte reads version {VERSION}: update Riposte")]
    Newer(u64),
    /// No JSON, or not of the shape.
    #[error("{}", plain(.0, 300))]
    Shape(String),
}

impl Resource {
    /// Reads a line.
    ///
    /// # Errors
    /// Where it is no resource, or one of a newer version.
    pub fn parse(line: &str) -> Result<Self, LineError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: Option<u64>,
        }
        let version = serde_json::from_str::<Versioned>(line).map_err(|error| LineError::Shape(error.to_string()))?;
        match version.version {
            None => return Err(LineError::Shape("no `version`".to_owned())),
            Some(newer) if newer > VERSION => return Err(LineError::Newer(newer)),
            Some(VERSION) => {}
            Some(other) => return Err(LineError::Shape(format!("there is no version {other}"))),
        }
        let resource: Self = serde_json::from_str(line).map_err(|error| LineError::Shape(error.to_string()))?;
        for (name, value) in [("service", &resource.service), ("type", &resource.kind), ("arn", &resource.arn)] {
            if value.is_empty() {
                return Err(LineError::Shape(format!("`{name}` is empty")));
            }
        }
        Ok(resource)
    }

    /// The partition of its ARN: `aws`, `aws-cn` or `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &str {
        match self.arn.split(':').nth(1) {
            Some(partition) if self.arn.starts_with("arn:") && !partition.is_empty() => partition,
            _ => riposte_core::arn::partition(&self.region),
        }
    }

    /// Its id, else its name, else its ARN.
    #[must_use]
    pub fn label(&self) -> &str {
        [&self.id, &self.name].into_iter().find(|text| !text.is_empty()).unwrap_or(&self.arn)
    }

    /// Whether it is of a type.
    #[must_use]
    pub fn is(&self, service: &str, kind: &str) -> bool {
        self.service == service && self.kind == kind
    }
}
