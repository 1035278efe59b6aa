//! The request of `unshare`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ActionId, Place, Request, ResourceId};

/// Share this copy of data no longer with these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unshare {
    /// What it is.
    pub copy: Copied,
    /// Its id or name.
    pub id: String,
    /// `all` for everyone, numbers of accounts, ARNs of organizations and of their units.
    pub with: Vec<String>,
}

/// Copies of data that are shared by an attribute of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Copied {
    /// An EBS snapshot.
    Snapshot,
    /// A machine image.
    Image,
    /// A snapshot of a database instance.
    DbSnapshot,
    /// A snapshot of a database cluster.
    DbClusterSnapshot,
    /// A document of Systems Manager.
    Document,
}

impl Copied {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Snapshot, Self::Image, Self::DbSnapshot, Self::DbClusterSnapshot, Self::Document];

    /// The service that keeps it, and its kind in one word.
    #[must_use]
    pub fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Snapshot => ("ec2", "snapshot"),
            Self::Image => ("ec2", "image"),
            Self::DbSnapshot => ("rds", "db-snapshot"),
            Self::DbClusterSnapshot => ("rds", "db-cluster-snapshot"),
            Self::Document => ("ssm", "document"),
        }
    }
}

impl Request for Unshare {
    const ID: ActionId = ActionId::Unshare;

    fn resource(&self) -> ResourceId {
        let (service, kind) = self.copy.place();
        ResourceId::new(service, kind, &self.id)
    }

    /// Of Systems Manager's call: the target is the document's name, and with whom it is shared stands beside it.
    fn of_rule(place: &Place<'_>) -> Vec<Self> {
        if place.call.event_name() != "ModifyDocumentPermission" {
            return Vec::new();
        }
        let added = place.call.request("accountIdsToAdd").and_then(Value::as_array);
        let with: Vec<String> = added.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let of = |name: &String| Self { copy: Copied::Document, id: name.clone(), with: with.clone() };
        if with.is_empty() { Vec::new() } else { place.values.iter().map(of).collect() }
    }

    const TARGET: &'static str = "snapshot|image|db-snapshot|db-cluster-snapshot|document/ID/all|ACCOUNT[,ACCOUNT…]";

    fn by_hand(target: &str) -> Option<Self> {
        let (kind, rest) = target.split_once('/')?;
        let copy = Copied::ALL.into_iter().find(|copy| copy.place().1 == kind)?;
        let (id, with) = rest.split_once('/')?;
        let with: Vec<_> = with.split(',').map(|with| with.trim().to_owned()).filter(|with| !with.is_empty()).collect();
        (!id.is_empty() && !with.is_empty()).then(|| Self { copy, id: id.to_owned(), with })
    }
}
