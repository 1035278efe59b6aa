//! Log streams, pulled with GetLogEvents or pushed by a subscription, judged line by line.
//!
//! INVARIANT: the position in a stream and the detectors' windows are one item of the ledger and move
//! together, after the findings of the page were answered. A crash before that reads the same page
//! again from the same state, gives the same findings, and so the same incidents; a crash after it
//! starts with the next page. No line is lost, and none has an effect twice.
//!
//! GetLogEvents gives a forward token for the next page and, at the end of the stream, the token that
//! it was asked with. A page may be empty before the end. A token is good for 24 hours; after that the
//! stream is read by time, skipping the lines that were judged at the last time, on whichever page they
//! come.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::{LogStream, OrderBy, OutputLogEvent};
use riposte_core::detect::LogDetector;
use riposte_core::event::{Actor, LogBatch, LogLine, Scope};
use riposte_core::finding::{Finding, Target};
use riposte_core::incident::rfc3339;
use riposte_core::plan::Response;
use riposte_core::seal::short_hash;
use riposte_core::settings::LOG_GROUPS_PATH;
use riposte_core::ssh::{LogFinding, StreamWindows};
use riposte_core::text::plain;

use crate::actions::Permission;
use crate::clients::Regional;
use crate::fault::{Fault, Kind};
use crate::guard::{self, Base, ItemError};
use crate::invocation::{Invocation, now_ms};
use crate::ledger::StreamItem;
use crate::metrics::Metric;
use crate::settings::Loaded;

/// What a function needs to pull log streams.
pub const PERMISSION: Permission = Permission {
    actions: &["logs:DescribeLogStreams", "logs:GetLogEvents"],
    resources: &["arn:${AWS::Partition}:logs:*:${AWS::AccountId}:log-group:*"],
};

/// A token is good for 24 hours; it is not used in its last.
const TOKEN_GOOD_MS: i64 = 23 * 3600 * 1000;

/// The schedule pulls streams that were written within this time. CloudWatch tells a stream's last
/// line with up to an hour's delay.
const RECENT_MS: i64 = 48 * 3600 * 1000;

/// Kept of an invocation's time for the answer to one page's findings.
const PAGE_RESERVE_MS: i64 = 10_000;

/// So many pushed batches of a stream are remembered.
const REMEMBERED_BATCHES: usize = 64;

/// So many lines of the last millisecond are remembered.
const REMEMBERED_LINES: usize = 2_000;

/// Groups of our own functions: reading them would make the function feed itself.
const OWN_GROUPS: &str = "/aws/lambda/riposte-";

/// One log stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamName {
    /// The account that owns it.
    pub account: String,
    /// Its region.
    pub region: String,
    /// The log group.
    pub group: String,
    /// The log stream.
    pub stream: String,
}

impl StreamName {
    /// The stream's key in the ledger.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}/{}:{}", self.account, self.region, self.group, self.stream)
    }
}

/// Pulls and judges log streams.
#[derive(Debug)]
pub struct LogStreams {
    logs: Regional<Client>,
    detectors: Vec<&'static dyn LogDetector>,
}

/// What judging lines needs beside the lines.
struct Run<'a> {
    base: &'a Base,
    loaded: &'a Loaded,
    invocation: &'a Invocation,
    /// Whether an operator chose the group. Who may write to some log group may write what looks like
    /// an attack by anybody on any host, so lines of other groups are told and not answered.
    trusted: bool,
}

/// One page of a stream: its lines that were not judged yet.
struct Page {
    lines: Vec<LogLine>,
    token: Option<String>,
    /// [`StreamItem::skip`] after this page.
    skip: Vec<String>,
    /// Whether the stream ends here: its token is the one that was asked with, or there is none. A page
    /// read by time was asked with none, even if its token is the one that was kept.
    at_end: bool,
}

