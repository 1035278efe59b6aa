//! What the log lines of hosts show.

mod ssh_brute_force;
mod ssh_login_after_failures;

use super::LogDetector;

/// Detectors over log lines.
pub const LOG_DETECTORS: &[&dyn LogDetector] =
    &[&ssh_brute_force::SshBruteForce, &ssh_login_after_failures::SshLoginAfterFailures];
