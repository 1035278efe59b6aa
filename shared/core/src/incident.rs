//! The record of one finding, from the event to the verified outcome and the undo.
//!
//! The record is the only truth between invocations: whoever holds it knows the first step that is not
//! done yet ([`Incident::next`]) and goes on from there, in this invocation or in another after a crash.

mod timed;

use serde::{Deserialize, Serialize};

use crate::approval::{Approval, Denial, Mark};
use crate::detect::renamed;
use crate::finding::Finding;
use crate::guardrail::{Effect, Verdict};
use crate::plan::{Plan, Verification};
use crate::seal;
use crate::settings::Mode;

pub use timed::Timed;

/// How far an incident has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Found; nothing was changed, and nothing will be unless a person does.
    Observed,
    /// A guardrail wants a person's approval first.
    Asked,
    /// A person said no, or nobody answered in time. Nothing was changed.
    Denied,
    /// Decided and written down; the change may or may not have been made.
    Intended,
    /// The change was made and reading again did not confirm it.
    Applied,
    /// Read again: the offense is gone.
    Verified,
    /// The action could not be carried out; why is in the timeline.
    Failed,
    /// The before-state was restored, and read again.
    Undone,
}

impl State {
    /// As it stands in the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Asked => "asked",
            Self::Denied => "denied",
            Self::Intended => "intended",
            Self::Applied => "applied",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Undone => "undone",
        }
    }

    /// Whether an incident may go from here to `next`.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        use State::{Applied, Asked, Denied, Failed, Intended, Observed, Undone, Verified};
        match self {
            Observed => matches!(next, Observed | Asked | Intended | Verified | Failed),
            Asked => matches!(next, Asked | Denied | Intended | Observed | Verified | Failed),
            Denied => next == Denied,
            Intended => matches!(next, Intended | Applied | Verified | Failed | Observed | Asked),
            Applied => matches!(next, Applied | Verified | Undone | Failed),
            Verified => matches!(next, Verified | Undone),
            // A plan that was carried out in part can be undone in part.
            Failed => matches!(next, Failed | Undone),
            Undone => next == Undone,
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A step of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The event reached the function.
    Event,
    /// A detector claimed something.
    Finding,
    /// The live state was read and a plan made.
    Plan,
    /// The guardrails decided.
    Decision,
    /// The change was made.
    Action,
    /// The resource was read again.
    Verify,
    /// The notice was accepted by the topic.
    Notice,
    /// The before-state was restored.
    Undo,
    /// A person approved, or said no.
    Approval,
    /// A person said whether the finding was right.
    Mark,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Event => "event",
            Self::Finding => "finding",
            Self::Plan => "plan",
            Self::Decision => "decision",
            Self::Action => "action",
            Self::Verify => "verify",
            Self::Notice => "notice",
            Self::Undo => "undo",
            Self::Approval => "approval",
            Self::Mark => "mark",
        })
    }
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Which step.
    pub step: Step,
    /// What happened. May quote the attacker: show it escaped.
    pub text: String,
}

/// Whether a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Changed {
    /// None was made: held, failed, or somebody else was faster.
    #[default]
    No,
    /// The call was answered: it was made.
    Yes,
    /// Found made, after an interruption or a lost answer: by Riposte, or meanwhile by somebody else.
    Unknown,
}

/// One of a plan's changes that stands as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Its place in the plan's changes.
    pub n: usize,
    /// The id of the request that made it; `None` where it was found made, after an interruption or a lost answer.
    pub request_id: Option<String>,
}

/// An undo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undoing {
    /// Who: the ARN of the caller; `None` where AWS did not say. The name of a function where the time was up.
    pub by: Option<String>,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// When it was intended: milliseconds since 1970.
    pub at_ms: i64,
}

/// The record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Made of event id, detector and target: the same event always makes the same incident.
    pub id: String,
    /// The function that answers it.
    pub function: String,
    /// How far it has come.
    pub state: State,
    /// The mode in which it was last decided.
    pub mode: Mode,
    /// When it was opened: milliseconds since 1970.
    pub opened_ms: i64,
    /// The finding.
    pub finding: Finding,
    /// The plan as first made: its before-state is from before the first change.
    pub plan: Option<Plan>,
    /// The decision.
    pub verdict: Option<Verdict>,
    /// Whether a change was made.
    #[serde(default)]
    pub changed: Changed,
    /// Which of the plan's changes were made, as far as it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<Made>,
    /// The last undo that was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoing: Option<Undoing>,
    /// For how long it contains; `None` where no time is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timed: Option<Timed>,
    /// Until when an approval counts, in milliseconds since 1970; `None` where nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve_until_ms: Option<i64>,
    /// Who approved the plan that is asked about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// Who said no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
    /// What a person said of the finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// What reading again has shown; `None` until it was read again.
    #[serde(default)]
    pub verification: Option<Verification>,
    /// Whether the outcome was told.
    pub notified: bool,
    /// What happened when.
    pub timeline: Vec<Entry>,
}

