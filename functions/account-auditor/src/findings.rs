//! What the audit found, as the responder takes it.

use jiff::Timestamp;
use riposte_audit::{AuditFinding, Index, Resource, check_of, fixes};
use riposte_core::action::Response;
use riposte_core::event::{Actor, ApiCall, Scope};
use riposte_core::finding::{Confidence, Finding, Target};
use riposte_core::text::plain;

/// The event's name of a check by the clock.
const SCHEDULE: &str = "ScheduledAudit";

/// A resource that turned bad by a call.
pub(crate) fn of_change(finding: &AuditFinding, resource: Option<&Resource>, call: &ApiCall, scope: &Scope) -> Finding {
    Finding {
        event_name: call.event_name().to_owned(),
        event_time: call.event_time().map(str::to_owned),
        event_source: call.event_source().map(str::to_owned),
        principal: call.actor(),
        ..finding_of(finding, resource, scope.clone())
    }
}

/// A resource that turned bad between two runs of the schedule: who did it, no event says.
pub(crate) fn of_schedule(finding: &AuditFinding, resource: Option<&Resource>, tick: &str, home: &str) -> Finding {
    let region = if finding.region == "aws-global" { home } else { &finding.region };
    let scope = Scope { event_id: tick.to_owned(), account: finding.account.clone(), region: region.to_owned() };
    finding_of(finding, resource, scope)
}

fn finding_of(finding: &AuditFinding, resource: Option<&Resource>, scope: Scope) -> Finding {
    let response = resource.and_then(|resource| response(finding, resource));
    let whole = || Target::Resource { service: finding.service.clone(), id: finding.resource.clone() };
    Finding {
        detector: finding.check.clone(),
        title: finding.title.clone(),
        severity: finding.severity,
        confidence: Confidence::High,
        technique: Vec::new(),
        scope,
        event_name: SCHEDULE.to_owned(),
        event_time: None,
        event_source: None,
        error_code: None,
        principal: Actor::default(),
        target: response.as_ref().and_then(|response| response.target().ok()).unwrap_or_else(whole),
        why: format!(
            "{}: {} (fix it by `riposte fix {}:{}`)",
            plain(&finding.resource_id, 200),
            finding.why,
            finding.check,
            plain(&finding.resource, 300)
        ),
        response,
    }
}

/// The one request that would fix it; where there are several, a person chooses.
fn response(finding: &AuditFinding, resource: &Resource) -> Option<Response> {
    let check = check_of(&finding.check)?;
    match fixes(check, resource, &Index::new(Timestamp::now())) {
        Ok(mut responses) if responses.len() == 1 => responses.pop(),
        Ok(_) => None,
        Err(unknown) => {
            tracing::warn!(check = check.id, reason = plain(&unknown.0, 300), "what would fix it is not known");
            None
        }
    }
}
