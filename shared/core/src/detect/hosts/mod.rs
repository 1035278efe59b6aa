//! What log lines show.

mod signatures;
mod ssh_brute_force;
mod ssh_login_after_failures;

use super::LogDetector;

pub use signatures::SIGNATURES;

/// Detectors over log lines.
pub const LOG_DETECTORS: &[&dyn LogDetector] =
    &[&ssh_brute_force::SshBruteForce, &ssh_login_after_failures::SshLoginAfterFailures];
