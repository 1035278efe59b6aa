//! What no single crate can prove or make: the generated files, and tests over
//! the whole workspace.

pub mod generate;
pub mod measure;

use std::path::{Path, PathBuf};

/// The workspace's root.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
