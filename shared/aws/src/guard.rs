//! A function over API calls: takes a delivery apart, runs the detectors on each event, and hands the
//! findings to the responder. One bad item never costs the others.

mod batch;
mod due;
mod vouched;

use std::path::Path;
use std::sync::Arc;

use aws_types::SdkConfig;
use lambda_runtime::{Context, Diagnostic};
use riposte_core::catalogue::FunctionSpec;
use riposte_core::detect::{self, Detector, Head, Index, Sighting, Status};
use riposte_core::event::{ApiCall, Delivery, DeliveryKind, Event, Item, Scope, Threat};
use riposte_core::finding::{Finding, Severity};
use riposte_core::seal::short_hash;
use riposte_core::settings::{PREFIX, Tuning, notice_of_broken};
use riposte_core::text::plain;
use serde_json::{Value, json};
use thiserror::Error;

use crate::actions::Actions;
use crate::api::{Api, Client, Model, models};
use crate::environment::{self, EnvironmentError};
use crate::fault::Fault;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Ledger, Turns};
use crate::lookups::{Answers, Lookups};
use crate::metrics::{self, Metric};
use crate::notices;
use crate::queue::Queue;
use crate::responder::{Answered, Bus, RespondError, Responder};
use crate::settings::{LoadError, Loaded, SettingsCache};

pub use batch::Finished;

/// What every function calls beside its actions.
static MODELS: [&Model; 3] = [&models::SQS, &models::CLOUDTRAIL, &models::EVENTS];

/// People are told of the same broken settings again after so many seconds.
const BROKEN_AGAIN_SECONDS: i64 = 6 * 3600;

/// What every function has: who it is, its settings, its actions, the ledger and the topic.
#[derive(Debug)]
pub struct Base {
    /// Which detectors it runs.
    pub spec: FunctionSpec,
    /// The account that it acts in.
    pub account: String,
    /// Settings, at most a minute old.
    pub settings: SettingsCache,
    /// Its actions.
    pub actions: Actions,
    /// A user's rules of its chapters.
    pub rules: Vec<&'static dyn Detector>,
    queue: Option<Queue>,
    /// For SQS, CloudTrail and EventBridge.
    api: Option<Arc<dyn Api>>,
    /// Where the function runs.
    region: String,
    turns: Turns,
    dynamodb: aws_sdk_dynamodb::Client,
    sns: aws_sdk_sns::Client,
}

/// Why a function cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The environment.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// A user's rules.
    #[error("rules that cannot be used: {0}")]
    Rules(String),
    /// A user's databases of addresses.
    #[error("{0}")]
    Atlas(String),
}

