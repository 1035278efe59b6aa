//! Late lines: those that CloudWatch took in after the position had passed their time.
//!
//! A stream is read in the order of its lines' times, so a line that an agent sends an hour late lies behind the
//! position and is on no page to come. CloudWatch says of each line when it took it in. So from time to time the last
//! hours before the position are looked over once more. What was judged on a page had been taken in by the time that the
//! page was read; so each page leaves behind how far it reached and the newest time at which one of its lines had been
//! taken in ([`Passed`]). A line behind the position that was taken in after the page that passed it is late. It is judged
//! then, once.
//!
//! Looking over is not for nothing: a stream of many lines would be read many times. It is left out where CloudWatch's
//! list of streams shows that nothing new was taken in; since the list is up to an hour behind, a stream that is written
//! is looked over every hour in any case.

use aws_sdk_cloudwatchlogs::types::OutputLogEvent;
use riposte_core::event::LogLine;

use super::page::{REMEMBERED_LINES, hash_of_line, line_of};
use super::{LogStreams, PAGE_RESERVE_MS, Run, StreamName};
use crate::fault::{Fault, Kind};
use crate::guard::ItemError;
use crate::invocation::now_ms;
use crate::ledger::{Passed, StreamItem};
use crate::metrics::Metric;

/// So far back late lines are looked for, in milliseconds.
const LOOK_BACK_MS: i64 = 2 * 3600 * 1000;

/// A stream that the list shows to be written is looked over so often at most, in milliseconds.
const OFTEN_MS: i64 = 15 * 60 * 1000;

/// A stream whose position moved is looked over so often at least, in milliseconds: the list may be so far behind.
const SELDOM_MS: i64 = 3600 * 1000;

/// So many pages between two looks are told apart; of more, every second one is forgotten. Then a line that came between
/// two of them may be taken for judged; none is judged twice.
const MOST_PASSED: usize = 32;

/// What a list of streams says of when a stream was last written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told {
    /// Nobody asked for a list.
    Nothing,
    /// When CloudWatch last took in a line, as far as the list knows: milliseconds since 1970; 0 where it does not say.
    LastTaken(i64),
}

impl Told {
    pub(super) fn of(last_ingestion_time: Option<i64>) -> Self {
        Self::LastTaken(last_ingestion_time.unwrap_or_default())
    }

    /// Whether the stream has to be looked over.
    fn is_due(self, item: &StreamItem, now_ms: i64) -> bool {
        let Self::LastTaken(taken_ms) = self else { return true };
        let since_ms = now_ms.saturating_sub(item.looked_ms);
        let shows_more = taken_ms > item.ingested_ms.max(item.told_ms);
        shows_more && since_ms >= OFTEN_MS || !item.passed.is_empty() && since_ms >= SELDOM_MS
    }
}

impl LogStreams {
    /// Judges what came late since the stream was looked over last, where it is time to; the stream's item after it.
    pub(super) async fn late(
        &self,
        name: &StreamName,
        item: StreamItem,
        told: Told,
        run: &Run<'_>,
    ) -> Result<StreamItem, ItemError> {
        // Nothing is known of when lines were taken in by an item of before: its next page says it.
        if !item.was_read() || item.ingested_ms == 0 || !told.is_due(&item, now_ms()) {
            return Ok(item);
        }
        let mut lines = match self.behind(name, &item, run).await {
            Ok(lines) => lines,
            // Reading on tells it.
            Err(fault) if fault.kind == Kind::Gone => return Ok(item),
            Err(fault) => return Err(fault.into()),
        };
        // Nothing was found, and nothing that has to be remembered of it.
        if lines.is_empty() && item.passed.is_empty() && matches!(told, Told::Nothing) {
            return Ok(item);
        }
        lines.sort_by_key(|(line, _)| line.at_ms);
        let mut next = item.clone();
        let late: Vec<LogLine> = lines.iter().map(|(line, _)| line.clone()).collect();
        self.judge(name, &late, (&mut next.windows, &mut next.counts), run).await?;
        took_in(&mut next, lines.iter().map(|(line, ingested_ms)| (line, *ingested_ms)));
        let count = u64::try_from(late.len()).unwrap_or_default();
        next.lines += count;
        next.late += count;
        next.passed.clear();
        next.looked_ms = now_ms();
        if let Told::LastTaken(taken_ms) = told {
            next.told_ms = taken_ms;
        }
        let ledger = run.base.ledger(run.loaded);
        // Another invocation that was faster has judged them.
        if !ledger.write_stream(&name.key(), &mut next).await? {
            return Ok(ledger.stream(&name.key()).await?);
        }
        run.count(name, Metric::LinesEvaluated, late.len());
        run.count(name, Metric::LateLines, late.len());
        Ok(next)
    }

