//! The EventBridge rules of each function, made of what its detectors read.
//!
//! A pattern may hold 2,048 characters, so that the calls of one function are spread over several rules ([`pack`]).
//! A pattern matches any of its services with any of its calls: a few more events are delivered than are
//! read, never fewer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use riposte_core::catalogue::FunctionSpec;
use riposte_core::detect::{ANY, EventName, Events, Meta, Need, Outcome};
use riposte_core::finding::Severity;
use riposte_core::seal::short_hash;

use super::pack::pack;
use super::pattern::Pattern;
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
    detail: Pattern,
}

/// What a rule is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// Calls that change something.
    Changes,
    /// Read-only management events too, which EventBridge leaves out otherwise. They are many.
    Reads,
    /// Of the calls that `Frequent` delivers whole, those that a finding of weight may come from: while it does not.
    Needed,
    /// Those of them that a busy account makes all the time, or that no finding of weight comes from.
    Frequent,
    /// Every call; read-only ones too where they are wanted.
    Everything,
    /// Data events, which come where a trail records them. They are many.
    Data,
}

/// What a set of calls has in common: what they do, whether failed ones are wanted, and of which callers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    state: State,
    failed: bool,
    /// Empty: of all.
    needs: Vec<Need>,
}

/// Calls that programs make all day long, whatever reads them: keys used, roles taken, images pulled, models called.
const BUSY: [(&str, &str); 4] = [
    ("kms.amazonaws.com", ""),
    ("sts.amazonaws.com", "AssumeRole"),
    ("ecr.amazonaws.com", "BatchGetImage"),
    ("bedrock.amazonaws.com", "InvokeModel"),
];

impl Kind {
    /// The rules that deliver an event, none of which delivers it twice.
    fn all_of(event: EventName, readers: &Readers) -> Vec<Self> {
        let kind = |state, reach: &Reach| Self { state, failed: readers.failed, needs: reach.alternatives() };
        if event.is_data() {
            return vec![kind(State::Data, &Reach::All)];
        }
        if !event.is_read() {
            return vec![kind(State::Changes, &Reach::All)];
        }
        let busy = BUSY.iter().any(|(source, name)| *source == event.source && event.name.starts_with(name));
        let frequent = kind(State::Frequent, &Reach::All);
        match &readers.heavy {
            _ if busy => vec![frequent],
            Reach::None => vec![frequent],
            heavy if heavy.covers(&readers.light) => vec![kind(State::Reads, heavy)],
            heavy => vec![kind(State::Needed, heavy), frequent],
        }
    }

    /// A part of the rules' logical ids.
    fn name(&self) -> String {
        let name = match (self.state, self.failed) {
            (State::Changes, false) => "Changes",
            (State::Changes, true) => "Attempts",
            (State::Reads, false) => "Reads",
            (State::Reads, true) => "ReadAttempts",
            (State::Needed, false) => "Needed",
            (State::Needed, true) => "NeededAttempts",
            (State::Frequent, false) => "Frequent",
            (State::Frequent, true) => "FrequentAttempts",
            (State::Everything, _) => "Everything",
            (State::Data, false) => "Data",
            (State::Data, true) => "DataAttempts",
        };
        let needs = self.needs.iter().fold(String::new(), |mut text, need| {
            let _ = write!(text, "{need:?}");
            text
        });
        let tag = short_hash(&[&needs]).get(..4).unwrap_or_default().to_uppercase();
        if needs.is_empty() { name.to_owned() } else { format!("{name}{tag}") }
    }

    fn what(&self) -> &'static str {
        match (self.state, self.failed) {
            (State::Changes, false) => "Calls that change something",
            (State::Changes, true) => "Calls that change something, failed ones too",
            (State::Reads, false) => "Calls that read",
            (State::Reads, true) => "Calls that read, failed ones too",
            (State::Needed, false) => "Calls that read all the time, by callers that a finding of weight may come from",
            (State::Needed, true) => {
                "Calls that read all the time, by callers that a finding of weight may come from, failed ones too"
            }
            (State::Frequent, false) => "Calls that read, list or use something all the time",
            (State::Frequent, true) => "Calls that read, list or use something all the time, failed ones too",
            (State::Everything, _) => "Every call",
            (State::Data, false) => "Calls on data",
            (State::Data, true) => "Calls on data, failed ones too",
        }
    }
}

/// Whose calls are read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    None,
    /// Of those that meet one of the alternatives.
    Some(BTreeSet<Need>),
    All,
}