/// Why an item failed. It will come again, and ends in the dead-letter queue if it keeps failing.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ItemError {
    /// It is no event.
    #[error(transparent)]
    Parse(#[from] riposte_core::event::ParseError),
    /// It has no account, region or id.
    #[error(transparent)]
    Scope(#[from] riposte_core::event::ScopeError),
    /// Settings could not be read again.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// What a detector asked could not be looked up.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A finding could not be answered to the end.
    #[error(transparent)]
    Respond(#[from] RespondError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    /// A detector could not judge.
    #[error("detector `{detector}`: {error}")]
    Detector {
        /// Its id.
        detector: &'static str,
        /// Why.
        error: detect::DetectError,
    },
    /// Patching could not go on.
    #[error(transparent)]
    Patch(#[from] crate::patch::PatchError),
    /// There is more to read than fits into one invocation. What was read is recorded.
    #[error("{0}")]
    Unfinished(String),
}

/// Why a whole invocation failed: an event that came alone, or a batch whose items have no ids.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct HandlerError(String);

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        // A stable type, for alarms and dashboards; the words are in the message.
        Self { error_type: "UnhandledEvent".to_owned(), error_message: error.0 }
    }
}

impl Base {
    /// Reads the environment and the settings. What is missing or malformed is named now, not at the
    /// first event.
    ///
    /// # Errors
    /// Names the variable or the setting.
    pub async fn start(spec: FunctionSpec, config: &SdkConfig, actions: Actions) -> Result<Self, StartError> {
        let mut base = Self::new(spec, environment::account_id()?, config, actions);
        if let Some(folder) = environment::rules_folder().filter(|folder| folder.exists()) {
            base.rules = own_rules(&folder, &base.spec)?;
        }
        let api: Arc<dyn Api> = Arc::new(Client::new(config, &MODELS));
        let region = base.region.clone();
        base.queue = environment::queue_url().map(|url| Queue::new(url, region, Arc::clone(&api)));
        base.api = Some(api);
        // Nothing ends here: events are found by the detectors, whatever the settings are.
        if let Err(error) = base.loaded().await {
            tracing::error!(%error, "the settings cannot be had yet");
        }
        Ok(base)
    }

    /// The same without reading anything.
    pub(crate) fn new(spec: FunctionSpec, account: String, config: &SdkConfig, actions: Actions) -> Self {
        Self {
            spec,
            account,
            settings: SettingsCache::new(spec.name, aws_sdk_ssm::Client::new(config), environment::defaults()),
            actions,
            rules: Vec::new(),
            queue: None,
            api: None,
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            turns: Turns::default(),
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            sns: aws_sdk_sns::Client::new(config),
        }
    }

    /// The settings, at most a minute old. Of broken ones people are told at once, each time that they are read by the
    /// metric, and once in some hours by a notice.
    ///
    /// # Errors
    /// As [`SettingsCache::get`].
    pub async fn loaded(&self) -> Result<Arc<Loaded>, LoadError> {
        let loaded = self.settings.get().await?;
        if loaded.tell_now() {
            for broken in &loaded.broken {
                tracing::error!(setting = plain(&broken.error.to_string(), 600), "a broken setting");
            }
            self.count(Metric::SettingFailures);
            self.notify_of_broken(&loaded).await;
        }
        Ok(loaded)
    }

    async fn notify_of_broken(&self, loaded: &Loaded) {
        let errors: Vec<_> = loaded.broken.iter().map(|broken| broken.error.to_string()).collect();
        let parts: Vec<_> = std::iter::once(self.account.as_str()).chain(errors.iter().map(String::as_str)).collect();
        let key = format!("broken-settings/{}", short_hash(&parts));
        match self.ledger(loaded).once(&key, BROKEN_AGAIN_SECONDS).await {
            Ok(false) => return,
            Ok(true) => {}
            // Twice is better than not at all.
            Err(error) => tracing::warn!(%error, "whether people were notified of the broken settings is not known"),
        }
        let notice = notice_of_broken(&loaded.broken, &self.account, self.spec.name);
        if let Err(fault) = notices::send(&self.sns, &loaded.settings.topic_arn, notice).await {
            self.count(Metric::NoticeFailures);
            tracing::error!(%fault, "nobody could be notified of the broken settings");
        }
    }

    /// The ledger of these settings.
    #[must_use]
    pub fn ledger(&self, loaded: &Loaded) -> Ledger {
        Ledger::new(self.dynamodb.clone(), &loaded.settings.ledger_table, loaded.keys()).sharing(&self.turns)
    }

    /// The responder of these settings.
    #[must_use]
    pub fn responder<'a>(&'a self, loaded: &'a Loaded) -> Responder<'a> {
        Responder {
            function: self.spec.name,
            account: &self.account,
            loaded,
            actions: &self.actions,
            ledger: self.ledger(loaded),
            sns: &self.sns,
            bus: self.api.as_deref().map(|api| Bus { api, region: &self.region }),
            approvers: 0,
            doubt: None,
        }
    }

    /// Whether an exclusion leaves a finding out. Then that is counted and said: nothing is hidden in silence.
    pub(crate) fn excluded(&self, loaded: &Loaded, finding: &Finding, now_ms: i64) -> bool {
        let mut valid = loaded.settings.exclusions.iter().filter(|exclusion| !exclusion.has_expired(now_ms));
        let Some(exclusion) = valid.find(|exclusion| exclusion.covers(finding)) else { return false };
        metrics::add_of(self.spec.name, Some((metrics::EXCLUSION, &exclusion.name)), Metric::Excluded, 1);
        let (name, detector) = (plain(&exclusion.name, 80), finding.detector.as_str());
        let event_id = plain(&finding.scope.event_id, 80);
        tracing::info!(exclusion = name, detector, event_id, "a finding was left out by an exclusion");
        true
    }

    /// For notices.
    pub(crate) fn topic(&self) -> &aws_sdk_sns::Client {
        &self.sns
    }

    /// A finding as the settings want it: with another severity, which it says, or left out, which is counted.
    pub(crate) fn tuned(&self, loaded: &Loaded, finding: Finding) -> Option<Finding> {
        let Some(tuning) = loaded.settings.tunings.get(&finding.detector) else { return Some(finding) };
        let (detector, event_id) = (finding.detector.clone(), plain(&finding.scope.event_id, 80));
        let tuned = tuning.applied(finding);
        if tuned.is_none() {
            self.count(Metric::Excluded);
            tracing::info!(detector, event_id, "a finding was left out: its detector is switched off by a setting");
        }
        tuned
    }

    /// Counts one.
    pub fn count(&self, metric: Metric) {
        metrics::count(self.spec.name, metric);
    }
}

/// A user's rules of the function's chapters. Every rule is checked, those of other chapters too: the
/// folder is the same in all functions, and a broken rule is then told by all of them.
fn own_rules(folder: &Path, spec: &FunctionSpec) -> Result<Vec<&'static dyn Detector>, StartError> {
    let taken: Vec<_> = spec.call_detectors().iter().map(|detector| detector.meta().id).collect();
    let loaded = crate::rules::load(folder, &taken).map_err(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        StartError::Rules(errors.join("; "))
    })?;
    Ok(loaded.into_iter().filter(|rule| spec.runs(rule.meta().domain)).collect())
}

