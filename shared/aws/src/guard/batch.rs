//! The items of one invocation, side by side: each is tried until it is handled or the time is up, and one that has to
//! wait holds up no other. While they are worked on, their messages are kept for seconds at a time; what failed comes
//! back after 2, 4, 8 seconds and so on.
//!
//! The queue is told of all of them when the last one is done. One that waits for its target until shortly before the end
//! would keep the others' messages in flight for as long, and a crash would bring back what is done: so messages that are
//! handled are deleted at the next beat.
//!
//! So a crash costs [`KEEP_S`], and the queue's own visibility timeout, which AWS wants to be minutes long, is waited
//! out by nothing.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use riposte_core::event::Item;
use riposte_core::text::plain;

use super::{Handler, ItemError, Source};
use crate::clock;
use crate::invocation::Invocation;
use crate::queue::{Kept, Queue};

/// How long a message is kept at a time, in seconds. Who dies gives it back after that.
const KEEP_S: u32 = 20;

/// How often it is kept anew.
const BEAT: Duration = Duration::from_secs(7);

/// The pause after an item's first failure; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// An item is not tried again with less time left, in milliseconds: what a whole try with its notice takes.
const TRY_RESERVE_MS: i64 = 6_000;

/// What is still going on is left so long before the invocation's end, in milliseconds, so that the others' outcome is
/// reported.
const REPORT_RESERVE_MS: i64 = 1_500;

/// The longest that a message stays away after a failure, in seconds: 2 to the power of this.
const LONGEST_AWAY: u32 = 9;

/// The items that were handled while others still are, by their places in the invocation.
#[derive(Debug, Default)]
pub struct Finished(Mutex<BTreeSet<usize>>);

impl Finished {
    /// The item at this place was handled.
    fn add(&self, number: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
    }

    fn has(&self, number: usize) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&number)
    }
}

/// Handles all items, and says how each ended, in their order.
pub(super) async fn run(
    handler: &impl Handler,
    items: &[Item],
    invocation: &Invocation,
    queue: Option<&Queue>,
) -> Vec<Result<(), ItemError>> {
    let finished = Finished::default();
    let work = handler.items(items, invocation, &finished);
    let Some(queue) = queue else { return work.await };
    let numbered = items.iter().enumerate();
    let messages: Vec<_> =
        numbered.filter_map(|(number, item)| Some((number, Kept::of(item.message.as_ref()?, KEEP_S)?))).collect();
    let outcomes = tokio::select! {
        biased;
        outcomes = work => outcomes,
        never = beat(queue, messages, &finished) => match never {},
    };
    let failed = items.iter().zip(&outcomes).filter_map(|(item, outcome)| {
        let (message, error) = (item.message.as_ref()?, outcome.as_ref().err()?);
        // What is no event will be none later: the sooner it is a dead letter, the sooner somebody looks at it.
        Kept::of(message, if error.is_final() { 0 } else { away_s(message.receives) })
    });
    keep(queue, &failed.collect::<Vec<_>>()).await;
    outcomes
}

/// Handles each item by itself, all side by side.
pub(super) async fn each(
    handler: &impl Handler,
    items: &[Item],
    invocation: &Invocation,
    finished: &Finished,
) -> Vec<Result<(), ItemError>> {
    let tries = items.iter().enumerate().map(|(number, item)| async move {
        let outcome = to_the_end(handler, item, invocation.part(number)).await;
        if outcome.is_ok() {
            finished.add(number);
        }
        outcome
    });
    all(tries.collect()).await
}

/// For how long a message that was received so often stays away.
fn away_s(receives: u32) -> u32 {
    1 << receives.clamp(1, LONGEST_AWAY)
}

/// Keeps the messages, again and again, and deletes those that were handled.
async fn beat(queue: &Queue, mut messages: Vec<(usize, Kept<'_>)>, finished: &Finished) -> Infallible {
    loop {
        keep(queue, &messages.iter().map(|(_, kept)| *kept).collect::<Vec<_>>()).await;
        clock::sleep(BEAT).await;
        let mut left = Vec::new();
        for (number, kept) in messages {
            // One that cannot be deleted is kept on, and told with the others in the end.
            if !finished.has(number) || !deleted(queue, &kept).await {
                left.push((number, kept));
            }
        }
        messages = left;
    }
}

async fn deleted(queue: &Queue, message: &Kept<'_>) -> bool {
    let deleted = queue.delete(message).await;
    if let Err(fault) = &deleted {
        tracing::warn!(reason = plain(&fault.to_string(), 300), "a handled message could not be deleted yet");
    }
    deleted.is_ok()
}

/// Where this fails the messages come back at another time, earlier or later: the work goes on.
async fn keep(queue: &Queue, messages: &[Kept<'_>]) {
    if messages.is_empty() {
        return;
    }
    if let Err(fault) = queue.keep(messages).await {
        tracing::warn!(reason = plain(&fault.to_string(), 300), "messages could not be kept");
    }
}

/// Tries one item until it is handled, until trying is of no use, or until the time is up.
async fn to_the_end(handler: &impl Handler, item: &Item, invocation: Invocation) -> Result<(), ItemError> {
    let event = item.event.as_ref().map_err(Clone::clone)?;
    let mut pause = PAUSE;
    loop {
        let left = Duration::from_millis(u64::try_from(invocation.left_ms(REPORT_RESERVE_MS)).unwrap_or_default());
        let tried = clock::within(left, handler.event(event, Source::of(item), &invocation)).await;
        let error = match tried {
            Some(Ok(())) => return Ok(()),
            Some(Err(error)) => error,
            None => return Err(ItemError::Unfinished("the invocation's time was up".to_owned())),
        };
        let after = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
        if !error.may_pass_at_once() || invocation.left_ms(TRY_RESERVE_MS.saturating_add(after)) <= 0 {
            return Err(error);
        }
        tracing::info!(reason = plain(&error.to_string(), 300), "an item is tried again");
        clock::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Drives all futures until each is done.
async fn all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, done) in &mut running {
            if done.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        if running.iter().all(|(_, done)| done.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_stays_away_twice_as_long_each_time() {
        let away: Vec<_> = (0..12).map(away_s).collect();
        assert_eq!(away, [2, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512]);
    }

    #[tokio::test]
    async fn all_are_driven_and_come_in_order() {
        let numbers = (0..5_u64).map(|n| async move {
            clock::sleep(Duration::from_secs(5 - n)).await;
            n
        });
        assert_eq!(all(numbers.collect()).await, [0, 1, 2, 3, 4]);
    }
}
