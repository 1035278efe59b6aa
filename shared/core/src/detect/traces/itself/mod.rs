//! What would blind or change Riposte itself: calls on its own rules, queues, functions, ledger,
//! settings, roles, logs, notices and stack.
//!
//! One table per part ([`OwnPart`]) says which calls touch it and where they name it. From the same
//! tables come the detector of what was refused ([`refused`]) and the one of what CloudFormation did
//! for somebody ([`deployed`]), so that a call added to a part is known to both.

mod cloud_control;
mod deployed;
mod exempt;
mod functions;
mod keys;
mod ledger;
mod logs;
mod names;
mod notices;
mod queues;
mod refused;
mod roles;
mod rules;
mod settings;
mod stack;

pub(super) use cloud_control::CHANGED_BY_CLOUD_CONTROL;
pub(super) use deployed::ChangedByCloudFormation;
pub(super) use exempt::ExemptTagSet;
pub(super) use functions::{FUNCTION_OPENED, FUNCTION_REPLACED, FUNCTION_STOPPED};
pub(super) use keys::KEY_READ;
pub(super) use ledger::{INCIDENT_DELETED, LEDGER_TAMPERED};
pub(super) use logs::LOGS_TAMPERED;
pub(super) use notices::{ALARM_SILENCED, NOTICES_CUT_OFF};
pub(super) use queues::QUEUE_CUT_OFF;
pub(super) use refused::TamperingRefused;
pub(super) use roles::{ROLE_CHANGED, ROLE_TRUST_CHANGED};
pub(super) use rules::RULE_SILENCED;
pub(super) use settings::{ModeChanged, SETTING_CHANGED};
pub(super) use stack::{STACK_CHANGED, STACK_DELETED};

use super::paths::texts;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// What the detectors of Riposte's own parts have in common.
const OWN: Meta = Meta {
    domain: Domain::Traces,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1562.001"],
    no_response: "Riposte's own parts come from its stack: deploy it again. A function that repaired what runs it \
        would need power over itself, which whoever takes it over would have.",
    ..Meta::PLAIN
};

/// A part of Riposte, and the calls that harm it.
#[derive(Debug)]
pub(super) struct OwnPart {
    meta: Meta,
    /// What it is called: `rule`.
    what: &'static str,
    /// Where the request or the response names it, as paths through objects and lists. The first that
    /// names one of ours counts; the others may say the same in other words.
    keys: &'static [&'static str],
    /// The part of such a name by which it is ours.
    own: fn(&str) -> Option<&str>,
    /// Whether a call that names it does harm.
    harms: fn(&ApiCall) -> bool,
}

/// The parts. The mode stands among the settings; single incidents are left out, since nobody deploys
/// them.
const PARTS: &[&OwnPart] = &[
    &RULE_SILENCED,
    &QUEUE_CUT_OFF,
    &FUNCTION_STOPPED,
    &FUNCTION_REPLACED,
    &FUNCTION_OPENED,
    &LEDGER_TAMPERED,
    &SETTING_CHANGED,
    &ROLE_CHANGED,
    &ROLE_TRUST_CHANGED,
    &LOGS_TAMPERED,
    &NOTICES_CUT_OFF,
    &ALARM_SILENCED,
    &CHANGED_BY_CLOUD_CONTROL,
];

/// The stack that they belong to.
const STACK: &[&OwnPart] = &[&STACK_DELETED, &STACK_CHANGED];

impl OwnPart {
    const fn calls(&self) -> &'static [EventName] {
        match self.meta.events {
            Events::Calls(calls) => calls,
            _ => &[],
        }
    }

    /// The names of ours that the call holds.
    fn named<'a>(&self, call: &'a ApiCall) -> Vec<&'a str> {
        let in_key = |key: &&str| {
            let mut names: Vec<_> = texts(call, key).into_iter().filter_map(self.own).collect();
            names.dedup();
            names
        };
        self.keys.iter().map(in_key).find(|names| !names.is_empty()).unwrap_or_default()
    }

    /// Whether the part is harmed by calls of this name.
    fn reads(&self, call: &ApiCall) -> bool {
        let is = |event: &EventName| {
            call.event_name().eq_ignore_ascii_case(event.name)
                && call.event_source().is_some_and(|source| source.eq_ignore_ascii_case(event.source))
        };
        self.calls().iter().any(is)
    }

    fn target(&self, call: &ApiCall, name: &str) -> Target {
        let service = call.service();
        Target::Resource { service: service.to_owned(), id: name.to_owned() }
    }

    fn claim(&self, call: &ApiCall, name: &str, how: &str) -> Claim {
        let (event, actor) = (call.event_name(), call.actor());
        let why = format!("`{event}` by `{}` {how} Riposte's own {} `{name}`", actor.label(), self.what);
        Claim::of(self.target(call, name), plain(&why, 600))
    }
}

impl Detector for OwnPart {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if names::by_cloudformation(call) || !(self.harms)(call) {
            return Ok(Vec::new());
        }
        Ok(self.named(call).into_iter().map(|name| self.claim(call, name, "on")).collect())
    }
}

