//! `account-auditor`: the account is checked by the clock, and what a call changed at once.
//!
//! A tick of the schedule checks everything, and keeps in the ledger what fails. A call that changes a resource has that
//! resource checked again, by the checks of its type alone; what turned bad becomes an incident, unless a detector reads the
//! same call and responds to it. The role reads, and no more: an incident says what would fix it, and waits for a person.

mod findings;
mod scan;
mod seen;
mod states;
mod touched;

use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use riposte_audit::posture::Tallies;
use riposte_audit::states::Change;
use riposte_audit::{AuditFinding, Index, Mute, Resource};
use riposte_aws::actions::{Actions, BlockPublicAccess, RequireMetadataTokens, RequireUrlAuth, RevokeIngress, Unshare};
use riposte_aws::api::Client;
use riposte_aws::guard::{self, Base, Handler, HandlerError, ItemError, Source, StartError};
use riposte_aws::invocation::Invocation;
use riposte_aws::ledger::{Ledger, audit, posture};
use riposte_aws::settings::Loaded;
use riposte_aws::{clients, environment, inventory};
use riposte_core::catalogue::ACCOUNT_AUDITOR;
use riposte_core::event::{ApiCall, Event};
use riposte_core::finding::Severity;
use riposte_core::settings::MUTES_PREFIX;
use riposte_core::text::plain;
use serde_json::Value;
use serde_json::value::RawValue;

use self::scan::Scan;

/// So many resources that turned bad between two runs of the schedule become incidents, the worst first. The others are
/// in the ledger and in the function's log: nobody reads a thousand notices.
const MOST_INCIDENTS: usize = 50;

/// What a call turned bad becomes an incident from this severity on. A new bucket fails half a dozen checks at once, which
/// its maker sees in the audit's report.
const ALERTED: Severity = Severity::High;

/// Kept of an invocation for the ledger and the notices, in milliseconds.
const RESERVE_MS: i64 = 90_000;

/// The function: what all have, a client for every service, and the region it runs in.
#[derive(Debug)]
pub struct AccountAuditor {
    base: Base,
    client: Client,
    region: String,
}

/// Makes the function ready: clients and settings.
///
/// # Errors
/// Names the environment variable or the setting that is missing or malformed.
pub async fn start() -> Result<AccountAuditor, StartError> {
    let config = clients::configuration().await;
    let region = environment::region()?;
    // They plan, which reads: what is in doubt is asked about, and all that comes from here is.
    let actions = Actions::new(&config)
        .with(RevokeIngress)
        .with(BlockPublicAccess)
        .with(RequireMetadataTokens)
        .with(RequireUrlAuth)
        .with(Unshare);
    let base = Base::start(ACCOUNT_AUDITOR, &config, actions).await?;
    Ok(AccountAuditor { base, client: inventory::client(&config), region })
}

/// Handles one invocation.
///
/// # Errors
/// Where an event came alone and failed; failed items of a batch are in the answer.
pub async fn handle(auditor: &AccountAuditor, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    guard::handle(auditor, event.payload.get(), &event.context).await
}

