//! One invocation of a function: who holds leases, and until when.

use lambda_runtime::Context;

pub(crate) use crate::clock::now_ms;

/// The longest that Lambda lets a function run, in milliseconds.
const LONGEST_MS: i64 = 15 * 60 * 1000;

/// Assumed where the deadline is not plausible.
const ASSUMED_MS: i64 = 60 * 1000;

/// One invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Lambda's request id; different for every delivery.
    pub id: String,
    /// When Lambda stops the function: milliseconds since 1970. A lease lasts until then, since after
    /// that its holder cannot act any more.
    pub deadline_ms: i64,
}

impl Invocation {
    /// Reads Lambda's context. A local server may send a deadline that is no epoch time; then a minute
    /// is assumed.
    #[must_use]
    pub fn of(context: &Context) -> Self {
        let now = now_ms();
        let told = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let plausible = told > now && told <= now.saturating_add(LONGEST_MS);
        Self {
            id: context.request_id.clone(),
            deadline_ms: if plausible { told } else { now.saturating_add(ASSUMED_MS) },
        }
    }

    /// One item's part of the invocation. Items are handled side by side, and each holds its leases by itself.
    #[must_use]
    pub fn part(&self, number: usize) -> Self {
        Self { id: format!("{}/{number}", self.id), deadline_ms: self.deadline_ms }
    }

    /// Milliseconds left, less `reserve_ms` for what must still be written.
    #[must_use]
    pub fn left_ms(&self, reserve_ms: i64) -> i64 {
        self.deadline_ms.saturating_sub(now_ms()).saturating_sub(reserve_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_implausible_deadline_is_replaced() {
        let now = now_ms();
        for deadline in [0, 60, u64::MAX] {
            let mut context = Context::default();
            context.deadline = deadline;
            let left = Invocation::of(&context).deadline_ms - now;
            assert!((ASSUMED_MS..ASSUMED_MS + 5_000).contains(&left), "{deadline}: {left}");
        }
        let mut context = Context::default();
        context.deadline = (now + 3_000) as u64;
        assert_eq!(Invocation::of(&context).deadline_ms, now + 3_000);
    }
}
