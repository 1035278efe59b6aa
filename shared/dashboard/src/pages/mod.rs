//! The pages: each is loaded from the source and shown, apart from each other, so that a report can show them too.

pub(crate) mod cases;
pub(crate) mod coverage;
pub(crate) mod detectors;
mod form;
pub(crate) mod identity;
pub(crate) mod incident;
pub(crate) mod incidents;
pub(crate) mod network;
pub(crate) mod now;
pub(crate) mod patching;
pub(crate) mod posture;
