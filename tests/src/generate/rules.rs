//! The EventBridge rules of each function, made of what its detectors read.
//!
//! A pattern may hold 2,048 characters, so that the calls of one function are spread over several rules ([`pack`]).
//! A pattern matches any of its services with any of its calls: a few more events are delivered than are
//! read, never fewer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use riposte_core::catalogue::FunctionSpec;
use riposte_core::detect::{ANY, EventName, Events, Meta, Outcome};
use riposte_core::finding::Severity;

use super::pack::pack;
use super::template::logical;

/// EventBridge's quota for one pattern, in characters, less what a demonstration's event source takes.
const LONGEST: usize = 2048 - 80;

/// The kinds of CloudTrail events that EventBridge delivers.
const DETAIL_TYPES: [&str; 3] =
    ["AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail", "AWS Service Event via CloudTrail"];

/// What VPC endpoints saw of calls, delivered where a trail records it.
const NETWORK_ACTIVITY: [&str; 1] = ["AWS Network Activity Event via CloudTrail"];

/// Refusals, as the services spell them.
const DENIALS: [&str; 10] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Client.UnauthorizedOperation",
    "Forbidden",
    "NotAuthorized",
    "NotAuthorizedException",
    "UnauthorizedAccess",
    "UnauthorizedOperation",
];

/// One EventBridge rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// Its logical id in the template.
    pub(super) id: String,
    what: &'static str,
    state: State,
    detail_types: &'static [&'static str],
    /// Fields of `detail`, each with the values that match: plain ones, or a pattern in YAML.
    detail: Vec<(&'static str, Vec<String>)>,
}

/// What a rule is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// Calls that change something.
    Changes,
    /// Read-only management events too, which EventBridge leaves out otherwise. They are many.
    Reads,
    /// Those of them that a busy account makes all the time, or that no finding of weight comes from.
    Frequent,
    /// Every call; read-only ones too where they are wanted.
    Everything,
    /// Data events, which come where a trail records them. They are many.
    Data,
}

/// What a set of calls has in common: what they do, and whether failed ones are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    state: State,
    failed: bool,
}

/// Calls that programs make all day long, whatever reads them: keys used, roles taken, images pulled, models called.
const BUSY: [(&str, &str); 4] = [
    ("kms.amazonaws.com", ""),
    ("sts.amazonaws.com", "AssumeRole"),
    ("ecr.amazonaws.com", "BatchGetImage"),
    ("bedrock.amazonaws.com", "InvokeModel"),
];

impl Kind {
    /// `worst` is the highest severity among the event's readers.
    fn of(event: EventName, failed: bool, worst: Severity) -> Self {
        let busy = BUSY.iter().any(|(source, name)| *source == event.source && event.name.starts_with(name));
        let state = match (event.is_data(), event.is_read()) {
            (true, _) => State::Data,
            (false, true) if busy || worst < Severity::Medium => State::Frequent,
            (false, true) => State::Reads,
            (false, false) => State::Changes,
        };
        Self { state, failed }
    }

    fn name(self) -> &'static str {
        match (self.state, self.failed) {
            (State::Changes, false) => "Changes",
            (State::Changes, true) => "Attempts",
            (State::Reads, false) => "Reads",
            (State::Reads, true) => "ReadAttempts",
            (State::Frequent, false) => "Frequent",
            (State::Frequent, true) => "FrequentAttempts",
            (State::Everything, _) => "Everything",
            (State::Data, false) => "Data",
            (State::Data, true) => "DataAttempts",
        }
    }

    fn what(self) -> &'static str {
        match (self.state, self.failed) {
            (State::Changes, false) => "Calls that change something",
            (State::Changes, true) => "Calls that change something, failed ones too",
            (State::Reads, false) => "Calls that read",
            (State::Reads, true) => "Calls that read, failed ones too",
            (State::Frequent, false) => "Calls that read, list or use something all the time",
            (State::Frequent, true) => "Calls that read, list or use something all the time, failed ones too",
            (State::Everything, _) => "Every call",
            (State::Data, false) => "Calls on data",
            (State::Data, true) => "Calls on data, failed ones too",
        }
    }
}

