//! What the catalogue shows on recorded events: the parts of `docs/measurements.md` that do not depend
//! on the machine. `make measure` writes them; the tests fail where the page says something else, or
//! where what is asked of the catalogue does not hold.

pub mod attacks;
pub mod labelled;
pub mod noise;
pub mod page;
pub mod roc;
mod run;
mod svg;

use std::path::{Path, PathBuf};

/// The folder of recorded events that `RIPOSTE_CORPUS` names; `None`, said aloud, where none is named.
///
/// # Panics
/// Where a folder is named and is not there.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "no setting of the product: the place of test data")]
#[expect(clippy::panic, reason = "a measurement without its data is none")]
pub fn corpus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("RIPOSTE_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: RIPOSTE_CORPUS is not set");
        return None;
    };
    if !folder.is_dir() {
        panic!("RIPOSTE_CORPUS: no folder at {}", folder.display());
    }
    Some(folder)
}

/// The files of a folder with this extension, in order: stem and text.
///
/// # Errors
/// Where one cannot be read, or there is none.
pub fn files(folder: &Path, extension: &str) -> anyhow::Result<Vec<(String, String)>> {
    use anyhow::{Context, ensure};
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push((stem, std::fs::read_to_string(&path).with_context(|| path.display().to_string())?));
        }
    }
    ensure!(!files.is_empty(), "no .{extension} files in {}", folder.display());
    files.sort();
    Ok(files)
}