impl Reach {
    fn of(meta: &Meta) -> Self {
        // That no service called for itself keeps few calls away, and a rule for it costs its place.
        let narrows = |need: &Need| need.iter().any(|(path, _)| *path != "userIdentity.invokedBy");
        let needs = Some(meta.needs).filter(|needs| !needs.is_empty() && needs.iter().all(narrows));
        needs.map_or(Self::All, |needs| Self::Some(needs.iter().copied().collect()))
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, one) | (one, Self::None) => one,
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Some(mut left), Self::Some(right)) => {
                left.extend(right);
                let all = left.clone();
                // What meets a narrower alternative meets a wider one as well.
                left.retain(|need| !all.iter().any(|other| other != need && is_wider(other, need)));
                if left.len() > MOST_ALTERNATIVES { Self::All } else { Self::Some(left) }
            }
        }
    }

    fn covers(&self, other: &Self) -> bool {
        self.clone().or(other.clone()) == *self
    }

    fn alternatives(&self) -> Vec<Need> {
        match self {
            Self::Some(needs) => needs.iter().copied().collect(),
            Self::None | Self::All => Vec::new(),
        }
    }
}

/// A pattern of more alternatives would leave no room for the calls.
const MOST_ALTERNATIVES: usize = 5;

/// Whether all that `wide` asks for, `narrow` asks for as well.
fn is_wider(wide: Need, narrow: Need) -> bool {
    wide.iter().all(|field| narrow.contains(field))
}

/// Who reads a call.
#[derive(Debug)]
struct Readers {
    /// Whether failed calls are wanted.
    failed: bool,
    /// Those of weight: medium and above.
    heavy: Reach,
    light: Reach,
}

