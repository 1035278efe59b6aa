//! Log streams, pulled with GetLogEvents or pushed by a subscription, judged line by line.
//!
//! INVARIANT: the position in a stream and the detectors' windows are one item of the ledger and move
//! together, after the findings of the page were answered. A crash before that reads the same page
//! again from the same state, gives the same findings, and so the same incidents; a crash after it
//! starts with the next page. No line behind the position is lost, and none has an effect twice.

mod calls;
mod groups;
mod late;
mod pace;
mod page;
mod signs;

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::Client;
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
use crate::api::{self, Api, Model, models};
use crate::clients::Regional;
use crate::fault::Kind;
use crate::guard::{self, Base, ItemError};
use crate::invocation::{Invocation, now_ms};
use crate::metrics::{self, Metric};
use crate::settings::Loaded;

use calls::Calls;
use late::Told;
use pace::Pace;
use page::{advance, hash_of_line};

/// What a function needs to pull log streams, and to hand on records of CloudTrail.
pub const PERMISSIONS: [Permission; 2] = [
    Permission::on(
        &["arn:${AWS::Partition}:logs:*:${AWS::AccountId}:log-group:*"],
        &["logs:DescribeLogStreams", "logs:GetLogEvents"],
    ),
    calls::PERMISSION,
];

/// Kept of an invocation's time for the answer to one page's findings.
const PAGE_RESERVE_MS: i64 = 10_000;

/// For handing on records of CloudTrail.
static MODELS: [&Model; 1] = [&models::LAMBDA];

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
    pace: Pace,
    detectors: &'static [&'static dyn LogDetector],
    /// For Lambda: records of CloudTrail are handed on through it.
    api: Arc<dyn Api>,
    /// Where the functions run that read them.
    region: String,
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

impl Run<'_> {
    /// Counts lines, by the function and, where an operator chose the group, by it: only what was recorded is counted, so
    /// that the number can be held beside what CloudWatch took in.
    fn count(&self, name: &StreamName, metric: Metric, count: usize) {
        let group = Some((metrics::LOG_GROUP, name.group.as_str())).filter(|_| self.trusted);
        metrics::add_of(self.base.spec.name, group, metric, count);
    }
}

impl LogStreams {
    /// Streams judged by these detectors.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig, detectors: &'static [&'static dyn LogDetector]) -> Self {
        Self::handing_on(config, detectors, Arc::new(api::Client::new(config, &MODELS)))
    }

    fn handing_on(
        config: &aws_types::SdkConfig,
        detectors: &'static [&'static dyn LogDetector],
        api: Arc<dyn Api>,
    ) -> Self {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        Self { logs: Regional::new(config, Client::new), pace: Pace::default(), detectors, api, region }
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
        let run = Run { base, loaded, invocation, trusted: names(&name.group, loaded) };
        self.read_on(name, Told::Nothing, &run).await
    }

    async fn read_on(&self, name: &StreamName, told: Told, run: &Run<'_>) -> Result<(), ItemError> {
        let (ledger, key) = (run.base.ledger(run.loaded), name.key());
        let mut item = self.late(name, ledger.stream(&key).await?, told, run).await?;
        loop {
            let page = match self.page(name, &item, run.invocation).await {
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
            self.judge(name, &page.lines, (&mut next.windows, &mut next.counts), run).await?;
            advance(&mut next, &page);
            item = if ledger.write_stream(&key, &mut next).await? {
                run.count(name, Metric::LinesEvaluated, page.lines.len());
                next
            } else {
                // Another invocation that was faster has judged the page too: go on from where it is.
                ledger.stream(&key).await?
            };
            if page.token.is_none() {
                return Ok(());
            }
            if !page.at_end && run.invocation.left_ms(PAGE_RESERVE_MS) <= 0 {
                return Err(ItemError::Unfinished(format!("there is more to read in `{}`", plain(&key, 300))));
            }
        }
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
                run.count(&name, Metric::LinesEvaluated, batch.lines.len());
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
        let mut calls = Calls::default();
        for line in lines {
            let by_ssh = windows.observe(line.at_ms, &line.message, &loaded.settings.ssh, self.detectors);
            let by_ssh = by_ssh.into_iter().map(|claimed| (claimed.meta, finding(name, claimed, trusted)));
            let scanned = signs.scan(line);
            // Who may write to some log group may write what looks like a record.
            if scanned.is_call && trusted {
                calls.take(&line.message);
            }
            let of_any =
                scanned.signs.into_iter().map(|sign| (sign.meta, signs::finding(name, sign, line.at_ms, trusted)));
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
        calls.hand_on(self.api.as_ref(), &self.region).await?;
        first_error.map_or(Ok(()), |error| Err(error.into()))
    }
}

fn hash_of_batch(batch: &LogBatch) -> String {
    let ids: Vec<String> =
        batch.lines.iter().map(|line| line.id.clone().unwrap_or_else(|| hash_of_line(line))).collect();
    short_hash(&ids.iter().map(String::as_str).collect::<Vec<_>>())
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
