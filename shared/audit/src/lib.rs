//! The account audit: what resources must be like, checked over an inventory.
//!
//! Nothing here talks to AWS, reads a clock or looks at the environment: an inventory comes in as resources
//! ([`Resource`]), the time as an argument, findings go out. What checks look at is collected to one table
//! ([`shapes::SHAPES`]). A fact that is missing or failed is never a pass: [`Status::NotAssessed`].
//!
//! A check that needs one resource looks while the inventory streams by; those that look at several wait for its end,
//! and only the types that they need are kept.

#![allow(clippy::redundant_closure_for_method_calls, reason = "a check's look is a closure of one kind everywhere")]

mod alarms;
mod backup;
mod check;
mod clusters;
mod compute;
mod database;
mod defense;
mod ec2;
mod edge;
mod exposure;
mod finding;
mod fixes;
mod frameworks;
mod iam;
pub mod import;
mod index;
mod lambda;
mod messaging;
mod mutes;
mod patches;
mod rds;
mod resource;
mod run;
mod s3;
pub mod secrets;
pub mod shapes;
pub mod states;
mod trails;
mod verdict;
mod view;

pub use check::{Check, Look};
pub use ec2::{Group, Reached, groups};
pub use finding::AuditFinding;
pub use fixes::fixes;
pub use frameworks::{Control, Framework, FrameworkError};
pub use iam::{Person, SignIn, people};
pub use index::Index;
pub use mutes::{Mute, MuteError};
pub use patches::{Machine, machines};
pub use resource::{LineError, Resource, VERSION};
pub use run::Audit;
pub use verdict::{Answer, Status, Unknown, Verdict};
pub use view::View;

/// The checks by group, in the catalogue's order.
static GROUPS: &[&[Check]] = &[
    alarms::CHECKS,
    backup::CHECKS,
    clusters::CHECKS,
    compute::CHECKS,
    edge::CHECKS,
    defense::CHECKS,
    lambda::CHECKS,
    messaging::CHECKS,
    rds::CHECKS,
    trails::CHECKS,
    ec2::ACCOUNT,
    ec2::ACLS,
    ec2::DISKS,
    ec2::EDGES,
    ec2::GROUPS,
    ec2::INSTANCES,
    ec2::REACH,
    ec2::TEMPLATES,
    ec2::VPCS,
    iam::ACCOUNT,
    iam::POLICIES,
    iam::ROLES,
    iam::USERS,
    s3::ACCESS,
    s3::KEEP,
    s3::PUBLIC,
];

/// Every check.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    GROUPS.iter().flat_map(|group| group.iter())
}

/// The check of an id.
#[must_use]
pub fn check_of(id: &str) -> Option<&'static Check> {
    checks().find(|check| check.id == id)
}

#[cfg(test)]
mod tests;
