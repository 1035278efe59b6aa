//! Reading again until the answer can be believed. AWS is eventually consistent: what was just made may
//! not be seen yet, and what was just removed may be seen still.

use std::time::Duration;

/// How often something is read before the last answer counts whatever it says.
pub(crate) const READINGS: u32 = 6;

/// Reads until `believed` holds, with pauses that begin with `pause` and double. The last answer is
/// returned in any case.
///
/// # Errors
/// The first error of `read`.
pub(crate) async fn until<T, E, F: Future<Output = Result<T, E>>>(
    mut pause: Duration,
    read: impl Fn() -> F,
    believed: impl Fn(&T) -> bool,
) -> Result<T, E> {
    for _ in 1..READINGS {
        let answer = read().await?;
        if believed(&answer) {
            return Ok(answer);
        }
        crate::clock::sleep(pause).await;
        pause *= 2;
    }
    read().await
}
