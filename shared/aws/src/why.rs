//! What would be said of one event now: by which detectors, and what the plan would be.

use std::sync::Arc;

use riposte_core::detect::{self, Detector, Head, Index, Report, detectors};
use riposte_core::event::{ApiCall, Event};
use riposte_core::finding::Finding;
use serde_json::{Value, json};
use thiserror::Error;

use crate::actions::Planned;
use crate::clients::SdkConfig;
use crate::fault::Fault;
use crate::lookups::Lookups;
use crate::operator::Operator;

/// Why an event could not be judged.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WhyError {
    /// It has no account, region or id.
    #[error(transparent)]
    Scope(#[from] riposte_core::event::ScopeError),
    /// It is no event.
    #[error(transparent)]
    Parse(#[from] riposte_core::event::ParseError),
    /// A call failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What the detectors say.
#[derive(Debug)]
pub struct Judged {
    /// Those that read the event.
    pub reading: Vec<&'static dyn Detector>,
    /// What they found.
    pub report: Report,
    /// Questions that AWS refused to answer.
    pub refused: Vec<Fault>,
}

impl Operator {
    /// What the catalog's detectors say of a call, with what AWS knows now.
    ///
    /// # Errors
    /// Where the event is of no account, or AWS does not answer.
    pub async fn judge(&self, config: &SdkConfig, call: &ApiCall) -> Result<Judged, WhyError> {
        let reading = Index::new(detectors().iter().copied()).reading(&Head::from(call));
        let scope = call.scope()?;
        let lookups = Lookups::all(config);
        // Whose resources these are, AWS knows: those of another account it refuses to show.
        let (live, hidden) = match lookups.revealed(call, &scope).await {
            Ok(live) => (live, None),
            Err(fault) if fault.worth_retrying() => return Err(fault.into()),
            Err(fault) => (None, Some(fault)),
        };
        let call = live.as_ref().unwrap_or(call);
        let mut answers = lookups.facts(&reading, call, &scope).await?;
        answers.refused.extend(hidden);
        answers.facts.trusted = Arc::clone(&self.loaded.settings.trusted);
        let report = detect::run_all(&reading, call, &scope, &answers.facts);
        Ok(Judged { reading, report, refused: answers.refused })
    }

    /// What the finding's action would do now; `None` where it has none.
    ///
    /// # Errors
    /// Where AWS does not answer, or refuses.
    pub async fn plan_of(&self, finding: &Finding) -> Result<Option<Planned>, Fault> {
        let Some(response) = &finding.response else { return Ok(None) };
        let Some(action) = response.action.known().and_then(|id| self.actions.get(id)) else { return Ok(None) };
        action.plan(&self.actions.site(&finding.scope).with_past(&self.ledger), response).await.map(Some)
    }

    /// The event of this id as CloudTrail has recorded it within ninety days, in this region.
    ///
    /// # Errors
    /// Where CloudTrail does not answer, or what it has is no event.
    pub async fn recorded(&self, event_id: &str) -> Result<Option<Event>, WhyError> {
        let attribute = json!({ "AttributeKey": "EventId", "AttributeValue": event_id });
        let parameters = json!({ "LookupAttributes": [attribute], "MaxResults": 1 });
        let answer = self.call("cloudtrail:LookupEvents", parameters).await?;
        let text = answer.pointer("/Events/0/CloudTrailEvent").and_then(Value::as_str);
        Ok(text.map(Event::parse).transpose()?)
    }
}