impl AccountAuditor {
    /// Checks what a call changed.
    async fn changed(&self, call: &ApiCall, invocation: &Invocation) -> Result<(), ItemError> {
        if let Some(deleted) = touched::deleted_by(call) {
            let own = call.scope()?.account == self.base.account;
            return if own && !call.failed() { self.note_gone(call, &deleted).await } else { Ok(()) };
        }
        let Some(touched) = touched::by(call) else {
            guard::unread(&self.base, &Event::Call(Box::new(call.clone())));
            return Ok(());
        };
        let scope = call.scope()?;
        if call.failed() || scope.account != self.base.account {
            return Ok(());
        }
        let scan = Scan { client: &self.client, home: &self.region, redact: riposte_audit::secrets::redacted };
        let mut found = scan.touched(&touched, &scope.region, invocation.left_ms(RESERVE_MS)).await?;
        self.note_states(std::mem::take(&mut found.seen), &found.findings, Some((call, &touched))).await?;
        let turned = self.keep(found, call.event_id().unwrap_or(&invocation.id), None).await?;
        let mut first_error = None;
        for (finding, resource) in turned {
            if finding.severity < ALERTED || seen::by_a_detector(&finding.check, call.event_name()) {
                let (check, resource) = (&finding.check, plain(&finding.resource, 300));
                tracing::info!(check, resource, "it turned bad, and is recorded without an incident");
                continue;
            }
            let finding = findings::of_change(&finding, resource.as_ref(), call, &scope);
            if let Err(error) = self.answer(finding, invocation).await {
                first_error.get_or_insert(error);
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    /// Checks everything.
    async fn all(&self, tick: &str, invocation: &Invocation) -> Result<(), ItemError> {
        let scan = Scan { client: &self.client, home: &self.region, redact: riposte_audit::secrets::redacted };
        let mut found = scan.all(invocation.left_ms(RESERVE_MS)).await?;
        let first = {
            let loaded = self.base.loaded().await?;
            !audit::was_run(&self.base.ledger(&loaded), &self.base.account).await?
        };
        self.note_states(std::mem::take(&mut found.seen), &found.findings, None).await?;
        let unlisted = found.unlisted.clone();
        let mut turned = self.keep(found, tick, Some(&unlisted)).await?;
        if first {
            // What was so before anybody looked is a report's business.
            tracing::info!(failing = turned.len(), "the account was checked for the first time");
            return self.ran().await;
        }
        turned.retain(|(finding, _)| finding.severity >= ALERTED);
        turned.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
        for (finding, _) in turned.iter().skip(MOST_INCIDENTS) {
            let (check, resource) = (&finding.check, plain(&finding.resource, 300));
            tracing::warn!(check, resource, "it turned bad, and is recorded without an incident");
        }
        let mut first_error = None;
        for (finding, resource) in turned.into_iter().take(MOST_INCIDENTS) {
            let finding = findings::of_schedule(&finding, resource.as_ref(), tick, &self.region);
            if let Err(error) = self.answer(finding, invocation).await {
                first_error.get_or_insert(error);
            }
        }
        match first_error {
            Some(error) => Err(error),
            None => self.ran().await,
        }
    }

    /// Remembers that a look at the whole was done to its end.
    async fn ran(&self) -> Result<(), ItemError> {
        let loaded = self.base.loaded().await?;
        Ok(audit::ran(&self.base.ledger(&loaded), &self.base.account, Timestamp::now()).await?)
    }

    /// Keeps in the ledger what became of each resource, and how the account stands after a look at the `whole`, of which
    /// these listings failed. `look` is the name of the look. Returns those that turned bad and nobody muted.
    async fn keep(
        &self,
        found: scan::Found,
        look: &str,
        whole: Option<&[String]>,
    ) -> Result<Vec<(AuditFinding, Option<Resource>)>, ItemError> {
        let loaded = self.base.loaded().await?;
        let now = Timestamp::now();
        let mutes = mutes(&loaded, now);
        let scan::Found { findings, mut resources, index, .. } = found;
        let ledger = self.base.ledger(&loaded);
        let kept = audit::keep(&ledger, &self.base.account, findings, look, whole, now).await?;
        if whole.is_some() {
            stand(&ledger, &kept, &index, look, now).await?;
        }
        let heard = kept.into_iter().filter(|finding| {
            let muted = mutes.iter().any(|mute| mute.covers(finding));
            finding.change.is_some_and(Change::is_turn) && !muted
        });
        Ok(heard
            .map(|finding| {
                let resource = resources.remove(&finding.resource);
                (finding, resource)
            })
            .collect())
    }

    /// Opens an incident.
    async fn answer(&self, finding: riposte_core::finding::Finding, invocation: &Invocation) -> Result<(), ItemError> {
        let loaded = self.base.loaded().await?;
        let doubt = Some("the account audit found it, and asks before anything is changed".to_owned());
        let responder = riposte_aws::responder::Responder { doubt, ..self.base.responder(&loaded) };
        responder.respond(finding, invocation).await?;
        Ok(())
    }
}

/// Keeps how the account stands, for the dashboard. A framework of the pack that is broken, or a key that cannot be read,
/// costs that alone.
async fn stand(
    ledger: &Ledger,
    findings: &[AuditFinding],
    index: &Index,
    name: &str,
    now: Timestamp,
) -> Result<(), ItemError> {
    let mut tallies = match Tallies::new() {
        Ok(tallies) => tallies,
        Err(error) => {
            tracing::error!(%error, "how the account stands is not told");
            return Ok(());
        }
    };
    let earlier = match posture::read(ledger).await {
        Ok(earlier) => earlier.map(|account| account.trend).unwrap_or_default(),
        Err(error) if error.worth_retrying() => return Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "how the account stood before is not known");
            Vec::new()
        }
    };
    findings.iter().for_each(|finding| tallies.note(finding.clone()));
    let mut account = tallies.account(index, &format!("the account audit of {now:.0}"), 0, Vec::new());
    account.after(earlier, findings.iter());
    match posture::write(ledger, &account.short(), name).await {
        Err(error) if error.worth_retrying() => Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "how the account stands could not be kept");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// The mutes that count.
fn mutes(loaded: &Loaded, now: Timestamp) -> Vec<Mute> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let all = loaded.under(MUTES_PREFIX).filter_map(|(name, text)| mute(name, text));
    all.filter(|mute| !mute.is_expired(today)).collect()
}

/// A mute of the parameters. A broken one mutes nothing, and is named.
fn mute(name: &str, text: &str) -> Option<Mute> {
    match Mute::read(text) {
        Ok(mute) => Some(mute),
        Err(error) => {
            tracing::error!(mute = plain(name, 100), reason = plain(&error.to_string(), 300), "a broken mute");
            None
        }
    }
}

impl Handler for AccountAuditor {
    fn base(&self) -> &Base {
        &self.base
    }

    async fn event(&self, event: &Event, _source: Source, invocation: &Invocation) -> Result<(), ItemError> {
        match event {
            Event::Call(call) => self.changed(call, invocation).await,
            Event::Tick(tick) => self.all(tick.id.as_deref().unwrap_or(&invocation.id), invocation).await,
            Event::Logs(_) | Event::Other(_) | Event::Threat(_) | Event::Unread(_) => {
                guard::unread(&self.base, event);
                Ok(())
            }
        }
    }
}
