//! What makes people be asked although the guardrails would let an action through: an event that nobody vouches for, too
//! many actions in an hour, and a fight over one resource.

use riposte_core::event::age_ms;
use riposte_core::finding::{Confidence, Finding, Severity, Target};
use riposte_core::guardrail::{Effect, Verdict};
use riposte_core::incident::Step;
use riposte_core::seal::short_hash;
use riposte_core::text::plain;
use serde_json::Value;

use super::{HOUR_MS, RespondError, Responder};
use crate::invocation::{Invocation, now_ms};
use crate::ledger::{Counter, Held};

/// An event that is older is not acted on without asking, in milliseconds: the account has gone on since, and what looks
/// like the offense may be another's.
const OLD_MS: i64 = 3_600_000;

/// So often the same is taken from the same resource within an hour; the next time people are asked.
const FIGHT: u32 = 3;

/// Actions that one counter holds. Two that are counted at once meet in the table, so that large numbers are spread.
const SHARD: u32 = 64;

/// What stopped an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brake {
    /// Too many actions in the account.
    Account,
    /// Too many actions because of the detector.
    Detector,
    /// The same offense is made again and again.
    Fight,
}

impl Responder<'_> {
    /// Why an event is not to be acted on without asking.
    pub(super) fn doubt(&self, finding: &Finding) -> Option<String> {
        // Who asks by hand knows.
        if self.approvers > 0 {
            return None;
        }
        if let Some(doubt) = &self.doubt {
            return Some(doubt.clone());
        }
        // What log lines show goes on; their finding's time is when it began.
        if matches!(finding.target, Target::Source { .. }) {
            return None;
        }
        let age = age_ms(finding.event_time.as_deref(), now_ms())?;
        (age > OLD_MS).then(|| format!("the event is {} minutes old", age / 60_000))
    }

    /// What is counted with an action, and what it means where a counter is full.
    pub(super) fn counters(&self, finding: &Finding) -> Vec<(Brake, Counter)> {
        if self.approvers > 0 {
            return Vec::new();
        }
        let hour = now_ms().div_euclid(HOUR_MS);
        let limits = self.loaded.settings.breaker;
        let account = finding.scope.account.as_str();
        let spread = |key: String, limit: u32| {
            let shards = limit.div_ceil(SHARD).max(1);
            let hash = u64::from_str_radix(&short_hash(&[&finding.scope.event_id, &finding.detector]), 16);
            let shard = hash.unwrap_or_default() % u64::from(shards);
            Counter { key: format!("{key}/{hour}/{shard}"), limit: limit.div_ceil(shards), seconds: 2 * 3600 }
        };
        vec![
            (Brake::Account, spread(format!("actions/{account}"), limits.account)),
            (Brake::Detector, spread(format!("actions/{account}/{}", finding.detector), limits.detector)),
            (Brake::Fight, Counter { key: fight_key(finding, hour), limit: FIGHT, seconds: 2 * 3600 }),
        ]
    }

    /// Holds an incident's action and asks. Of the brake itself people are told once an hour, by a case of its own.
    pub(super) async fn brake(
        &self,
        held: &mut Held,
        brake: Brake,
        invocation: &Invocation,
    ) -> Result<(), RespondError> {
        let hour = now_ms().div_euclid(HOUR_MS);
        let limits = self.loaded.settings.breaker;
        let finding = &held.incident.finding;
        let (guardrail, why) = match brake {
            Brake::Account => {
                ("breaker", format!("{} actions were taken in this account within the hour", limits.account))
            }
            Brake::Detector => (
                "breaker",
                format!("{} actions were taken because of {} within the hour", limits.detector, finding.detector),
            ),
            Brake::Fight => {
                ("fight", format!("the same was taken from this resource {FIGHT} times within the hour, and is back"))
            }
        };
        let case = match brake {
            Brake::Account => case(finding, "breaker", &format!("breaker/{}/{hour}", finding.scope.account), &why),
            Brake::Detector => {
                let key = format!("breaker/{}/{}/{hour}", finding.scope.account, finding.detector);
                case(finding, "breaker", &key, &why)
            }
            Brake::Fight => case(finding, "containment-fight", &fight_key(finding, hour), &why),
        };
        let id = riposte_core::incident::Incident::id_of(&case);
        self.ask(held, guardrail, &format!("{why}; see {id}"));
        if brake == Brake::Fight {
            // One case tells of the fight; the notices of every round of it would hide it.
            self.end_by_clock(held).await?;
            held.incident.notified = true;
            held.incident.note(now_ms(), Step::Notice, format!("notified with {id}"));
            self.ledger.finish(held).await?;
        } else {
            self.ledger.write(held).await?;
        }
        Box::pin(self.respond(case, invocation)).await?;
        Ok(())
    }

    /// Holds an incident's action for a person to approve.
    pub(super) fn ask(&self, held: &mut Held, guardrail: &str, why: &str) {
        let verdict = Verdict {
            effect: Effect::Ask,
            guardrails: vec![guardrail.to_owned()],
            errors: Vec::new(),
            live: None,
            approvers: None,
        };
        let text = format!("{verdict}: {}", plain(why, 600));
        self.hold(&mut held.incident, verdict, text);
    }
}

/// One offense on one resource, however often it is made: what identifies a single making of it is left out.
fn fight_key(finding: &Finding, hour: i64) -> String {
    let mut request = serde_json::to_value(&finding.response).unwrap_or_default();
    without_rule_ids(&mut request);
    let scope = &finding.scope;
    let parts = [&scope.account, &scope.region, &finding.detector, &finding.target.key(), &request.to_string()];
    format!("fight/{}/{hour}", short_hash(&parts.map(String::as_str)))
}

/// A rule that is made again has a new id.
fn without_rule_ids(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("rule_id");
            map.values_mut().for_each(without_rule_ids);
        }
        Value::Array(items) => items.iter_mut().for_each(without_rule_ids),
        _ => {}
    }
}

/// The case of its own: critical, with nothing to do but for people.
fn case(finding: &Finding, detector: &str, key: &str, why: &str) -> Finding {
    let mut case = finding.clone();
    case.scope.event_id = key.to_owned();
    case.detector = detector.to_owned();
    case.title = match detector {
        "breaker" => "So many actions that people are asked from now on".to_owned(),
        _ => "Somebody undoes what Riposte does, again and again".to_owned(),
    };
    case.severity = Severity::Critical;
    case.confidence = Confidence::High;
    // A target of its own: the resource's is held by the incident that this comes from.
    case.target = Target::Resource { service: "riposte".to_owned(), id: key.to_owned() };
    case.why = match detector {
        "breaker" => format!("{why}; the last one is {} on {}", finding.detector, finding.target.key()),
        _ => format!("{why}: {}; answer who does it: {}", finding.why, finding.principal.label()),
    };
    case.response = None;
    case
}
