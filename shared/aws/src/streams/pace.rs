//! How fast CloudWatch Logs is asked. It lets an account ask for log events some 25 times a second in a region, shared
//! with whoever else reads logs there; where it throttles, the pull slows down, asks again, and loses nothing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock;
use crate::fault::{Fault, Kind};
use crate::invocation::{Invocation, now_ms};

/// Between two calls at first: the quota that an account has where nobody asked for more.
const FIRST_GAP_US: i64 = 40_000;

/// Where the quota was raised, calls come closer until they are throttled.
const LEAST_GAP_US: i64 = 10_000;

/// Where others use the quota up.
const MOST_GAP_US: i64 = 2_000_000;

/// The pause before a call that failed is made again; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// When the next call may be made. All pulls share one.
#[derive(Debug)]
pub(super) struct Pace(Mutex<State>);

#[derive(Debug, Clone, Copy)]
struct State {
    gap_us: i64,
    /// When the next call may be made: microseconds since 1970.
    free_us: i64,
    /// When it was slowed down last. Calls that were on their way by then say nothing about the new pace.
    slowed_us: i64,
}

impl Default for Pace {
    fn default() -> Self {
        Self(Mutex::new(State { gap_us: FIRST_GAP_US, free_us: 0, slowed_us: 0 }))
    }
}

impl Pace {
    /// Makes a call when it is its turn, and again where it was throttled or not answered, as long as the invocation has
    /// time.
    ///
    /// # Errors
    /// As the call; a throttled one where no time is left.
    pub(super) async fn call<T, F: Future<Output = Result<T, Fault>>>(
        &self,
        invocation: &Invocation,
        reserve_ms: i64,
        call: impl Fn() -> F,
    ) -> Result<T, Fault> {
        let mut pause = PAUSE;
        loop {
            let at_us = self.turn().await;
            let fault = match call().await {
                Ok(answer) => {
                    self.went_well();
                    return Ok(answer);
                }
                Err(fault) => fault,
            };
            let pause_ms = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            if fault.kind != Kind::Transient || invocation.left_ms(reserve_ms.saturating_add(pause_ms)) <= 0 {
                return Err(fault);
            }
            if fault.code.contains("Throttl") {
                self.throttled(at_us);
            }
            clock::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits for the next turn; when it is.
    async fn turn(&self) -> i64 {
        let (now_us, at_us) = self.with(|state| {
            let now_us = now_ms().saturating_mul(1000);
            let at_us = state.free_us.max(now_us);
            state.free_us = at_us.saturating_add(state.gap_us);
            (now_us, at_us)
        });
        if let Ok(wait_us @ 1..) = u64::try_from(at_us - now_us) {
            clock::sleep(Duration::from_millis(wait_us.div_ceil(1000))).await;
        }
        at_us
    }

    /// A little faster.
    fn went_well(&self) {
        self.with(|state| state.gap_us = (state.gap_us - state.gap_us / 40).max(LEAST_GAP_US));
    }

    /// Slower, once for all calls that were on their way.
    fn throttled(&self, at_us: i64) {
        self.with(|state| {
            if at_us >= state.slowed_us {
                state.gap_us = (state.gap_us * 3 / 2).clamp(FIRST_GAP_US, MOST_GAP_US);
                state.slowed_us = state.free_us;
            }
        });
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::testing::invocation;

    fn throttled() -> Fault {
        Fault::answered("logs:GetLogEvents", "ThrottlingException", 400, "slow down")
    }

    #[tokio::test]
    async fn calls_keep_their_distance_and_come_closer_while_all_goes_well() {
        let (pace, invocation) = (Pace::default(), invocation());
        let began = now_ms();
        for _ in 0..25 {
            pace.call(&invocation, 0, || async { Ok(()) }).await.unwrap();
        }
        let first = now_ms() - began;
        assert!((600..=1000).contains(&first), "{first} ms for 25 calls");
        for _ in 0..100 {
            pace.call(&invocation, 0, || async { Ok(()) }).await.unwrap();
        }
        let began = now_ms();
        for _ in 0..100 {
            pace.call(&invocation, 0, || async { Ok(()) }).await.unwrap();
        }
        assert!(now_ms() - began <= 1_200, "{}", now_ms() - began);
    }

    #[tokio::test]
    async fn a_throttled_call_is_made_again_and_slows_the_others_once() {
        let (pace, invocation) = (Pace::default(), invocation());
        let left = Cell::new(5);
        let made = pace.call(&invocation, 0, || {
            let failing = left.get() > 0;
            left.set(left.get() - 1);
            async move { if failing { Err(throttled()) } else { Ok(7) } }
        });
        assert_eq!(made.await.unwrap(), 7);
        let gap = pace.with(|state| state.gap_us);
        assert!(gap > 250_000, "{gap}");
        // Eight calls that are throttled together say one thing.
        let pace = Pace::default();
        for at in [10, 10, 11, 12, 13, 10, 10, 10] {
            pace.with(|state| state.free_us = 20);
            pace.throttled(at);
        }
        assert_eq!(pace.with(|state| state.gap_us), FIRST_GAP_US * 3 / 2);
    }

    #[tokio::test]
    async fn what_time_does_not_mend_is_told_at_once_and_the_rest_at_the_end_of_the_time() {
        let (pace, invocation) = (Pace::default(), invocation());
        let began = now_ms();
        let denied = Fault::answered("logs:GetLogEvents", "AccessDeniedException", 400, "no");
        let refused = pace.call(&invocation, 0, || async { Err::<(), _>(denied.clone()) }).await;
        assert_eq!((refused.unwrap_err().kind, now_ms()), (Kind::Denied, began));
        let tried = Cell::new(0);
        let never = pace.call(&invocation, 10_000, || {
            tried.set(tried.get() + 1);
            async { Err::<(), _>(throttled()) }
        });
        assert_eq!(never.await.unwrap_err().kind, Kind::Transient);
        assert!((40_000..=50_000).contains(&(now_ms() - began)), "{}", now_ms() - began);
        assert!((10..20).contains(&tried.get()), "{}", tried.get());
    }
}
