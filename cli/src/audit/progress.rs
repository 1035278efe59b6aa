//! The progress bar, where standard error is a terminal.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::screen::counted;

/// A bar, or nothing.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar over a file.
    pub(crate) fn new(path: &Path) -> Self {
        // Findings on a terminal would be torn apart by a bar.
        if !io::stderr().is_terminal() || io::stdout().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new(path.metadata().map(|about| about.len()).unwrap_or_default());
        if let Ok(style) =
            ProgressStyle::with_template("{elapsed} [{wide_bar}] {bytes} of {total_bytes}, {eta} left{msg} ")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(Some(bar))
    }

    /// Without an end that is known: resources are counted.
    pub(super) fn counting() -> Self {
        if !io::stderr().is_terminal() || io::stdout().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{elapsed} {spinner} reading{msg} ") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(Some(bar))
    }

    /// So many bytes more were read, and so many resources in all.
    pub(super) fn read(&self, bytes: u64, resources: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
            bar.set_message(format!(", {}", counted(resources, "resource")));
        }
    }

    /// The end.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