    /// The lines behind the position that were taken in after it had passed them, each with when that was.
    async fn behind(&self, name: &StreamName, item: &StreamItem, run: &Run<'_>) -> Result<Vec<(LogLine, i64)>, Fault> {
        let from = item.passed.first().map_or(item.last_ms, |first| first.last_ms);
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let request = || {
                let logs = self.logs.of(&name.region);
                let request = logs.get_log_events().log_group_name(&name.group).log_stream_name(&name.stream);
                let request = request.start_from_head(true).start_time(from.saturating_sub(LOOK_BACK_MS));
                // The end is not part of it: what lies at the position itself is on the pages to come, or was judged.
                request.end_time(item.last_ms).set_next_token(token.clone())
            };
            let ask = || async { request().send().await.map_err(Fault::of("logs:GetLogEvents")) };
            let answer = self.pace.call(run.invocation, PAGE_RESERVE_MS, ask).await?;
            let events = answer.events().iter().filter(|event| is_late(event, item));
            found.extend(events.map(|event| (line_of(event), event.ingestion_time().unwrap_or_default())));
            let next = answer.next_forward_token().map(str::to_owned);
            if next.is_none() || next == token {
                return Ok(found);
            }
            token = next;
        }
    }
}

/// Whether a line behind the position was not judged when the position passed it.
fn is_late(event: &OutputLogEvent, item: &StreamItem) -> bool {
    let (Some(ingested_ms), Some(at_ms)) = (event.ingestion_time(), event.timestamp()) else { return false };
    // What stood at a page's very end was on the next page too.
    let passed = item.passed.iter().find(|passed| passed.last_ms > at_ms);
    let (newest_ms, newest) =
        passed.map_or((item.ingested_ms, &item.at_ingested), |passed| (passed.ingested_ms, &passed.at_ingested));
    match ingested_ms.cmp(&newest_ms) {
        std::cmp::Ordering::Less => false,
        // CloudWatch takes in a whole request at once: some of it may have been read before the rest was there.
        // Where not all of it is remembered nobody knows, and no line is judged twice.
        std::cmp::Ordering::Equal => {
            !newest.is_empty() && newest.len() < REMEMBERED_LINES && !newest.contains(&hash_of_line(&line_of(event)))
        }
        std::cmp::Ordering::Greater => true,
    }
}

/// Notes how far the stream was judged, before the position moves on.
pub(super) fn pass(item: &mut StreamItem) {
    if !item.was_read() || item.ingested_ms == 0 {
        item.looked_ms = now_ms();
        return;
    }
    let Passed { last_ms, ingested_ms, .. } = item.passed.last().cloned().unwrap_or_default();
    if (last_ms, ingested_ms) == (item.last_ms, item.ingested_ms) {
        return;
    }
    let at_ingested = item.at_ingested.clone();
    item.passed.push(Passed { last_ms: item.last_ms, ingested_ms: item.ingested_ms, at_ingested });
    if item.passed.len() > MOST_PASSED {
        let mut number = 0_usize;
        item.passed.retain(|_| {
            number += 1;
            number % 2 == 1
        });
    }
    // Of the oldest pages the single lines are forgotten first.
    let mut remembered: usize = item.passed.iter().map(|passed| passed.at_ingested.len()).sum();
    for passed in &mut item.passed {
        if remembered > REMEMBERED_LINES {
            remembered -= passed.at_ingested.len();
            passed.at_ingested.clear();
        }
    }
}

/// Notes when lines that were judged had been taken in.
pub(super) fn took_in<'a>(item: &mut StreamItem, lines: impl Iterator<Item = (&'a LogLine, i64)> + Clone) {
    let newest_ms = lines.clone().map(|(_, ingested_ms)| ingested_ms).max().unwrap_or_default();
    if newest_ms == 0 || newest_ms < item.ingested_ms {
        return;
    }
    if newest_ms > item.ingested_ms {
        item.ingested_ms = newest_ms;
        item.at_ingested.clear();
    }
    let room = REMEMBERED_LINES.saturating_sub(item.at_ingested.len());
    let newest = lines.filter(|(_, ingested_ms)| *ingested_ms == newest_ms);
    item.at_ingested.extend(newest.take(room).map(|(line, _)| hash_of_line(line)));
}
