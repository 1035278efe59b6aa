//! An incident as programs read it: one document for `riposte incidents`, notices in JSON and events.
//!
//! Its shape is published (`docs/schemas/incident.json`). Keys are added; none is renamed or removed within a version.

use serde::Serialize;
use serde_json::Value;

use crate::approval::Judgment;
use crate::deed::{self, Deed};
use crate::finding::{Confidence, Finding, Severity};
use crate::incident::{Incident, rfc3339};
use crate::outcome::Outcome;
use crate::settings::Mode;
use crate::text::plain;

/// The version of the document.
pub const SCHEMA_VERSION: u32 = 2;

/// A document is kept below this size in bytes, so that it fits into a message of SNS and an event of EventBridge.
const MOST: usize = 96 * 1024;

/// Where people read more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Links {
    /// The event in CloudTrail's console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What to do: the operator's own page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
}

impl Links {
    /// The links of a finding; `runbook` is the address that the operator has set for its detector.
    #[must_use]
    pub fn of(finding: &Finding, runbook: Option<&str>) -> Self {
        Self { event: event_link(finding), runbook: runbook.map(str::to_owned) }
    }
}

/// The event in the console, where the finding is of one event: what was counted has a key of its own.
fn event_link(finding: &Finding) -> Option<String> {
    let (id, region) = (&finding.scope.event_id, &finding.scope.region);
    let uuid = id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let plain = !region.is_empty() && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let host = match crate::arn::partition(region) {
        "aws" => "console.aws.amazon.com",
        "aws-cn" => "console.amazonaws.cn",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        _ => return None,
    };
    (uuid && plain).then(|| format!("https://{region}.{host}/cloudtrailv2/home?region={region}#/events/{id}"))
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    id: &'a str,
    opened_at: String,
    outcome: Outcome,
    summary: String,
    mode: Mode,
    detector: &'a str,
    title: &'a str,
    why: &'a str,
    severity: Severity,
    confidence: Confidence,
    technique: &'a [String],
    account: &'a str,
    region: &'a str,
    event_id: &'a str,
    event_name: &'a str,
    event_time: Option<&'a str>,
    principal: &'a str,
    source_ip: Option<&'a str>,
    user_agent: Option<&'a str>,
    access_key: Option<&'a str>,
    target: String,
    function: &'a str,
    action: Option<&'a str>,
    resource: Option<&'a str>,
    changes: Vec<Made<'a>>,
    guardrails: Option<&'a [String]>,
    approve_until: Option<String>,
    contained_until: Option<String>,
    mark: Option<Judgment>,
    notified: bool,
    can_be_undone: bool,
    links: Links,
}

/// The incident in one line, for people in a chat: what, how bad, who, where.
fn summary(incident: &Incident) -> String {
    let finding = &incident.finding;
    format!(
        "{} ({}): {}: {}; by {} in {} {}; riposte show {}",
        Outcome::of(incident).headline(),
        finding.severity,
        plain(&finding.title, 120),
        plain(&finding.why, 300),
        plain(finding.principal.label(), 200),
        plain(&finding.scope.account, 20),
        plain(&finding.scope.region, 30),
        incident.id
    )
}

#[derive(Serialize)]
struct Made<'a> {
    status: Deed,
    call: &'a str,
    parameters: &'a Value,
}

/// The document of an incident.
///
/// # Errors
/// Where it is no JSON: a fault of the build.
pub fn of(incident: &Incident, links: Links) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(document(incident, links))?;
    if value.to_string().len() > MOST {
        // The record holds them; `riposte show` has all.
        if let Some(map) = value.as_object_mut() {
            map.insert("changes".to_owned(), Value::Array(Vec::new()));
            map.insert("cut".to_owned(), Value::Bool(true));
            for key in ["why", "principal", "user_agent", "target"] {
                if let Some(Value::String(text)) = map.get(key) {
                    let short = text.chars().take(2000).collect();
                    map.insert(key.to_owned(), Value::String(short));
                }
            }
        }
    }
    Ok(value)
}

fn document(incident: &Incident, links: Links) -> Document<'_> {
    let Finding { scope, principal, .. } = &incident.finding;
    let finding = &incident.finding;
    let changes = deed::of(incident).into_iter();
    let planned = incident.plan.as_ref().map(|plan| &plan.action);
    let action = planned.or(finding.response.as_ref().map(|response| &response.action));
    Document {
        schema_version: SCHEMA_VERSION,
        id: &incident.id,
        opened_at: rfc3339(incident.opened_ms),
        outcome: Outcome::of(incident),
        summary: summary(incident),
        mode: incident.mode,
        detector: &finding.detector,
        title: &finding.title,
        why: &finding.why,
        severity: finding.severity,
        confidence: finding.confidence,
        technique: &finding.technique,
        account: &scope.account,
        region: &scope.region,
        event_id: &scope.event_id,
        event_name: &finding.event_name,
        event_time: finding.event_time.as_deref(),
        principal: principal.label(),
        source_ip: principal.source_ip.as_deref(),
        user_agent: principal.user_agent.as_deref(),
        access_key: principal.access_key_id.as_deref(),
        target: finding.target.key(),
        function: &incident.function,
        action: action.map(crate::action::ActionName::as_str),
        resource: incident.plan.as_ref().map(|plan| plan.resource_arn.as_str()),
        changes: changes.map(|(status, c)| Made { status, call: &c.call, parameters: &c.parameters }).collect(),
        guardrails: incident.verdict.as_ref().map(|verdict| verdict.guardrails.as_slice()),
        approve_until: incident.waits_until_ms().map(rfc3339),
        contained_until: incident.timer_ms().map(rfc3339),
        mark: incident.mark.as_ref().map(|mark| mark.judgment),
        notified: incident.was_sent(),
        can_be_undone: incident.can_be_undone(),
        links,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{finding, plan};

    #[test]
    fn a_document_says_what_is_true_of_each_change() {
        let mut incident = Incident::open(finding(), "ingress-guard", Mode::Shadow, 0);
        incident.plan = Some(plan());
        let value = of(&incident, Links::default()).unwrap();
        assert_eq!((&value["outcome"], &value["changes"][0]["status"]), (&"observed".into(), &"would-be".into()));
        assert_eq!(value["can_be_undone"], false);
        assert_eq!(value["schema_version"], SCHEMA_VERSION);
    }

    #[test]
    fn a_document_fits_into_a_message() {
        let mut incident = Incident::open(finding(), "ingress-guard", Mode::Live, 0);
        incident.finding.why = "x".repeat(50_000);
        let mut big = plan();
        big.changes[0].parameters = serde_json::json!({ "PolicyDocument": "ß".repeat(40_000) });
        incident.plan = Some(big);
        let value = of(&incident, Links::default()).unwrap();
        assert!(value.to_string().len() < MOST && value["cut"] == true && value["id"] == incident.id);
    }

    #[test]
    fn only_an_event_of_its_own_has_a_link() {
        let mut found = finding();
        assert_eq!(Links::of(&found, None), Links::default());
        found.scope.event_id = "01234567-89ab-cdef-0123-456789abcdef".to_owned();
        let link = Links::of(&found, Some("https://runbooks.example/x"));
        let expected = "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/\
                        01234567-89ab-cdef-0123-456789abcdef";
        assert_eq!(
            (link.event.as_deref(), link.runbook.as_deref()),
            (Some(expected), Some("https://runbooks.example/x"))
        );
        found.scope.region = "eu-west-1/../x".to_owned();
        assert_eq!(Links::of(&found, None).event, None);
    }
}
