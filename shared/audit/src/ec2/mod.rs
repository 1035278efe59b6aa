//! Networks, instances and disks.

mod account;
mod acl;
mod acls;
mod disks;
mod edges;
mod groups;
mod instances;
mod picture;
mod reach;
mod rules;
mod templates;
mod vpcs;

pub(crate) use account::CHECKS as ACCOUNT;
pub(crate) use acls::CHECKS as ACLS;
pub(crate) use disks::CHECKS as DISKS;
pub(crate) use edges::CHECKS as EDGES;
pub(crate) use groups::{CHECKS as GROUPS, HIGH_RISK};
pub(crate) use instances::CHECKS as INSTANCES;
pub use picture::{Group, Reached, groups};
pub(crate) use reach::CHECKS as REACH;
pub(crate) use rules::{Ports, Rules};
pub(crate) use templates::CHECKS as TEMPLATES;
pub(crate) use vpcs::CHECKS as VPCS;
