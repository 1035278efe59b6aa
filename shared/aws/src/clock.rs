//! The clock: what time it is, and waiting. In tests it is the test's own, so that a busy machine changes nothing.

#[cfg(not(test))]
pub(crate) use real::{now_ms, sleep, within};
#[cfg(test)]
pub(crate) use tested::{now_ms, sleep, stir, within};

#[cfg(not(test))]
mod real {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    /// Now, in milliseconds since 1970.
    pub(crate) fn now_ms() -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok())
            .unwrap_or_default()
    }

    /// Waits.
    pub(crate) async fn sleep(pause: Duration) {
        tokio::time::sleep(pause).await;
    }

    /// What `work` comes to within the time; `None` where it takes longer. It is dropped then.
    pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(limit, work).await.ok()
    }
}

/// Time stands still while anybody works, and goes on to the next one who waits when all wait.
#[cfg(test)]
mod tested {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeSet;
    use std::time::Duration;

    /// So often others go first, without a call to AWS by any of them, before nobody is taken to be working.
    const QUIET: u32 = 64;

    thread_local! {
        static NOW: Cell<i64> = const { Cell::new(BEGAN_MS) };
        static WORK: Cell<u64> = const { Cell::new(0) };
        static WAITING: RefCell<BTreeSet<(i64, u64)>> = const { RefCell::new(BTreeSet::new()) };
    }

    /// Ten minutes after the events that the tests make: those are neither young nor old.
    const BEGAN_MS: i64 = 1_767_323_045_000 + 600_000;

    pub(crate) fn now_ms() -> i64 {
        NOW.get()
    }

    /// Somebody works.
    pub(crate) fn stir() {
        WORK.set(WORK.get() + 1);
    }

    /// Who waits, until it is dropped.
    struct Waiter((i64, u64));

    impl Waiter {
        fn until(until: i64) -> Self {
            stir();
            let waiter = (until, WORK.get());
            WAITING.with_borrow_mut(|all| all.insert(waiter));
            Self(waiter)
        }

        fn is_next(&self) -> bool {
            WAITING.with_borrow(|all| all.first() == Some(&self.0))
        }
    }

    impl Drop for Waiter {
        fn drop(&mut self) {
            WAITING.with_borrow_mut(|all| all.remove(&self.0));
        }
    }

    pub(crate) async fn sleep(pause: Duration) {
        let until = now_ms() + i64::try_from(pause.as_millis()).unwrap();
        let waiter = Waiter::until(until);
        while now_ms() < until {
            let seen = WORK.get();
            for _ in 0..QUIET {
                tokio::task::yield_now().await;
            }
            if WORK.get() == seen && waiter.is_next() {
                NOW.set(until);
                stir();
            }
        }
    }

    pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = sleep(limit) => None,
        }
    }

    #[tokio::test]
    async fn who_waits_less_is_woken_first_and_no_time_passes_outside() {
        let began = std::time::Instant::now();
        let order = RefCell::new(Vec::new());
        let wait = async |seconds: u64| {
            sleep(Duration::from_secs(seconds)).await;
            order.borrow_mut().push(seconds);
        };
        let before = now_ms();
        tokio::join!(wait(3600), wait(60), wait(600));
        assert_eq!(*order.borrow(), [60, 600, 3600]);
        assert_eq!(now_ms() - before, 3_600_000);
        assert_eq!(within(Duration::from_secs(5), wait(6)).await, None);
        assert_eq!(within(Duration::from_secs(5), wait(4)).await, Some(()));
        assert!(began.elapsed() < Duration::from_secs(60));
    }
}
