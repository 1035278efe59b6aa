//! Late lines: those that CloudWatch took in after the position had passed their time.
//!
//! A stream is read in the order of its lines' times, so a line that an agent sends an hour late lies behind the
//! position and is on no page to come. CloudWatch says of each line when it took it in. So before a stream is read on,
//! its last hours are looked over once more: what was taken in later than anything that was judged, and was written
//! before the position, is late. It is judged then, once.

use aws_sdk_cloudwatchlogs::types::OutputLogEvent;
use riposte_core::event::LogLine;

use super::page::{REMEMBERED_LINES, hash_of_line, line_of};
use super::{LogStreams, Run, StreamName};
use crate::fault::{Fault, Kind};
use crate::guard::ItemError;
use crate::ledger::StreamItem;
use crate::metrics::{self, Metric};

/// So far back late lines are looked for, in milliseconds.
const LOOK_BACK_MS: i64 = 2 * 3600 * 1000;

impl LogStreams {
    /// Judges what came late since the stream was read last; the stream's item after it.
    pub(super) async fn late(
        &self,
        name: &StreamName,
        mut item: StreamItem,
        run: &Run<'_>,
    ) -> Result<StreamItem, ItemError> {
        // Nothing is known of when lines were taken in by an item of before: its next page says it.
        if !item.was_read() || item.ingested_ms == 0 {
            return Ok(item);
        }
        let ledger = run.base.ledger(run.loaded);
        let mut lines = match self.behind(name, &item).await {
            Ok(lines) => lines,
            // Reading on tells it.
            Err(fault) if fault.kind == Kind::Gone => return Ok(item),
            Err(fault) => return Err(fault.into()),
        };
        if lines.is_empty() {
            return Ok(item);
        }
        lines.sort_by_key(|(line, _)| line.at_ms);
        let mut next = item.clone();
        let late: Vec<LogLine> = lines.iter().map(|(line, _)| line.clone()).collect();
        self.judge(name, &late, (&mut next.windows, &mut next.counts), run).await?;
        for (line, ingested_ms) in &lines {
            took_in(&mut next, *ingested_ms, line);
        }
        metrics::add(run.base.spec.name, Metric::LateLines, late.len());
        let count = u64::try_from(late.len()).unwrap_or_default();
        next.lines += count;
        next.late += count;
        // Another invocation that was faster has judged them.
        item =
            if ledger.write_stream(&name.key(), &mut next).await? { next } else { ledger.stream(&name.key()).await? };
        Ok(item)
    }

    /// The lines behind the position that were taken in after all that were judged, each with when that was.
    async fn behind(&self, name: &StreamName, item: &StreamItem) -> Result<Vec<(LogLine, i64)>, Fault> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let answer = self
                .logs
                .of(&name.region)
                .get_log_events()
                .log_group_name(&name.group)
                .log_stream_name(&name.stream)
                .start_from_head(true)
                .start_time(item.last_ms.saturating_sub(LOOK_BACK_MS))
                // The end is not part of it: what lies at the position itself is on the pages to come, or was judged.
                .end_time(item.last_ms)
                .set_next_token(token.clone())
                .send()
                .await
                .map_err(Fault::of("logs:GetLogEvents"))?;
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

fn is_late(event: &OutputLogEvent, item: &StreamItem) -> bool {
    let Some(ingested_ms) = event.ingestion_time() else { return false };
    match ingested_ms.cmp(&item.ingested_ms) {
        std::cmp::Ordering::Less => false,
        // CloudWatch takes in a whole request at once: some of it may have been read before the rest was there.
        // Where not all of it is remembered nobody knows, and no line is judged twice.
        std::cmp::Ordering::Equal => {
            item.at_ingested.len() < REMEMBERED_LINES && !item.at_ingested.contains(&hash_of_line(&line_of(event)))
        }
        std::cmp::Ordering::Greater => true,
    }
}

/// Notes when a line that was judged had been taken in.
pub(super) fn took_in(item: &mut StreamItem, ingested_ms: i64, line: &LogLine) {
    if ingested_ms > item.ingested_ms {
        item.ingested_ms = ingested_ms;
        item.at_ingested.clear();
    }
    if ingested_ms == item.ingested_ms && item.at_ingested.len() < REMEMBERED_LINES {
        item.at_ingested.push(hash_of_line(line));
    }
}