/// The first step that is not recorded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Read the live state, plan and decide.
    Decide,
    /// A change was intended: find out what became of it, and go on.
    Resume,
    /// Tell the outcome.
    Notify,
    /// All is done.
    Nothing,
}

/// How the timeline says that the topic has the notice.
pub const NOTICE_SENT: &str = "accepted by the topic";

impl Incident {
    /// Whether people were notified of its outcome: the topic has the notice. Below the threshold, and in a digest, nobody
    /// was by a notice of its own.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        let sent = |entry: &Entry| entry.step == Step::Notice && entry.text.starts_with(NOTICE_SENT);
        self.notified && self.timeline.iter().any(sent)
    }

    /// A new incident of a finding.
    #[must_use]
    pub fn open(finding: Finding, function: &str, mode: Mode, now_ms: i64) -> Self {
        let mut incident = Self {
            id: Self::id_of(&finding),
            function: function.to_owned(),
            state: State::Observed,
            mode,
            opened_ms: now_ms,
            finding,
            plan: None,
            verdict: None,
            changed: Changed::No,
            made: Vec::new(),
            undoing: None,
            timed: None,
            approve_until_ms: None,
            approvals: Vec::new(),
            denial: None,
            mark: None,
            verification: None,
            notified: false,
            timeline: Vec::new(),
        };
        let happened = incident.finding.event_time.clone().unwrap_or_else(|| "an unknown time".to_owned());
        incident.note(now_ms, Step::Event, format!("{} of {happened}", incident.finding.event_name));
        incident.note(now_ms, Step::Finding, incident.finding.why.clone());
        incident
    }

    /// The id: `inc-` and 16 hexadecimal digits.
    #[must_use]
    pub fn id_of(finding: &Finding) -> String {
        let detector = renamed::first(&finding.detector);
        let hash = seal::short_hash(&[&finding.scope.event_id, detector, &finding.target.key()]);
        format!("inc-{hash}")
    }

    /// Adds a line to the timeline.
    pub fn note(&mut self, at_ms: i64, step: Step, text: impl Into<String>) {
        self.timeline.push(Entry { at_ms, step, text: text.into() });
    }

    /// Goes to `next` where the state machine allows it, and says whether it did.
    pub fn advance(&mut self, next: State) -> bool {
        let may = self.state.may_become(next);
        if may {
            self.state = next;
        }
        may
    }

    /// The first step that is not recorded yet.
    #[must_use]
    pub fn next(&self) -> Next {
        match self.state {
            State::Observed if self.verdict.is_none() && !self.concluded() => Next::Decide,
            State::Intended => Next::Resume,
            _ if self.notified => Next::Nothing,
            _ => Next::Notify,
        }
    }

    /// Whether the plan step ended without a decision, for example because no action is known.
    fn concluded(&self) -> bool {
        self.timeline.iter().any(|entry| matches!(entry.step, Step::Plan | Step::Decision))
    }

    /// When the last line of this step was written.
    #[must_use]
    pub fn when(&self, step: Step) -> Option<i64> {
        self.timeline.iter().rev().find(|entry| entry.step == step).map(|entry| entry.at_ms)
    }

    /// Whether a change was made that can be undone.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        matches!(self.state, State::Verified | State::Applied | State::Failed)
            && self.made_plan().is_some_and(|plan| !plan.changes.is_empty())
    }

    /// Whether a person may carry out by hand what was only recorded: in shadow mode, where live mode would act or ask.
    #[must_use]
    pub fn can_be_done_by_hand(&self) -> bool {
        let live = self.verdict.as_ref().and_then(|verdict| verdict.live);
        self.state == State::Observed && self.plan.is_some() && live.is_some_and(|live| live != Effect::Observe)
    }

    /// Whether an event whose call bears this incident's mark tells of one of its calls: of a change by one of our own
    /// roles, or of the undo by the person who undoes it, at about the time. Whoever has read the mark in somebody's
    /// event and puts it on a call of their own is not believed.
    #[must_use]
    pub fn caused(&self, event: &Finding, own_roles: &[String]) -> bool {
        const MINUTE: i64 = 60_000;
        let Some(plan) = &self.plan else { return false };
        let time = event.event_time.as_deref().and_then(|time| time.parse::<jiff::Timestamp>().ok());
        let Some(time) = time.map(jiff::Timestamp::as_millisecond) else { return false };
        let about = |begun: i64| (begun - 2 * MINUTE..begun + 30 * MINUTE).contains(&time);
        let actor = &event.principal;
        let ours = actor.role_arn.as_ref().is_some_and(|role| own_roles.contains(role));
        let changed = plan.changes.iter().any(|change| change.operation() == event.event_name);
        let decided = self.timeline.iter().any(|entry| entry.step == Step::Decision && about(entry.at_ms));
        let undone = plan.undo.iter().any(|inverse| inverse.change.operation() == event.event_name);
        let by = |undoing: &Undoing| {
            let clock = ours && undoing.by.as_ref() == Some(&self.function);
            let same = undoing.by.is_none() || actor.arn == undoing.by || actor.role_arn == undoing.by || clock;
            same && about(undoing.at_ms)
        };
        let approver = |approval: &Approval| {
            let by = Some(&approval.by);
            (actor.arn.as_ref() == by || actor.role_arn.as_ref() == by) && about(approval.at_ms)
        };
        let approved = decided && self.approvals.iter().any(approver);
        (changed && (ours && decided || approved)) || (undone && self.undoing.as_ref().is_some_and(by))
    }

    /// Forgets those of the plan's changes that were not made.
    pub fn keep_made(&mut self) {
        self.made.sort_by_key(|made| made.n);
        let made: std::collections::BTreeSet<usize> = self.made.iter().map(|made| made.n).collect();
        self.plan = self.plan.as_ref().map(|plan| plan.only(&made));
        for (n, made) in self.made.iter_mut().enumerate() {
            made.n = n;
        }
    }

    /// Forgets parts of a change that turned out not to be ours, and what would take them back; the whole change
    /// where no part is left.
    pub fn give_up(&mut self, n: usize, parts: &[String]) {
        let Some(plan) = &mut self.plan else { return };
        let ours = |name: &String| !parts.contains(name);
        if let Some(change) = plan.changes.get_mut(n) {
            change.delta.retain(|name, _| ours(name));
            if change.delta.is_empty() {
                self.made.retain(|made| made.n != n);
            }
        }
        for inverse in plan.undo.iter_mut().filter(|inverse| inverse.of == n) {
            inverse.change.delta.retain(|name, _| ours(name));
        }
        plan.undo.retain(|inverse| inverse.of != n || !inverse.change.delta.is_empty());
        if self.made.is_empty() {
            self.changed = Changed::No;
        }
    }

    /// The plan of those changes that were made; `None` where none was. An incident of an earlier release does not
    /// say which, and had plans of one change.
    #[must_use]
    pub fn made_plan(&self) -> Option<Plan> {
        let plan = self.plan.as_ref().filter(|_| self.changed != Changed::No)?;
        if self.made.is_empty() {
            return (self.state != State::Failed).then(|| plan.clone());
        }
        Some(plan.only(&self.made.iter().map(|made| made.n).collect()))
    }
}

