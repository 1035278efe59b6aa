//! Logins to databases that were refused.

use super::Signs;
use crate::read::address_of;
use crate::windows::Many;

const GUESSES: Many = Many { count: 10, within_ms: 600_000 };

/// How databases say that they refused a login.
const REFUSALS: [&str; 6] = [
    "password authentication failed for user",
    "Access denied for user",
    "no pg_hba.conf entry for host",
    "FAILED_CONNECT",
    "Login failed for user",
    "Authentication failed for user",
];

pub(super) fn scan(message: &str, signs: &mut Signs<'_>) {
    if !REFUSALS.iter().any(|refusal| message.contains(refusal)) {
        return;
    }
    // From the end: before it stands the user's name, which the other side wrote.
    let Some(address) = message.rsplit(['\'', '"', ' ', '=', '(', ')', '@']).find_map(address_of) else { return };
    let reached = signs.windows.count(&format!("database {address}"), signs.at_ms, GUESSES);
    signs.many("database-login-guessing", &address.to_string(), Some(address), reached, |total| {
        format!(
            "{address} failed to log in to a database {total} times, the limit is {} within ten minutes",
            GUESSES.count
        )
    });
}