/// The calls that a function is sent by name, each with the kinds of its rules. `metas` are the entries of what it runs.
fn delivered(function: &FunctionSpec, metas: &[&'static Meta]) -> BTreeMap<EventName, Vec<Kind>> {
    let none = || Readers { failed: false, heavy: Reach::None, light: Reach::None };
    let mut wanted: BTreeMap<EventName, Readers> = BTreeMap::new();
    for meta in metas {
        for event in meta.events.names() {
            let readers = wanted.entry(*event).or_insert_with(none);
            readers.failed |= meta.outcome != Outcome::Success;
            let reach = if meta.severity < Severity::Medium { &mut readers.light } else { &mut readers.heavy };
            *reach = std::mem::replace(reach, Reach::None).or(Reach::of(meta));
        }
    }
    for event in function.triggers {
        wanted.entry(*event).or_insert_with(none).heavy = Reach::All;
    }
    wanted.into_iter().map(|(event, readers)| (event, Kind::all_of(event, &readers))).collect()
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
    let metas: Vec<_> = function.metas().collect();
    let delivered = delivered(function, &metas);
    // Whether a call is not delivered to whom reads it while the delivery is off, and all others are on as by default.
    let is_lost = |event: &EventName, meta: &Meta| {
        let kinds = delivered.get(event).map(Vec::as_slice).unwrap_or_default();
        let of = |state| kinds.iter().find(|kind| kind.state == state);
        match delivery {
            Delivery::Reads => of(State::Reads).or(of(State::Needed)).is_some(),
            Delivery::Data => of(State::Data).is_some(),
            Delivery::Frequent => {
                let needed =
                    of(State::Needed).map_or(Reach::None, |kind| Reach::Some(kind.needs.iter().copied().collect()));
                of(State::Frequent).is_some() && !needed.covers(&Reach::of(meta))
            }
        }
    };
    let mut silenced: Vec<_> = metas
        .iter()
        .filter_map(|meta| {
            let names = meta.events.names();
            let calls: Vec<_> = names.iter().filter(|event| is_lost(event, meta)).copied().collect();
            let special = match meta.events {
                Events::ByRoot => delivery == Delivery::Reads,
                Events::Denied => delivery == Delivery::Reads && reads_refused(meta),
                Events::NetworkActivity => delivery == Delivery::Data,
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

/// Whether refused calls that only read are wanted too. Attempts are nearly all changes,
/// and refused reads are many.
fn reads_refused(meta: &Meta) -> bool {
    meta.events == Events::Denied && !meta.id.ends_with("-attempt-refused")
}

/// The rules of a function. `own` are the entries of a user's rules that it runs.
pub(super) fn of(function: &FunctionSpec, own: &[&'static Meta]) -> Vec<Rule> {
    let metas: Vec<_> = function.metas().chain(own.iter().copied()).collect();
    let prefix = logical(function);
    let mut kinds: BTreeMap<Kind, Vec<EventName>> = BTreeMap::new();
    for (event, of_event) in delivered(function, &metas) {
        for kind in of_event {
            kinds.entry(kind).or_default().push(event);
        }
    }
    let mut rules = Vec::new();
    for (kind, events) in kinds {
        let takes = |calls: &[EventName]| LONGEST_ENVELOPE + pattern(&kind, calls).length();
        for (part, calls) in pack(&events, |c| takes(c) <= LONGEST, |c| takes(c) > LONGEST / 2) {
            let (id, what) = (format!("{prefix}{}{part}", kind.name()), kind.what());
            let detail = pattern(&kind, &calls);
            rules.push(Rule { id, what, state: kind.state, detail_types: &DETAIL_TYPES, detail });
        }
    }
    let reads = |wanted| metas.iter().any(|meta| meta.events == wanted);
    let mut special = |name: &str, what, state, detail| {
        let id = format!("{prefix}{name}Rule");
        rules.push(Rule { id, what, state, detail_types: &DETAIL_TYPES, detail });
    };
    if reads(Events::ByRoot) {
        special("Root", "Calls of the root user", State::Reads, Pattern::default().with(CALLER, ["Root"]));
    }
    if reads(Events::Denied) {
        let denials = Pattern::default().with(ERROR, DENIALS);
        if metas.iter().any(|meta| reads_refused(meta)) {
            special("Denied", "Calls that were refused for want of a permission", State::Reads, denials);
        } else {
            let what = "Calls that would change something and were refused for want of a permission";
            special("Denied", what, State::Changes, denials);
        }
    }
    if own.iter().any(|meta| meta.events == Events::All) {
        special("All", "All calls, for rules that name none", State::Reads, Pattern::default());
    }
    if !function.behaviors.is_empty() {
        // AWS's services are no principals, and heartbeats no behavior.
        let detail = Pattern::default()
            .with("eventName", [format!("anything-but: [{}]", HEARTBEATS.join(", "))])
            .with(CALLER, [NO_SERVICE]);
        rules.push(Rule {
            id: format!("{prefix}EveryCall"),
            what: "Every call that is no service's own and no heartbeat",
            state: State::Everything,
            detail_types: &DETAIL_TYPES,
            detail,
        });
    }
    if reads(Events::NetworkActivity) {
        // The account's own calls through its endpoints are many, and each is recorded as a call too.
        let own = own.iter().any(|meta| meta.events == Events::NetworkActivity);
        let others = (!own).then_some("anything-but: !Ref AWS::AccountId");
        rules.push(Rule {
            id: format!("{prefix}NetworkActivityRule"),
            what: "Calls that VPC endpoints saw",
            state: State::Data,
            detail_types: &NETWORK_ACTIVITY,
            detail: Pattern::default().with("userIdentity.accountId", others),
        });
    }
    rules
}

/// What agents and services' own machinery write by the thousand under an instance's or a role's name, whatever happens.
const HEARTBEATS: [&str; 3] = ["CreateLogStream", "PutEvaluations", "UpdateInstanceInformation"];

const CALLER: &str = "userIdentity.type";
const ERROR: &str = "errorCode";
const NO_SERVICE: &str = "anything-but: AWSService";

/// The pattern's length as JSON without its `detail`.
const LONGEST_ENVELOPE: usize = 200;

/// What the rule of these calls matches.
fn pattern(kind: &Kind, calls: &[EventName]) -> Pattern {
    let distinct = |part: fn(&EventName) -> &'static str| {
        let values: BTreeSet<_> = calls.iter().map(part).filter(|value| *value != ANY).collect();
        values
    };
    let says = |field| kind.needs.iter().any(|need| need.iter().any(|(path, _)| *path == field));
    let mut pattern = Pattern::default()
        .with("eventSource", distinct(|call| call.source))
        .with("eventName", distinct(|call| call.name));
    if !kind.failed && !says(ERROR) {
        pattern = pattern.with(ERROR, ["exists: false"]);
    }
    if matches!(kind.state, State::Reads | State::Needed | State::Frequent) && !says(CALLER) {
        // What AWS's services read for themselves is most of all that is read.
        pattern = pattern.with(CALLER, [NO_SERVICE]);
    }
    pattern.meeting(&kind.needs)
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
            Self::Needed => &[
                "State: !If",
                "  - DeliversFrequent",
                "  - DISABLED",
                "  - !If",
                "    - DeliversReads",
                "    - !If [HasEndpoint, ENABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]",
                "    - DISABLED",
            ],
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
        lines.extend(self.detail.lines().iter().map(|line| format!("        {line}")));
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
