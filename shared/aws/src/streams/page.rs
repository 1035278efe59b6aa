//! One page of a stream, and the position behind it.
//!
//! GetLogEvents gives a forward token for the next page and, at the end of the stream, the token that
//! it was asked with. A page may be empty before the end. A token is good for 24 hours; after that the
//! stream is read by time, skipping the lines that were judged at the last time, on whichever page they
//! come.

use aws_sdk_cloudwatchlogs::types::OutputLogEvent;
use riposte_core::event::LogLine;
use riposte_core::seal::short_hash;

use super::late::{pass, took_in};
use super::{LogStreams, PAGE_RESERVE_MS, StreamName};
use crate::fault::Fault;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::StreamItem;

/// A token is good for 24 hours; it is not used in its last.
const TOKEN_GOOD_MS: i64 = 23 * 3600 * 1000;

/// So many lines of the last millisecond are remembered.
pub(super) const REMEMBERED_LINES: usize = 2_000;

/// One page of a stream: its lines that were not judged yet.
pub(super) struct Page {
    pub(super) lines: Vec<LogLine>,
    /// When CloudWatch took each of them in: milliseconds since 1970; 0 where it does not say.
    pub(super) ingested: Vec<i64>,
    pub(super) token: Option<String>,
    /// [`StreamItem::skip`] after this page.
    pub(super) skip: Vec<String>,
    /// Whether the stream ends here: its token is the one that was asked with, or there is none. A page
    /// read by time was asked with none, even if its token is the one that was kept.
    pub(super) at_end: bool,
}

impl Page {
    /// What GetLogEvents answered, without the lines in `skip`. Each hash there stands for one line: two
    /// equal lines of the same millisecond are two.
    fn of(events: &[OutputLogEvent], token: Option<&str>, item: &StreamItem, skip: &[String]) -> Self {
        let read = |event: &OutputLogEvent| (line_of(event), event.ingestion_time().unwrap_or_default());
        let mut read: Vec<(LogLine, i64)> = events.iter().map(read).collect();
        let mut skip = skip.to_vec();
        read.retain(|(line, _)| {
            if skip.is_empty() {
                return true;
            }
            let hash = hash_of_line(line);
            let met = skip.iter().position(|known| *known == hash);
            met.map(|at| skip.swap_remove(at)).is_none()
        });
        let (lines, ingested): (Vec<LogLine>, Vec<i64>) = read.into_iter().unzip();
        if lines.iter().any(|line| line.at_ms > item.last_ms) {
            skip.clear();
        }
        Self { lines, ingested, token: token.map(str::to_owned), skip, at_end: token.is_none() }
    }
}

/// Moves the position behind a page.
pub(super) fn advance(item: &mut StreamItem, page: &Page) {
    if !page.lines.is_empty() {
        pass(item);
    }
    if let Some(last_ms) = page.lines.iter().map(|line| line.at_ms).max() {
        if last_ms > item.last_ms {
            item.last_ms = last_ms;
            item.at_last.clear();
        }
        let at_last = page.lines.iter().filter(|line| line.at_ms == item.last_ms).map(hash_of_line);
        item.at_last.extend(at_last);
        item.at_last.truncate(REMEMBERED_LINES);
    }
    took_in(item, page.lines.iter().zip(page.ingested.iter().copied()));
    item.lines += u64::try_from(page.lines.len()).unwrap_or_default();
    item.skip.clone_from(&page.skip);
    if page.token.is_some() {
        item.token.clone_from(&page.token);
        item.token_ms = now_ms();
    }
}

pub(super) fn line_of(event: &OutputLogEvent) -> LogLine {
    LogLine {
        id: None,
        at_ms: event.timestamp().unwrap_or_default(),
        message: event.message().unwrap_or_default().to_owned(),
    }
}

pub(super) fn hash_of_line(line: &LogLine) -> String {
    short_hash(&[&line.at_ms.to_string(), &line.message])
}

impl LogStreams {
    /// The next page, by the token or by time.
    pub(super) async fn page(
        &self,
        name: &StreamName,
        item: &StreamItem,
        invocation: &Invocation,
    ) -> Result<Page, Fault> {
        const CALL: &str = "logs:GetLogEvents";
        let request = || {
            let logs = self.logs.of(&name.region);
            logs.get_log_events().log_group_name(&name.group).log_stream_name(&name.stream).start_from_head(true)
        };
        let by_token = item.token.as_ref().filter(|_| now_ms() - item.token_ms < TOKEN_GOOD_MS);
        if let Some(token) = by_token {
            let ask = || async { request().next_token(token).send().await.map_err(Fault::of(CALL)) };
            match self.pace.call(invocation, PAGE_RESERVE_MS, ask).await {
                Ok(answer) => {
                    let mut page = Page::of(answer.events(), answer.next_forward_token(), item, &item.skip);
                    page.at_end |= page.token.as_ref() == Some(token);
                    return Ok(page);
                }
                // The token is no longer good: read by time.
                Err(fault) if fault.code == "InvalidParameterException" => {}
                Err(fault) => return Err(fault),
            }
        }
        let start = item.was_read().then_some(item.last_ms);
        let ask = || async { request().set_start_time(start).send().await.map_err(Fault::of(CALL)) };
        let answer = self.pace.call(invocation, PAGE_RESERVE_MS, ask).await?;
        Ok(Page::of(answer.events(), answer.next_forward_token(), item, &item.at_last))
    }
}