/// Where an event came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The function's queue, put there by EventBridge.
    Queue,
    /// The function's queue, put there by a role: a dead letter that was moved back, or a forgery.
    Resent,
    /// Somebody who invoked the function.
    Invoked,
}

impl Source {
    fn of(item: &Item) -> Self {
        match &item.message {
            // A role's sessions have ids that begin so; EventBridge sends as a user of AWS's own.
            Some(message) if message.sender.starts_with("AROA") => Self::Resent,
            Some(_) => Self::Queue,
            None => Self::Invoked,
        }
    }

    /// Why an event of this source is not to be acted on without asking.
    fn doubt(self) -> Option<String> {
        match self {
            Self::Queue => None,
            Self::Resent => Some("the event was put into the queue by a role and not by EventBridge".to_owned()),
            Self::Invoked => {
                Some("the function was invoked with the event, which EventBridge did not deliver".to_owned())
            }
        }
    }
}

/// A function that handles single events; [`handle`] does the rest for all of them.
pub trait Handler: Sync {
    /// What the function has.
    fn base(&self) -> &Base;

    /// Handles the items of one invocation, and says how each ended, in their order. Where nothing else is said, each is
    /// handled by itself, side by side with the others, and tried again while there is time. What is handled while others
    /// still are is told by `finished`.
    fn items(
        &self,
        items: &[Item],
        invocation: &Invocation,
        finished: &Finished,
    ) -> impl Future<Output = Vec<Result<(), ItemError>>> + Send
    where
        Self: Sized,
    {
        batch::each(self, items, invocation, finished)
    }

    /// Handles one event to the end.
    fn event(
        &self,
        event: &Event,
        source: Source,
        invocation: &Invocation,
    ) -> impl Future<Output = Result<(), ItemError>> + Send;
}

