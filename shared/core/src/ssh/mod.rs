//! What an OpenSSH server's log lines say, and what each source address did lately.

mod history;
mod line;
mod window;

pub use history::SourceHistory;
pub use line::{SshEvent, SshOutcome, parse_line};
pub use window::{LogFinding, StreamWindows};

/// When a source is an attacker. From the settings under `/riposte/ssh/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a failure counts, in milliseconds.
    pub window_ms: i64,
    /// So many failures within the window are brute force.
    pub failures: u32,
    /// A login after so many failures within the window is a break-in.
    pub failures_before_login: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { window_ms: 600_000, failures: 10, failures_before_login: 5 }
    }
}
