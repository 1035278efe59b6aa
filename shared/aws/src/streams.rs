//! Log streams, pulled with GetLogEvents or pushed by a subscription, judged line by line.
//!
//! INVARIANT: the position in a stream and the detectors' windows are one item of the ledger and move
//! together, after the findings of the page were answered. A crash before that reads the same page
//! again from the same state, gives the same findings, and so the same incidents; a crash after it
//! starts with the next page. No line behind the position is lost, and none has an effect twice.

mod late;
mod page;
mod signs;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::{LogStream, OrderBy};
use riposte_core::action;
use riposte_core::detect::{LogDetector, Status};
use riposte_core::event::{Actor, LogBatch, LogLine, Scope};
use riposte_core::finding::{Finding, Target};
use riposte_core::incident::rfc3339;
use riposte_core::seal::short_hash;
use riposte_core::settings::LOG_GROUPS_PATH;
use riposte_core::ssh::{LogFinding, StreamWindows};
use riposte_core::text::plain;
use riposte_logs::windows::Windows;

use crate::actions::Permission;
use crate::clients::Regional;
use crate::fault::{Fault, Kind};
use crate::guard::{self, Base, ItemError};
use crate::invocation::{Invocation, now_ms};
use crate::metrics::{self, Metric};
use crate::settings::Loaded;

use page::{advance, hash_of_line};

/// What a function needs to pull log streams.
pub const PERMISSION: Permission = Permission::on(
    &["arn:${AWS::Partition}:logs:*:${AWS::AccountId}:log-group:*"],
    &["logs:DescribeLogStreams", "logs:GetLogEvents"],
);

/// The schedule pulls streams that were written within this time. CloudWatch tells a stream's last
/// line with up to an hour's delay.
const RECENT_MS: i64 = 48 * 3600 * 1000;

/// Kept of an invocation's time for the answer to one page's findings.
const PAGE_RESERVE_MS: i64 = 10_000;

/// So many pushed batches of a stream are remembered.
const REMEMBERED_BATCHES: usize = 64;

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
    detectors: &'static [&'static dyn LogDetector],
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

impl LogStreams {
    /// Streams judged by these detectors.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig, detectors: &'static [&'static dyn LogDetector]) -> Self {
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
        let mut item = self.late(name, ledger.stream(&key).await?, &run).await?;
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
            self.judge(name, &page.lines, (&mut next.windows, &mut next.counts), &run).await?;
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
                "a pushed batch that need not be evaluated"
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
                tracing::info!(stream = plain(&key, 300), "this batch was evaluated before: a repeated delivery");
                return Ok(());
            }
            self.judge(&name, &batch.lines, (&mut item.pushed, &mut item.pushed_counts), &run).await?;
            item.lines += u64::try_from(batch.lines.len()).unwrap_or_default();
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
        (windows, counts): (&mut StreamWindows, &mut Windows),
        run: &Run<'_>,
    ) -> Result<(), ItemError> {
        let Run { base, loaded, invocation, trusted } = *run;
        let responder = base.responder(loaded);
        let mut first_error = None;
        let mut signs = signs::Signs::new(counts);
        for line in lines {
            let by_ssh = windows.observe(line.at_ms, &line.message, &loaded.settings.ssh, self.detectors);
            let by_ssh = by_ssh.into_iter().map(|claimed| (claimed.meta, finding(name, claimed, trusted)));
            let of_any =
                signs.scan(line).into_iter().map(|sign| (sign.meta, signs::finding(name, sign, line.at_ms, trusted)));
            for (meta, finding) in by_ssh.chain(of_any) {
                if meta.status == Status::Preview || guard::is_remark(&finding) {
                    tracing::info!(detector = meta.id, stream = plain(&name.key(), 300), "noted");
                    continue;
                }
                if base.excluded(loaded, &finding, now_ms()) {
                    continue;
                }
                let Some(finding) = base.tuned(loaded, finding) else { continue };
                match responder.respond(finding, invocation).await {
                    Ok(answered) => guard::log(&answered),
                    // One that cannot be answered to the end keeps neither the others nor later lines back.
                    Err(error) => {
                        let reason = plain(&error.to_string(), 600);
                        tracing::error!(
                            stream = plain(&name.key(), 300),
                            reason,
                            "the response to a finding did not come to its end"
                        );
                        base.count(Metric::Retries);
                        first_error = first_error.or_else(|| error.worth_retrying().then_some(error));
                    }
                }
            }
        }
        signs.end(counts);
        metrics::add(base.spec.name, Metric::LinesJudged, lines.len());
        first_error.map_or(Ok(()), |error| Err(error.into()))
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
        event_source: None,
        error_code: None,
        event_time: Some(rfc3339(claim.began_ms)),
        principal: Actor {
            kind: Some("address".to_owned()),
            name: Some(address.to_string()),
            source_ip: Some(address.to_string()),
            ..Actor::default()
        },
        target: Target::Source { address, group: group.clone(), stream: stream.clone() },
        why: if trusted { claim.why } else { format!("{}; the log group is not among `{LOG_GROUPS_PATH}`", claim.why) },
        response: trusted.then(|| action::DenySource { address, group, stream }.into()),
    }
}

#[cfg(test)]
mod tests;