/// The calls that a function is sent by name, each with the kind of its rule. `metas` are the entries of what it runs.
fn delivered(function: &FunctionSpec, metas: &[&'static Meta]) -> BTreeMap<EventName, Kind> {
    // Whether failed calls are wanted, and the highest severity of those who read them.
    let mut wanted: BTreeMap<EventName, (bool, Severity)> = BTreeMap::new();
    for meta in metas {
        for event in meta.events.names() {
            let (failed, worst) = wanted.entry(*event).or_insert((false, meta.severity));
            *failed |= meta.outcome != Outcome::Success;
            *worst = meta.severity.max(*worst);
        }
    }
    for event in function.triggers {
        wanted.entry(*event).or_insert((false, Severity::Medium));
    }
    wanted.into_iter().map(|(event, (failed, worst))| (event, Kind::of(event, failed, worst))).collect()
}

/// A detector that a delivery is needed for.
#[derive(Debug, Clone)]
pub(super) struct Silenced {
    pub(super) meta: &'static Meta,
    /// The calls that it does not hear of without the delivery; empty where it hears of none at all.
    pub(super) calls: Vec<EventName>,
}

/// What a function's detectors do not hear of while a delivery is off, the worst first.
pub(super) fn silenced(function: &FunctionSpec, delivery: Delivery) -> Vec<Silenced> {
    let state = match delivery {
        Delivery::Reads => State::Reads,
        Delivery::Frequent => State::Frequent,
        Delivery::Data => State::Data,
    };
    let metas: Vec<_> = function.metas().collect();
    let delivered = delivered(function, &metas);
    let of_state = |event: &&EventName| delivered.get(*event).is_some_and(|kind| kind.state == state);
    let mut silenced: Vec<_> = metas
        .iter()
        .filter_map(|meta| {
            let names = meta.events.names();
            let calls: Vec<_> = names.iter().filter(of_state).copied().collect();
            let special = match meta.events {
                Events::ByRoot | Events::Denied => state == State::Reads,
                Events::NetworkActivity => state == State::Data,
                _ => false,
            };
            let all = calls.len() == names.len() && !names.is_empty();
            (special || !calls.is_empty()).then(|| Silenced { meta, calls: if all { Vec::new() } else { calls } })
        })
        .collect();
    silenced.sort_by_key(|one| (Reverse(one.meta.severity), one.meta.id));
    silenced
}

/// A delivery that a parameter of the template switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// `DeliverReads`.
    Reads,
    /// `DeliverFrequent`.
    Frequent,
    /// `DeliverData`.
    Data,
}

