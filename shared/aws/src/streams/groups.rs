//! The schedule's pull: the streams of the groups that the settings name, listed by the time of their last event and
//! read side by side within the invocation's time.

use aws_sdk_cloudwatchlogs::types::{LogStream, OrderBy};
use futures_util::{StreamExt, stream};
use riposte_core::text::plain;

use super::{LogStreams, OWN_GROUPS, PAGE_RESERVE_MS, Run, StreamName, late::Told, names};
use crate::fault::{Fault, Kind};
use crate::guard::{Base, ItemError};
use crate::invocation::{Invocation, now_ms};
use crate::settings::Loaded;

/// The schedule pulls streams that were written within this time. CloudWatch tells a stream's last
/// line with up to an hour's delay.
const RECENT_MS: i64 = 48 * 3600 * 1000;

/// So many streams are read side by side: a page of each, a megabyte of text, is in memory at once.
const AT_ONCE: usize = 8;

/// A stream as CloudWatch lists it.
struct Listed {
    name: String,
    told: Told,
}

/// How a pull of many ended.
#[derive(Default)]
struct Outcome {
    first_error: Option<ItemError>,
    /// Streams that nothing was asked of, since the time was up.
    left: usize,
}

impl Outcome {
    fn failed(&mut self, error: ItemError) {
        self.first_error.get_or_insert(error);
    }

    fn result(self) -> Result<(), ItemError> {
        match self {
            Self { first_error: Some(error), .. } => Err(error),
            Self { left: 0, .. } => Ok(()),
            Self { left, .. } => Err(ItemError::Unfinished(format!("the time did not suffice for {left} streams"))),
        }
    }
}

impl LogStreams {
    /// Pulls every recently written stream of the groups that the settings name.
    ///
    /// # Errors
    /// As [`LogStreams::pull`]; one stream's failure does not keep the others from being read.
    pub async fn pull_groups(
        &self,
        base: &Base,
        loaded: &Loaded,
        region: &str,
        invocation: &Invocation,
    ) -> Result<(), ItemError> {
        let mut outcome = Outcome::default();
        let mut all = Vec::new();
        for group in &loaded.settings.log_groups {
            if group.starts_with(OWN_GROUPS) {
                tracing::warn!(group = plain(group, 200), "our own log groups are not read");
                continue;
            }
            if group.contains('*') {
                tracing::warn!(group = plain(group, 200), "the schedule pulls groups by name, not by pattern");
                continue;
            }
            match self.recent(group, region, invocation).await {
                Ok(streams) => all.extend(streams.into_iter().map(|listed| (group, listed))),
                Err(fault) if fault.kind == Kind::Gone => {
                    tracing::warn!(group = plain(group, 200), "the log group does not exist");
                }
                Err(fault) => outcome.failed(fault.into()),
            }
        }
        let read = in_turn(all).into_iter().enumerate().map(|(number, (group, listed))| {
            let (account, region) = (base.account.clone(), region.to_owned());
            let name = StreamName { account, region, group: group.clone(), stream: listed.name };
            let part = invocation.part(number);
            async move {
                if invocation.left_ms(PAGE_RESERVE_MS) <= 0 {
                    return None;
                }
                let run = Run { base, loaded, invocation: &part, trusted: names(group, loaded) };
                let read = self.read_on(&name, listed.told, &run).await;
                Some(read.inspect_err(|error| {
                    tracing::error!(
                        stream = plain(&name.key(), 300),
                        reason = plain(&error.to_string(), 600),
                        "a stream was not read to its end"
                    );
                }))
            }
        });
        let mut read = stream::iter(read.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        while let Some(ended) = read.next().await {
            match ended {
                None => outcome.left += 1,
                Some(Err(error)) => outcome.failed(error),
                Some(Ok(())) => {}
            }
        }
        outcome.result()
    }

    /// The streams of a group that were written lately, newest first.
    async fn recent(&self, group: &str, region: &str, invocation: &Invocation) -> Result<Vec<Listed>, Fault> {
        let since = now_ms() - RECENT_MS;
        let logs = self.logs.of(region);
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = || {
                let request = logs.describe_log_streams().log_group_name(group).order_by(OrderBy::LastEventTime);
                request.descending(true).set_next_token(token.clone())
            };
            let ask = || async { request().send().await.map_err(Fault::of("logs:DescribeLogStreams")) };
            let page = self.pace.call(invocation, PAGE_RESERVE_MS, ask).await?;
            let written = |s: &LogStream| {
                s.last_ingestion_time().max(s.last_event_timestamp()).max(s.creation_time()).unwrap_or(i64::MAX)
            };
            let recent = page.log_streams().iter().filter(|stream| written(stream) >= since);
            let listed = recent.filter_map(|stream| {
                let name = stream.log_stream_name()?.to_owned();
                Some(Listed { name, told: Told::of(stream.last_ingestion_time()) })
            });
            found.extend(listed);
            let past = page.log_streams().last().is_some_and(|stream| written(stream) < since);
            token = page.next_token().filter(|_| !past).map(str::to_owned);
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}

/// The streams, beginning somewhere else each time: where the time does not suffice for all of them, it
/// is not always the same ones that wait.
fn in_turn<T>(mut streams: Vec<T>) -> Vec<T> {
    let length = i64::try_from(streams.len()).unwrap_or(i64::MAX).max(1);
    let start = usize::try_from((now_ms() / 1000).rem_euclid(length)).unwrap_or_default();
    streams.rotate_left(start);
    streams
}
