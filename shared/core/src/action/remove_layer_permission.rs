//! The request of `remove-layer-permission`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Place, Request, ResourceId};
use crate::finding::Target;

/// Take this statement out of the policy of this version of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveLayerPermission {
    /// The layer's name.
    pub layer: String,
    /// The version's number: each has a policy of its own.
    pub version: i64,
    /// The statement's id.
    pub statement_id: String,
}

impl Request for RemoveLayerPermission {
    const ID: ActionId = ActionId::RemoveLayerPermission;

    fn resource(&self) -> ResourceId {
        ResourceId::new("lambda", "layer", format!("{}:{}", self.layer, self.version))
    }

    fn target(&self) -> Target {
        let id = format!("layer/{}:{}/{}", self.layer, self.version, self.statement_id);
        Target::Resource { service: "lambda".to_owned(), id }
    }

    /// The target is the layer's name or its ARN; the version and the statement stand beside it.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        let version = place.beside("versionNumber").and_then(|version| version.parse().ok());
        let (Some(version), Some(statement_id)) = (version, place.beside("statementId")) else { return Vec::new() };
        let of = |layer: &String| Self { layer: name(layer), version, statement_id: statement_id.clone() };
        place.values.iter().map(of).collect()
    }

    const TARGET: &'static str = "LAYER:VERSION/STATEMENT-ID";

    fn by_hand(target: &str) -> Option<Self> {
        let (layer, statement) = target.split_once('/').filter(|(_, statement)| !statement.is_empty())?;
        let (layer, version) = layer.rsplit_once(':').filter(|(layer, _)| !layer.is_empty())?;
        Some(Self { layer: name(layer), version: version.parse().ok()?, statement_id: statement.to_owned() })
    }
}

/// The layer's name, of itself or of its ARN (`arn:PARTITION:lambda:REGION:ACCOUNT:layer:NAME`).
fn name(layer: &str) -> String {
    match layer.starts_with("arn:").then(|| layer.split(':').nth(6)).flatten() {
        Some(name) => name.to_owned(),
        None => layer.to_owned(),
    }
}
