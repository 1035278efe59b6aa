//! Wrong usage that only shows when the command runs. The exit code is that of a wrong argument: 2.

use thiserror::Error;

/// What is wrong with how the command was called. Several lines where several things are.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);
