//! What an IAM policy really grants.

mod admin;
mod managed;
mod policy;

pub use admin::AdminGrant;
pub use managed::ManagedPolicy;
pub use policy::{Policy, PolicyError};