/// The rules of a function. `own` are the entries of a user's rules that it runs.
pub(super) fn of(function: &FunctionSpec, own: &[&'static Meta]) -> Vec<Rule> {
    let metas: Vec<_> = function.metas().chain(own.iter().copied()).collect();
    let prefix = logical(function);
    let mut kinds: BTreeMap<Kind, Vec<EventName>> = BTreeMap::new();
    for (event, kind) in delivered(function, &metas) {
        kinds.entry(kind).or_default().push(event);
    }
    let mut rules = Vec::new();
    for (kind, events) in kinds {
        let takes = |calls: &[EventName]| length(&fields(calls));
        for (part, calls) in pack(&events, |c| takes(c) <= LONGEST, |c| takes(c) > LONGEST / 2) {
            let mut detail = fields(&calls);
            if !kind.failed {
                detail.push(("errorCode", vec!["exists: false".to_owned()]));
            }
            if matches!(kind.state, State::Reads | State::Frequent) {
                // What AWS's services read for themselves is most of all that is read.
                detail.push(("userIdentity", vec!["anything-but: AWSService".to_owned()]));
            }
            let id = format!("{prefix}{}{part}", kind.name());
            rules.push(Rule { id, what: kind.what(), state: kind.state, detail_types: &DETAIL_TYPES, detail });
        }
    }
    let reads = |wanted| metas.iter().any(|meta| meta.events == wanted);
    let mut special = |name: &str, what, detail| {
        let id = format!("{prefix}{name}Rule");
        rules.push(Rule { id, what, state: State::Reads, detail_types: &DETAIL_TYPES, detail });
    };
    if reads(Events::ByRoot) {
        let root = vec![("userIdentity", vec!["Root".to_owned()])];
        special("Root", "Calls of the root user", root);
    }
    if reads(Events::Denied) {
        let denials = vec![("errorCode", DENIALS.map(str::to_owned).to_vec())];
        special("Denied", "Calls that were refused for want of a permission", denials);
    }
    if own.iter().any(|meta| meta.events == Events::All) {
        special("All", "All calls, for rules that name none", Vec::new());
    }
    if !function.behaviors.is_empty() {
        // AWS's services are no principals.
        rules.push(Rule {
            id: format!("{prefix}EveryCall"),
            what: "Every call that is not a service's own",
            state: State::Everything,
            detail_types: &DETAIL_TYPES,
            detail: vec![("userIdentity", vec!["anything-but: AWSService".to_owned()])],
        });
    }
    if reads(Events::NetworkActivity) {
        // The account's own calls through its endpoints are many, and each is recorded as a call too.
        let own = own.iter().any(|meta| meta.events == Events::NetworkActivity);
        let others = vec!["anything-but: !Ref AWS::AccountId".to_owned()];
        rules.push(Rule {
            id: format!("{prefix}NetworkActivityRule"),
            what: "Calls that VPC endpoints saw",
            state: State::Data,
            detail_types: &NETWORK_ACTIVITY,
            detail: if own { Vec::new() } else { vec![("userIdentity.accountId", others)] },
        });
    }
    rules
}

fn fields(calls: &[EventName]) -> Vec<(&'static str, Vec<String>)> {
    let distinct = |part: fn(&EventName) -> &'static str| {
        let values: BTreeSet<_> = calls.iter().map(part).filter(|value| *value != ANY).collect();
        values.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let fields = [("eventSource", distinct(|call| call.source)), ("eventName", distinct(|call| call.name))];
    fields.into_iter().filter(|(_, values)| !values.is_empty()).collect()
}

/// The pattern's length as JSON, with the longest of the other fields.
fn length(detail: &[(&'static str, Vec<String>)]) -> usize {
    let list = |values: &[String]| values.iter().map(|value| value.len() + 3).sum::<usize>() + 2;
    let envelope = r#"{"source":[{"prefix":"aws."}],"detail-type":,"detail":{"errorCode":[{"exists":false}],"userIdentity":{"type":[{"anything-but":"AWSService"}]}}}"#.len();
    let types = list(&DETAIL_TYPES.map(str::to_owned));
    envelope + types + detail.iter().map(|(field, values)| field.len() + 4 + list(values)).sum::<usize>()
}

impl State {
    fn lines(self) -> &'static [&'static str] {
        match self {
            Self::Changes => &[],
            Self::Everything => &[
                "State: !If",
                "  - WatchesBehavior",
                "  - !If",
                "    - DeliversFrequent",
                "    - !If [HasEndpoint, ENABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]",
                "    - ENABLED",
                "  - DISABLED",
            ],
            Self::Data => &["State: !If [DeliversData, ENABLED, DISABLED]"],
            // The emulator knows the short word only.
            Self::Reads => &[
                "State: !If",
                "  - DeliversReads",
                "  - !If [HasEndpoint, ENABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]",
                "  - DISABLED",
            ],
            Self::Frequent => &[
                "State: !If",
                "  - DeliversFrequent",
                "  - !If [HasEndpoint, ENABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]",
                "  - DISABLED",
            ],
        }
    }
}

impl Rule {
    /// The resource, line by line.
    pub(super) fn lines(&self, function: &FunctionSpec) -> Vec<String> {
        let prefix = logical(function);
        let mut lines = vec![
            format!("{}:", self.id),
            "  Type: AWS::Events::Rule".to_owned(),
            "  Properties:".to_owned(),
            format!("    Description: {}.", self.what),
        ];
        lines.extend(self.state.lines().iter().map(|line| format!("    {line}")));
        if let (State::Changes, Some(condition)) = (self.state, function.condition) {
            lines.push(format!("    State: !If [{condition}, ENABLED, DISABLED]"));
        }
        lines.push("    EventPattern:".to_owned());
        // Nobody but AWS can send an event whose source begins so.
        lines.push("      source:".to_owned());
        lines.push("        - prefix: aws.".to_owned());
        lines.push("        - !If [AdmitsDemoEvents, !Ref DemoEventSource, !Ref AWS::NoValue]".to_owned());
        lines.push("      detail-type:".to_owned());
        lines.extend(self.detail_types.iter().map(|kind| format!("        - {kind}")));
        if !self.detail.is_empty() {
            lines.push("      detail:".to_owned());
        }
        for (field, values) in &self.detail {
            let (part, within) = match field.split_once('.') {
                Some((part, within)) => (part, Some(within)),
                None => (*field, (*field == "userIdentity").then_some("type")),
            };
            lines.push(format!("        {part}:"));
            let deeper = match within {
                Some(within) => {
                    lines.push(format!("          {within}:"));
                    "  "
                }
                None => "",
            };
            lines.extend(values.iter().map(|value| format!("          {deeper}- {value}")));
        }
        lines.extend([
            "    Targets:".to_owned(),
            "      - Id: queue".to_owned(),
            format!("        Arn: !GetAtt {prefix}Queue.Arn"),
            "        DeadLetterConfig:".to_owned(),
            format!("          Arn: !GetAtt {prefix}DeadLetters.Arn"),
            String::new(),
        ]);
        lines
    }
}
