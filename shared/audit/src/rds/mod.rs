//! RDS: instances, clusters and their snapshots.

mod clusters;
mod events;
mod instances;
mod snapshots;

pub(crate) use clusters::CHECKS as CLUSTERS;
pub(crate) use events::CHECKS as EVENTS;
pub(crate) use instances::CHECKS as INSTANCES;
pub(crate) use snapshots::CHECKS as SNAPSHOTS;
