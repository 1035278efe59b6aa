//! Buckets and access points.

mod access;
mod keep;
mod public;

pub(crate) use access::CHECKS as ACCESS;
pub(crate) use keep::CHECKS as KEEP;
pub(crate) use public::CHECKS as PUBLIC;
pub(crate) use public::open_to_all;
