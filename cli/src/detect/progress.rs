//! The progress bar, where standard error is a terminal.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use riposte_records::inputs::{Input, Walk};

use crate::screen::counted;

/// A bar, or nothing.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// No bar.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// A bar over what these paths hold. How much that is, is found out while it is read.
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        // Short enough for a bar within 80 columns: how fast it is, and how many are found, is said at the end.
        let style = "{elapsed} [{wide_bar}] {bytes} of {total_bytes}, {eta} left{msg} ";
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        let (length, paths) = (bar.clone(), paths.to_vec());
        std::thread::spawn(move || {
            for input in Walk::new(paths) {
                if let Input::File(path) = input
                    && let Ok(about) = path.metadata()
                {
                    length.inc_length(about.len());
                }
            }
        });
        Self(Some(bar))
    }

    /// So many bytes more were read.
    pub(crate) fn read(&self, bytes: u64, findings: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
            if findings > 0 {
                bar.set_message(format!(", {}", counted(findings, "finding")));
            }
        }
    }

    /// Does something that writes to the terminal, with the bar out of the way.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// The same for standard output, which is out of the bar's way unless it is a terminal too. `write` is told
    /// whether it is in its way, and must then leave nothing to be written later.
    pub(crate) fn beside_output<T>(&self, write: impl FnOnce(bool) -> T) -> T {
        match &self.0 {
            Some(bar) if io::stdout().is_terminal() => bar.suspend(|| write(true)),
            _ => write(false),
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
