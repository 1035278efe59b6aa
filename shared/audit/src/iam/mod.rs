//! The root user, people, groups, roles and policies.

mod account;
mod credentials;
mod picture;
mod policies;
pub(crate) mod power;
mod roles;
mod users;

pub(crate) use account::CHECKS as ACCOUNT;
pub use picture::{Person, SignIn, people};
pub(crate) use policies::CHECKS as POLICIES;
pub(crate) use roles::CHECKS as ROLES;
pub(crate) use users::CHECKS as USERS;