/// Milliseconds since 1970 as RFC 3339 in UTC with milliseconds.
#[must_use]
pub fn rfc3339(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map_or_else(|_| format!("{at_ms} ms since 1970"), |t| format!("{t:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::finding;

    #[test]
    fn the_same_event_makes_the_same_incident() {
        let one = Incident::open(finding(), "ingress-guard", Mode::Live, 1);
        let two = Incident::open(finding(), "ingress-guard", Mode::Shadow, 2);
        assert_eq!(one.id, two.id);
        let mut other = finding();
        other.scope.event_id.push('x');
        assert_ne!(one.id, Incident::id_of(&other));
        let mut other = finding();
        other.detector.push('x');
        assert_ne!(one.id, Incident::id_of(&other));
    }

    #[test]
    fn an_event_that_comes_again_makes_the_same_incident_after_its_detector_was_renamed() {
        let named = |detector: &str| Finding { detector: detector.to_owned(), ..finding() };
        assert_eq!(Incident::id_of(&named("queue-emptied")), Incident::id_of(&named("sqs-queue-purged")));
    }

    #[test]
    fn a_resumed_incident_goes_on_where_it_stopped() {
        let mut incident = Incident::open(finding(), "f", Mode::Live, 1);
        assert_eq!(incident.next(), Next::Decide);
        assert!(incident.advance(State::Intended));
        assert_eq!(incident.next(), Next::Resume);
        assert!(incident.advance(State::Verified));
        assert_eq!(incident.next(), Next::Notify);
        incident.notified = true;
        assert_eq!(incident.next(), Next::Nothing);
    }

    #[test]
    fn an_undone_incident_never_acts_again() {
        for state in [State::Observed, State::Intended, State::Applied, State::Verified] {
            assert!(!State::Undone.may_become(state), "{state}");
        }
        assert!(!State::Verified.may_become(State::Intended));
    }

    #[test]
    fn a_plan_that_was_made_in_part_is_undone_in_part() {
        let mut incident = Incident::open(finding(), "f", Mode::Live, 1);
        let change = crate::testing::plan().changes.remove(0);
        incident.plan = Some(crate::testing::plan().then(change.clone(), [change]));
        incident.state = State::Failed;
        assert!(!incident.can_be_undone() && incident.made_plan().is_none());
        incident.changed = Changed::Yes;
        assert!(!incident.can_be_undone(), "which of the two is not known");
        incident.made.push(Made { n: 1, request_id: Some("r".to_owned()) });
        assert!(incident.can_be_undone());
        assert_eq!(incident.made_plan().unwrap().undo.len(), 1);
    }

    #[test]
    fn times_are_shown_in_utc_with_milliseconds() {
        assert_eq!(rfc3339(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(rfc3339(i64::MAX), format!("{} ms since 1970", i64::MAX));
    }
}