impl LogStreams {
    /// Streams judged by these detectors.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig, detectors: Vec<&'static dyn LogDetector>) -> Self {
        Self { logs: Regional::new(config, Client::new), detectors }
    }

    /// Whether the settings want this group read when a stream is created in it: all groups where none
    /// is named, never our own.
    #[must_use]
    pub fn wants(&self, group: &str, loaded: &Loaded) -> bool {
        !group.starts_with(OWN_GROUPS) && (loaded.settings.log_groups.is_empty() || names(group, loaded))
    }

    /// Reads a stream from where it was left to its end.
    ///
    /// # Errors
    /// Where AWS does not answer, a finding cannot be answered to the end, or the time does not suffice;
    /// what was judged is recorded.
    pub async fn pull(
        &self,
        name: &StreamName,
        base: &Base,
        loaded: &Loaded,
        invocation: &Invocation,
    ) -> Result<(), ItemError> {
        let (ledger, key) = (base.ledger(loaded), name.key());
        let run = Run { base, loaded, invocation, trusted: names(&name.group, loaded) };
        let mut item = ledger.stream(&key).await?;
        loop {
            let page = match self.page(name, &item).await {
                Ok(page) => page,
                Err(fault) if fault.kind == Kind::Gone => {
                    tracing::info!(stream = plain(&key, 300), "the log stream no longer exists");
                    return Ok(ledger.forget_stream(&key).await?);
                }
                Err(fault) => return Err(fault.into()),
            };
            if page.at_end && page.lines.is_empty() {
                return Ok(());
            }
            let mut next = item.clone();
            self.judge(name, &page.lines, &mut next.windows, &run).await?;
            advance(&mut next, &page);
            // Another invocation that was faster has judged the page too: go on from where it is.
            item = if ledger.write_stream(&key, &mut next).await? { next } else { ledger.stream(&key).await? };
            if page.token.is_none() {
                return Ok(());
            }
            if !page.at_end && invocation.left_ms(PAGE_RESERVE_MS) <= 0 {
                return Err(ItemError::Unfinished(format!("there is more to read in `{}`", plain(&key, 300))));
            }
        }
    }

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
        let mut first_error = None;
        for group in &loaded.settings.log_groups {
            if group.starts_with(OWN_GROUPS) {
                tracing::warn!(group = plain(group, 200), "our own log groups are not read");
                continue;
            }
            if group.contains('*') {
                tracing::warn!(group = plain(group, 200), "the schedule pulls groups by name, not by pattern");
                continue;
            }
            let streams = match self.recent(group, region).await {
                Ok(streams) => streams,
                Err(fault) if fault.kind == Kind::Gone => {
                    tracing::warn!(group = plain(group, 200), "the log group does not exist");
                    continue;
                }
                Err(fault) => {
                    first_error = first_error.or(Some(ItemError::from(fault)));
                    continue;
                }
            };
            for stream in in_turn(streams) {
                if invocation.left_ms(PAGE_RESERVE_MS) <= 0 {
                    let rest = format!("the time did not suffice for all streams of `{}`", plain(group, 200));
                    return Err(first_error.unwrap_or(ItemError::Unfinished(rest)));
                }
                let (account, region) = (base.account.clone(), region.to_owned());
                let name = StreamName { account, region, group: group.clone(), stream };
                if let Err(error) = self.pull(&name, base, loaded, invocation).await {
                    tracing::error!(
                        stream = plain(&name.key(), 300),
                        reason = plain(&error.to_string(), 600),
                        "a stream was not read to its end"
                    );
                    first_error = first_error.or(Some(error));
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    /// Judges a pushed batch. A group that is pulled is not judged again when it is pushed too.
    ///
    /// # Errors
    /// As [`LogStreams::pull`].
    pub async fn push(
        &self,
        batch: &LogBatch,
        region: &str,
        base: &Base,
        loaded: &Loaded,
        invocation: &Invocation,
    ) -> Result<(), ItemError> {
        let is_pulled = loaded.settings.log_groups.contains(&batch.group);
        if batch.control || is_pulled || batch.group.starts_with(OWN_GROUPS) {
            tracing::info!(
                group = plain(&batch.group, 200),
                control = batch.control,
                "a pushed batch that needs no judging"
            );
            return Ok(());
        }
        let (account, group) = (batch.account.clone(), batch.group.clone());
        let name = StreamName { account, region: region.to_owned(), group, stream: batch.stream.clone() };
        let (ledger, key, hash) = (base.ledger(loaded), name.key(), hash_of_batch(batch));
        // A subscription is an operator's own choice of the group.
        let run = Run { base, loaded, invocation, trusted: true };
        loop {
            let mut item = ledger.stream(&key).await?;
            if item.batches.contains(&hash) {
                tracing::info!(stream = plain(&key, 300), "this batch was judged before: a repeated delivery");
                return Ok(());
            }
            self.judge(&name, &batch.lines, &mut item.pushed, &run).await?;
            item.batches.push(hash.clone());
            let excess = item.batches.len().saturating_sub(REMEMBERED_BATCHES);
            item.batches.drain(..excess);
            if ledger.write_stream(&key, &mut item).await? {
                return Ok(());
            }
        }
    }

    async fn judge(
        &self,
        name: &StreamName,
        lines: &[LogLine],
        windows: &mut StreamWindows,
        run: &Run<'_>,
    ) -> Result<(), ItemError> {
        let Run { base, loaded, invocation, trusted } = *run;
        let responder = base.responder(loaded);
        let mut first_error = None;
        for line in lines {
            for claimed in windows.observe(line.at_ms, &line.message, &loaded.settings.ssh, &self.detectors) {
                match responder.respond(finding(name, claimed, trusted), None, invocation).await {
                    Ok(answered) => guard::log(&answered),
                    // One that cannot be answered to the end keeps neither the others nor later lines back.
                    Err(error) => {
                        let reason = plain(&error.to_string(), 600);
                        tracing::error!(
                            stream = plain(&name.key(), 300),
                            reason,
                            "a finding was not answered to the end"
                        );
                        base.count(Metric::Retries);
                        first_error = first_error.or_else(|| error.worth_retrying().then_some(error));
                    }
                }
            }
        }
        first_error.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn page(&self, name: &StreamName, item: &StreamItem) -> Result<Page, Fault> {
        const CALL: &str = "logs:GetLogEvents";
        let request = || {
            let logs = self.logs.of(&name.region);
            logs.get_log_events().log_group_name(&name.group).log_stream_name(&name.stream).start_from_head(true)
        };
        let by_token = item.token.as_ref().filter(|_| now_ms() - item.token_ms < TOKEN_GOOD_MS);
        if let Some(token) = by_token {
            match request().next_token(token).send().await.map_err(Fault::of(CALL)) {
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
        let answer = request().set_start_time(start).send().await.map_err(Fault::of(CALL))?;
        Ok(Page::of(answer.events(), answer.next_forward_token(), item, &item.at_last))
    }

    /// The streams of a group that were written lately, newest first.
    async fn recent(&self, group: &str, region: &str) -> Result<Vec<String>, Fault> {
        let since = now_ms() - RECENT_MS;
        let logs = self.logs.of(region);
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = logs
                .describe_log_streams()
                .log_group_name(group)
                .order_by(OrderBy::LastEventTime)
                .descending(true)
                .set_next_token(token)
                .send()
                .await
                .map_err(Fault::of("logs:DescribeLogStreams"))?;
            let written = |s: &LogStream| {
                s.last_ingestion_time().max(s.last_event_timestamp()).max(s.creation_time()).unwrap_or(i64::MAX)
            };
            let recent = page.log_streams().iter().filter(|stream| written(stream) >= since);
            names.extend(recent.filter_map(|stream| stream.log_stream_name().map(str::to_owned)));
            let past = page.log_streams().last().is_some_and(|stream| written(stream) < since);
            token = page.next_token().filter(|_| !past).map(str::to_owned);
            if token.is_none() {
                return Ok(names);
            }
        }
    }
}

impl Page {
    /// What GetLogEvents answered, without the lines in `skip`. Each hash there stands for one line: two
    /// equal lines of the same millisecond are two.
    fn of(events: &[OutputLogEvent], token: Option<&str>, item: &StreamItem, skip: &[String]) -> Self {
        let line = |event: &OutputLogEvent| LogLine {
            id: None,
            at_ms: event.timestamp().unwrap_or_default(),
            message: event.message().unwrap_or_default().to_owned(),
        };
        let mut lines: Vec<LogLine> = events.iter().map(line).collect();
        let mut skip = skip.to_vec();
        lines.retain(|line| {
            let met = skip.iter().position(|hash| *hash == hash_of_line(line));
            met.map(|at| skip.swap_remove(at)).is_none()
        });
        if lines.iter().any(|line| line.at_ms > item.last_ms) {
            skip.clear();
        }
        Self { lines, token: token.map(str::to_owned), skip, at_end: token.is_none() }
    }
}

/// Moves the position behind a page.
fn advance(item: &mut StreamItem, page: &Page) {
    if let Some(last_ms) = page.lines.iter().map(|line| line.at_ms).max() {
        if last_ms > item.last_ms {
            item.last_ms = last_ms;
            item.at_last.clear();
        }
        let at_last = page.lines.iter().filter(|line| line.at_ms == item.last_ms).map(hash_of_line);
        item.at_last.extend(at_last);
        item.at_last.truncate(REMEMBERED_LINES);
    }
    item.skip.clone_from(&page.skip);
    if page.token.is_some() {
        item.token.clone_from(&page.token);
        item.token_ms = now_ms();
    }
}

fn hash_of_line(line: &LogLine) -> String {
    short_hash(&[&line.at_ms.to_string(), &line.message])
}

fn hash_of_batch(batch: &LogBatch) -> String {
    let ids: Vec<String> =
        batch.lines.iter().map(|line| line.id.clone().unwrap_or_else(|| hash_of_line(line))).collect();
    short_hash(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The streams, beginning somewhere else each time: where the time does not suffice for all of them, it
/// is not always the same ones that wait.
fn in_turn(mut streams: Vec<String>) -> Vec<String> {
    let length = i64::try_from(streams.len()).unwrap_or(i64::MAX).max(1);
    let start = usize::try_from((now_ms() / 1000).rem_euclid(length)).unwrap_or_default();
    streams.rotate_left(start);
    streams
}

/// Whether the settings name this group.
fn names(group: &str, loaded: &Loaded) -> bool {
    loaded.settings.log_groups.iter().any(|pattern| riposte_core::arn::matches(pattern, group))
}

fn finding(name: &StreamName, found: LogFinding, trusted: bool) -> Finding {
    let LogFinding { meta, address, claim } = found;
    let (group, stream) = (name.group.clone(), name.stream.clone());
    let event_id = short_hash(&[&name.key(), &address.to_string(), &claim.began_ms.to_string()]);
    Finding {
        detector: meta.id.to_owned(),
        title: meta.title.to_owned(),
        severity: meta.severity,
        confidence: meta.confidence,
        technique: meta.technique.iter().map(|&t| t.to_owned()).collect(),
        scope: Scope {
            event_id: format!("log-{event_id}"),
            account: name.account.clone(),
            region: name.region.clone(),
        },
        event_name: "log lines".to_owned(),
        event_time: Some(rfc3339(claim.began_ms)),
        principal: Actor {
            kind: Some("address".to_owned()),
            name: Some(address.to_string()),
            source_ip: Some(address.to_string()),
            ..Actor::default()
        },
        target: Target::Source { address, group: group.clone(), stream: stream.clone() },
        why: if trusted { claim.why } else { format!("{}; the log group is not among `{LOG_GROUPS_PATH}`", claim.why) },
        response: trusted.then_some(Response::DenySource { address, group, stream }),
    }
}

#[cfg(test)]
mod tests;
