//! The settings below `/riposte/`, and the mode among them.

use super::{OwnPart, events, names};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::settings::{MODE_PATH, Mode};

/// See its [`Meta`].
pub(in crate::detect) const SETTING_CHANGED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-setting-changed",
        title: "Riposte's own setting changed",
        domain: Domain::Traces,
        severity: Severity::High,
        confidence: Confidence::Medium,
        technique: &["T1562.001"],
        no_response: "The former value is not in the event, and Riposte does not overrule whoever may set it: \
            Parameter Store keeps the history.",
        events: Events::Calls(EVENTS),
        prose: PROSE,
        ..Meta::PLAIN
    },
    what: "setting",
    keys: &["name", "names", "resourceId"],
    own: names::setting,
    harms: |call| !sets_mode(call),
};

const EVENTS: &[EventName] = events! {
    "ssm.amazonaws.com": ["PutParameter", "DeleteParameter", "DeleteParameters", "UnlabelParameterVersion"],
};

const PROSE: &str = "\
## What it does
Fires when a parameter below `/riposte/` or `/riposte-keys/` is written or deleted: guardrails, protected principals,
own roles, topic, ledger, the log groups that are watched, the keys that sign records. The mode has a detector of its own,
`riposte-mode-changed`, unless it is deleted. CloudTrail hides the value, so that any value counts. Calls of
CloudFormation are `riposte-changed-by-cloudformation`, refused ones `riposte-tampering-refused`.

## Why is this bad?
The settings decide whom Riposte never touches and how much it may do. One name more among the protected
principals gives an attacker a free hand; another topic sends the notices somewhere else; a setting that is gone
makes the functions refuse to work.

## False positives
The operator who sets Riposte up (`riposte init` writes the keys) or tunes a guardrail. Whoever did
it should recognize the time and the address.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
- <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html>
";

/// Whether the call sets the mode to something: deleting it is not that.
fn sets_mode(call: &ApiCall) -> bool {
    call.event_name().eq_ignore_ascii_case("PutParameter")
        && call.request_text("name").and_then(names::setting) == Some(MODE_PATH)
}

/// See [`MODE`].
pub(in crate::detect) struct ModeChanged;

const MODE: Meta = Meta {
    id: "riposte-mode-changed",
    title: "Riposte's mode changed",
    domain: Domain::Traces,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1562.001"],
    no_response: "Riposte does not set its own mode: whoever is allowed to switch it off in an emergency must not have \
        to fight it.",
    events: Events::Calls(events! { "ssm.amazonaws.com": ["PutParameter"] }),
    prose: MODE_PROSE,
    ..Meta::PLAIN
};

const MODE_PROSE: &str = "\
## What it does
Fires when the parameter `/riposte/mode` is written. CloudTrail hides a parameter's value, so it is not
known here whether Riposte was halted or set live; where a record does show it, it is named, `live` lowers
the confidence to low and `halt` raises it to high. `riposte status` shows the mode as it is now.

Where the stack sets it (CloudFormation), see `riposte-changed-by-cloudformation`.

## Why is this bad?
`halt` and `shadow` are the quietest ways to disarm Riposte: one call, nothing breaks, and every finding is
still recorded while nothing is done about it.

## False positives
The operator's own `riposte mode`, which is meant to be reported: everybody who receives the notices should know
in which mode Riposte runs.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
- <https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudtrail-logs.html>
";

impl Detector for ModeChanged {
    fn meta(&self) -> &Meta {
        &MODE
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !sets_mode(call) || names::by_cloudformation(call) {
            return Ok(Vec::new());
        }
        let mode = call.request_text("value").and_then(|value| value.parse::<Mode>().ok());
        let (how, confidence) = match mode {
            Some(mode @ Mode::Halt) => (format!("sets to `{}`", mode.as_str()), Some(Confidence::High)),
            Some(mode @ Mode::Live) => (format!("sets to `{}`", mode.as_str()), Some(Confidence::Low)),
            Some(mode) => (format!("sets to `{}`", mode.as_str()), None),
            None => ("sets, to a value that CloudTrail does not show,".to_owned(), None),
        };
        Ok(vec![Claim { confidence, ..SETTING_CHANGED.claim(call, MODE_PATH, &how) }])
    }
}