/// How many calls the parts have.
const fn count(mut parts: &[&OwnPart]) -> usize {
    let mut count = 0;
    while let Some((part, others)) = parts.split_first() {
        count += part.calls().len();
        parts = others;
    }
    count
}

/// The calls of the parts and of the stack, in one list of exactly their number.
const fn calls<const N: usize>(mut parts: &[&OwnPart], mut stack: &[&OwnPart]) -> [EventName; N] {
    let mut all = [EventName { source: "", name: "" }; N];
    let mut free: &mut [EventName] = &mut all;
    loop {
        let part = if let Some((part, others)) = parts.split_first() {
            parts = others;
            part
        } else if let Some((part, others)) = stack.split_first() {
            stack = others;
            part
        } else {
            return all;
        };
        let mut events = part.calls();
        while let Some((event, after)) = events.split_first() {
            let Some((slot, left)) = free.split_first_mut() else { return all };
            *slot = *event;
            (free, events) = (left, after);
        }
    }
}

/// Every call of a service's that is listed, as the catalogue wants them.
macro_rules! events {
    ($($source:literal: [$($name:literal),* $(,)?]),* $(,)?) => {
        &[$($($crate::detect::EventName { source: $source, name: $name },)*)*]
    };
}
use events;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::finding::Confidence;

    fn judge(detector: &dyn Detector, record: Value) -> Vec<Claim> {
        let Value::Object(record) = record else { panic!("{record} is no record") };
        let call = ApiCall::new(record, None, None);
        detector.judge(&call, &Facts::default()).unwrap()
    }

    #[test]
    fn what_is_refused_covers_every_part_and_the_stack() {
        let of = |parts: &[&OwnPart]| parts.iter().flat_map(|part| part.calls().to_vec()).collect::<BTreeSet<_>>();
        let refused: BTreeSet<_> = TamperingRefused.meta().events.names().iter().copied().collect();
        assert_eq!(refused, &of(PARTS) | &of(STACK));
        let deployed: BTreeSet<_> = ChangedByCloudFormation.meta().events.names().iter().copied().collect();
        assert_eq!(deployed, of(PARTS));
    }

    #[test]
    fn one_call_on_many_makes_a_claim_for_each_of_ours() {
        let record = json!({
            "eventSource": "monitoring.amazonaws.com", "eventName": "DeleteAlarms",
            "requestParameters": { "alarmNames": ["riposte-A-1", "shop", "riposte-B-2"] },
        });
        let targets: Vec<_> = judge(&ALARM_SILENCED, record).iter().map(|claim| claim.target.key()).collect();
        assert_eq!(targets, ["monitoring/riposte-A-1", "monitoring/riposte-B-2"]);
    }

    #[test]
    fn a_table_is_told_by_its_name_and_the_stack_by_its_whole_one() {
        let of = |source: &str, name: &str, key: &str, value: &str| json!({ "eventSource": source, "eventName": name, "requestParameters": { key: value } });
        let delete = |table| of("dynamodb.amazonaws.com", "DeleteTable", "tableName", table);
        assert_eq!(judge(&LEDGER_TAMPERED, delete("riposte-ledger")).len(), 1);
        assert_eq!(judge(&LEDGER_TAMPERED, delete("orders")).len(), 0);
        let delete = |stack| of("cloudformation.amazonaws.com", "DeleteStack", "stackName", stack);
        assert_eq!(judge(&STACK_DELETED, delete("riposte")).len(), 1);
        assert_eq!(judge(&STACK_DELETED, delete("riposte-ledger")).len(), 0);
    }

    #[test]
    fn the_mode_is_told_where_it_can_be_read() {
        for (value, words, confidence) in [
            ("halt", "sets to `halt`", Some(Confidence::High)),
            ("live", "sets to `live`", Some(Confidence::Low)),
            ("shadow", "sets to `shadow`", None),
            ("HIDDEN_DUE_TO_SECURITY_REASONS", "CloudTrail does not show", None),
        ] {
            let record = json!({
                "eventSource": "ssm.amazonaws.com", "eventName": "PutParameter",
                "requestParameters": { "name": "/riposte/mode", "value": value },
            });
            let [claim] = judge(&ModeChanged, record).try_into().unwrap();
            assert!(claim.why.contains(words), "{}", claim.why);
            assert_eq!(claim.confidence, confidence, "{value}");
        }
    }

    #[test]
    fn a_refusal_is_read_from_the_message_where_the_request_is_left_out() {
        for (resource, found) in [
            ("role riposte-Role-1", 1),
            ("arn:aws:iam::111122223333:role/riposte-Role-1", 1),
            ("role reports", 0),
            ("role reports because of riposte-Role-1", 0),
        ] {
            let message =
                format!("User: x is not authorized to perform: iam:DeleteRole on resource: {resource} because no");
            let record = json!({
                "eventSource": "iam.amazonaws.com", "eventName": "DeleteRole", "errorCode": "AccessDenied",
                "errorMessage": message, "requestParameters": null,
            });
            assert_eq!(judge(&TamperingRefused, record).len(), found, "{resource}");
        }
    }
}