/// Handles one invocation: every item on its own, failed ones reported as SQS wants them.
///
/// # Errors
/// Where the event came alone and failed, or a failed item has no message id to report it by.
pub async fn handle(handler: &impl Handler, payload: &str, context: &Context) -> Result<Value, HandlerError> {
    let invocation = Invocation::of(context);
    let delivery = Delivery::parse(payload);
    let base = handler.base();
    let outcomes = batch::run(handler, &delivery.items, &invocation, base.queue.as_ref()).await;
    let mut failed = Vec::new();
    for (item, outcome) in delivery.items.iter().zip(outcomes) {
        let Err(error) = outcome else { continue };
        base.count(match error {
            ItemError::Parse(_) => Metric::ParseFailures,
            ItemError::Scope(_) => Metric::ScopeFailures,
            _ => Metric::Retries,
        });
        let id = item.message.as_ref().map(|message| message.id.as_str());
        let reason = plain(&error.to_string(), 1000);
        tracing::error!(message_id = plain(id.unwrap_or("(none)"), 100), reason, "an item failed");
        match (delivery.kind, id) {
            (DeliveryKind::Queue, Some(id)) => failed.push(json!({ "itemIdentifier": id })),
            _ => return Err(HandlerError(reason)),
        }
    }
    Ok(match delivery.kind {
        DeliveryKind::Queue => json!({ "batchItemFailures": failed }),
        DeliveryKind::Single => json!({ "handled": true }),
    })
}

impl ItemError {
    /// Whether the same item can never be handled.
    fn is_final(&self) -> bool {
        matches!(self, Self::Parse(_) | Self::Scope(_))
    }

    /// Whether the same item may be handled if it is tried again in this invocation.
    fn may_pass_at_once(&self) -> bool {
        match self {
            Self::Parse(_) | Self::Scope(_) | Self::Detector { .. } | Self::Unfinished(_) => false,
            Self::Load(error) => error.worth_retrying(),
            Self::Fault(fault) => fault.worth_retrying(),
            Self::Respond(error) => error.worth_retrying(),
            Self::Ledger(error) => error.worth_retrying(),
            Self::Patch(error) => error.worth_retrying(),
        }
    }
}

/// A function whose detectors read API calls.
#[derive(Debug)]
pub struct CallGuard {
    base: Base,
    index: Index,
    lookups: Lookups,
}

impl CallGuard {
    /// A guard that runs the detectors of its spec and a user's rules of the same chapters.
    #[must_use]
    pub fn new(base: Base, lookups: Lookups) -> Self {
        let detectors = base.spec.call_detectors().into_iter().chain(base.rules.iter().copied());
        Self { index: Index::new(detectors), base, lookups }
    }

    async fn call(&self, call: &ApiCall, source: Source, invocation: &Invocation) -> Result<(), ItemError> {
        let reading = self.index.reading(&Head::from(call));
        if reading.is_empty() {
            // A failed call is delivered where another detector needs it; any other is not meant for us.
            if !call.failed() {
                unread(&self.base, &Event::Call(Box::new(call.clone())));
            }
            return Ok(());
        }
        let scope = call.scope()?;
        if changes_settings(call) {
            self.base.settings.expire().await;
        }
        let loaded = self.base.loaded().await?;
        // Another account's resources are not ours to read, and its names may stand for others here.
        let ours = scope.account == self.base.account;
        let live = if ours { self.revealed(call, &scope).await? } else { None };
        let call = live.as_ref().unwrap_or(call);
        let Answers { mut facts, refused } =
            if ours { self.lookups.facts(&reading, call, &scope).await? } else { Answers::default() };
        for fault in refused {
            tracing::error!(reason = plain(&fault.to_string(), 600), "a detector's question was refused");
        }
        facts.trusted = Arc::clone(&loaded.settings.trusted);
        let report = detect::run_all(&reading, call, &scope, &facts);
        let doubt = if report.findings.iter().any(|finding| finding.response.is_some()) {
            self.doubt(source, call, &scope).await
        } else {
            None
        };
        let responder = Responder { doubt, ..self.base.responder(&loaded) };
        let mut first_error = None;
        let mut findings = report.findings;
        if live.is_some() {
            findings.iter_mut().for_each(say_revealed);
        }
        // What Riposte reads and changes is many things in little time, and each is in the ledger already.
        let own = |sighting: &Sighting| {
            let roles = &loaded.settings.own_roles;
            sighting.finding.principal.role_arn.as_ref().is_some_and(|role| roles.contains(role))
        };
        // What is left out counts towards nothing either.
        let now = now_ms();
        findings.retain(|finding| !self.base.excluded(&loaded, finding, now));
        let off = |finding: &Finding| loaded.settings.tunings.get(&finding.detector) == Some(&Tuning::Off);
        let wanted = report.sightings.into_iter().filter(|sighting| !own(sighting) && !off(&sighting.finding));
        for sighting in wanted.filter(|sighting| !self.base.excluded(&loaded, &sighting.finding, now)) {
            match counted(&responder.ledger, sighting).await {
                Ok(finding) => findings.extend(finding),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        for finding in findings.into_iter().filter_map(|finding| self.base.tuned(&loaded, finding)) {
            if is_remark(&finding) || is_preview(&reading, &finding) {
                remark(&finding);
                continue;
            }
            // A finding that fails does not keep the others from being answered.
            match responder.respond(finding, invocation).await {
                Ok(answered) => log(&answered),
                Err(error) => first_error = first_error.or(Some(ItemError::from(error))),
            }
        }
        for (detector, error) in report.failures {
            self.base.count(Metric::DetectorFailures);
            tracing::error!(
                detector,
                reason = plain(&error.to_string(), 600),
                "a detector could not evaluate the event"
            );
            first_error = first_error.or(Some(ItemError::Detector { detector, error }));
        }
        first_error.map_or(Ok(()), Err)
    }

    /// What GuardDuty found.
    async fn threat(&self, threat: &Threat, source: Source, invocation: &Invocation) -> Result<(), ItemError> {
        let loaded = self.base.loaded().await?;
        // Nobody else can say whether GuardDuty found it.
        let responder = Responder { doubt: source.doubt(), ..self.base.responder(&loaded) };
        for detector in self.base.spec.threats {
            let Some(finding) = detector.judge(threat)? else { continue };
            if self.base.excluded(&loaded, &finding, now_ms()) {
                continue;
            }
            match self.base.tuned(&loaded, finding) {
                None => {}
                Some(finding) if is_remark(&finding) => remark(&finding),
                Some(finding) => log(&responder.respond(finding, invocation).await?),
            }
        }
        Ok(())
    }

    /// A call whose request was left out of the record, with what AWS holds now in its place. A refusal leaves it as it
    /// is: that it was left out is a finding of its own.
    async fn revealed(&self, call: &ApiCall, scope: &Scope) -> Result<Option<ApiCall>, Fault> {
        match self.lookups.revealed(call, scope).await {
            Ok(revealed) => Ok(revealed),
            Err(fault) if fault.worth_retrying() => Err(fault),
            Err(fault) => {
                tracing::error!(
                    reason = plain(&fault.to_string(), 600),
                    "what a left-out request wrote cannot be read"
                );
                Ok(None)
            }
        }
    }

    /// Why an event of this source is not to be acted on without asking, unless CloudTrail knows it.
    async fn doubt(&self, source: Source, call: &ApiCall, scope: &Scope) -> Option<String> {
        let doubt = source.doubt()?;
        let Some(api) = &self.base.api else { return Some(doubt) };
        match vouched::by_cloudtrail(api.as_ref(), call, scope).await {
            Ok(true) => None,
            Ok(false) => Some(format!("{doubt}, and CloudTrail does not know it")),
            Err(fault) => Some(format!("{doubt}, and CloudTrail could not be asked: {fault}")),
        }
    }
}

/// Says of a finding that not the record showed it.
fn say_revealed(finding: &mut Finding) {
    finding.why.push_str(" (the record leaves the request out for its size: this is what AWS holds now)");
}

/// Counts what is only bad in numbers. The finding comes where the number is reached; whichever event
/// brings it, it is the same incident.
pub(crate) async fn counted(ledger: &Ledger, sighting: Sighting) -> Result<Option<Finding>, ItemError> {
    let count = ledger.count(&sighting).await?;
    Ok(reached(sighting, count))
}

/// The finding of a sighting with which so many were counted, where these are enough.
pub(crate) fn reached(sighting: Sighting, count: usize) -> Option<Finding> {
    let event_id = sighting.burst_id();
    sighting.reached(count).map(|mut finding| {
        finding.scope.event_id = event_id;
        finding
    })
}

impl Handler for CallGuard {
    fn base(&self) -> &Base {
        &self.base
    }

    async fn event(&self, event: &Event, source: Source, invocation: &Invocation) -> Result<(), ItemError> {
        match event {
            Event::Call(call) => self.call(call, source, invocation).await,
            Event::Threat(threat) => self.threat(threat, source, invocation).await,
            Event::Tick(_) => self.base.end_due(invocation).await,
            other => {
                unread(&self.base, other);
                Ok(())
            }
        }
    }
}

/// Whether a finding only keeps track of what happens. Such findings come with every day's work, so they
/// are lines in the log and no incidents: an incident costs writes, and hides others in the list.
pub(crate) fn is_remark(finding: &Finding) -> bool {
    finding.severity == Severity::Informational && finding.response.is_none()
}

/// Whether the detector is only being tried. Neither an incident nor an action comes of what it finds.
fn is_preview(reading: &[&'static dyn Detector], finding: &Finding) -> bool {
    let made = |detector: &&&dyn Detector| detector.meta().id == finding.detector;
    reading.iter().find(made).is_some_and(|detector| detector.meta().status == Status::Preview)
}

/// Writes such a finding into the log.
pub(crate) fn remark(finding: &Finding) {
    let Finding { detector, scope, principal, why, .. } = finding;
    let (principal, why) = (plain(principal.label(), 200), plain(why, 600));
    tracing::info!(detector, account = scope.account, event_id = plain(&scope.event_id, 80), principal, why, "noted");
}

/// Whether a call changes one of the settings: it is read at once, and not within a minute.
fn changes_settings(call: &ApiCall) -> bool {
    let named = |name: &str| call.request_text(name).is_some_and(|path| path.starts_with(PREFIX));
    call.event_source() == Some("ssm.amazonaws.com")
        && !call.failed()
        && (named("name") || call.event_name() == "DeleteParameters")
}

/// Says what became of a finding.
pub fn log(answered: &Answered) {
    match answered {
        // The outcome was logged where it is known.
        Answered::Now(..) => {}
        Answered::Before(id) => tracing::info!(incident = id, "responded before: a repeated delivery"),
        Answered::Joined(id) => tracing::info!(incident = id, "our own undo's echo: joined, no response"),
    }
}

/// Says and counts that an event was of a kind that the function does not read.
pub fn unread(base: &Base, event: &Event) {
    base.count(Metric::UnreadEvents);
    let kind = match event {
        Event::Call(call) => call.event_name(),
        Event::Threat(_) => "a finding of GuardDuty",
        Event::Tick(_) => "a schedule's tick",
        Event::Logs(_) => "log lines",
        Event::Other(_) => "a record of CloudTrail that is no call",
        Event::Unread(unread) => unread.detail_type.as_deref().unwrap_or("an unknown kind"),
    };
    tracing::warn!(kind = plain(kind, 120), "this function does not read such events");
}

#[cfg(test)]
mod tests;
