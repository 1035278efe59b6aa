//! The record of one node's patching: what was planned, how far it came, what was seen.

mod at;
mod back;
mod outcome;

use riposte_core::seal::short_hash;
use serde::{Deserialize, Serialize};

pub use self::at::{At, Phase, STEPS, Stage};
pub use self::outcome::{Kind, Outcome};
use crate::commands;
use crate::compliance::Compliance;
use crate::plan::{NodePlan, Route};
use crate::settings::{Emergency, Reboot, Settings};

/// A command that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// What for.
    pub stage: Stage,
    /// Its id.
    pub id: String,
    /// When: milliseconds since 1970.
    pub sent_ms: i64,
}

/// What happened, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When: milliseconds since 1970.
    pub at_ms: i64,
    /// The step, 1 to 10.
    pub step: u8,
    /// What.
    pub text: String,
}

/// How it is done: of the settings what held when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct How {
    /// Reboots.
    pub reboot: Reboot,
    /// Whether the root volume's snapshot is taken first.
    pub snapshot: bool,
    /// The alarms.
    pub alarms: Vec<String>,
    /// In milliseconds.
    pub command_ms: i64,
    /// In milliseconds.
    pub health_ms: i64,
    /// In milliseconds.
    pub inspector_ms: i64,
    /// Where baseline overrides are put: `s3://BUCKET/PREFIX`.
    #[serde(default)]
    pub overrides: Option<String>,
    /// Whether a person is asked, for it is an emergency and the settings want that.
    pub asks: bool,
}

/// One node's patching.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// `patch-…`, made of the node and what is undertaken: the same undertaking has the same id.
    pub id: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// What was planned: the node, why, by when and what is installed. In the record its fields stand beside the others.
    #[serde(flatten)]
    pub plan: NodePlan,
    /// The window's occurrence, or what it closes.
    pub slot: String,
    /// How.
    pub how: How,
    /// When it was begun.
    pub opened_ms: i64,
    /// When its tags were read last, where that was after it was begun.
    #[serde(default)]
    pub tagged_ms: Option<i64>,
    /// How many scans before the install have grown too old.
    #[serde(default)]
    pub stale_scans: u32,
    /// Where it stands.
    pub at: At,
    /// Since when it stands there, or in its group of health checks.
    pub since_ms: i64,
    /// Not before then.
    pub wait_ms: Option<i64>,
    /// When the changing call that is under way was written down, before it was made.
    pub intended_ms: Option<i64>,
    /// The page of a list that comes next.
    pub page: Option<String>,
    /// Another command that patches the node, as a list has shown.
    pub other: Option<String>,
    /// How often a call had no answer, one after the other.
    pub tries: u32,
    /// The last command.
    pub command: Option<Issued>,
    /// The patch state before.
    pub before: Option<Compliance>,
    /// And after.
    pub after: Option<Compliance>,
    /// The patches that were open before, by their names, at most [`NAMED`] of them.
    #[serde(default)]
    pub open_before: Vec<String>,
    /// And after.
    #[serde(default)]
    pub open_after: Vec<String>,
    /// The root volume.
    pub volume: Option<String>,
    /// Its snapshot.
    pub snapshot_id: Option<String>,
    /// When the install ended, as seen.
    pub installed_ms: Option<i64>,
    /// What the install said of itself.
    pub said: Option<String>,
    /// Packages that are still open, by the host's own list.
    pub open: Vec<String>,
    /// Whether a person is asked.
    pub asked: bool,
    /// When the notice that a person is asked was accepted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_asked_ms: Option<i64>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// What decided.
    pub decided_by: Option<String>,
    /// Who had it brought back, and why.
    pub rolled_back_by: Option<String>,
    /// Who, after looking, let the ring go on in spite of it.
    pub released_by: Option<String>,
    /// The end.
    pub outcome: Option<Outcome>,
    /// How many calls to AWS it took.
    pub calls: u32,
    /// What happened.
    pub timeline: Vec<Entry>,
    /// Whether the notice of what it came to was accepted.
    pub notified: bool,
}

/// The id of an undertaking.
#[must_use]
pub fn id_of(account: &str, region: &str, node: &str, slot: &str) -> String {
    format!("patch-{}", short_hash(&[account, region, node, slot]))
}

const MINUTE_MS: i64 = 60_000;

/// A person is asked again after a day.
const ASKED_AGAIN_MS: i64 = 24 * 60 * MINUTE_MS;

/// So many patches are kept by name: a record has a limit, and who reads it too.
pub(crate) const NAMED: usize = 200;

impl Run {
    /// A run that has not begun. `None` where the plan leaves the node alone.
    #[must_use]
    pub fn of(plan: &NodePlan, settings: &Settings, account: &str, region: &str, now_ms: i64) -> Option<Self> {
        if plan.ring.is_none() || !plan.route.is_ours() {
            return None;
        }
        let slot = plan.slot();
        let how = How {
            reboot: settings.reboot,
            snapshot: settings.snapshot,
            alarms: settings.alarms.clone(),
            command_ms: i64::from(settings.command_minutes) * MINUTE_MS,
            health_ms: i64::from(settings.health_minutes) * MINUTE_MS,
            inspector_ms: i64::from(settings.inspector_hours) * 60 * MINUTE_MS,
            overrides: settings.overrides.clone(),
            asks: plan.route.is_emergency() && settings.emergency == Emergency::Ask,
        };
        let mut run = Self {
            id: id_of(account, region, &plan.node, &slot),
            account: account.to_owned(),
            region: region.to_owned(),
            plan: plan.clone(),
            slot,
            how,
            opened_ms: now_ms,
            tagged_ms: None,
            stale_scans: 0,
            at: At::Node,
            since_ms: now_ms,
            wait_ms: None,
            intended_ms: None,
            page: None,
            other: None,
            tries: 0,
            command: None,
            before: None,
            after: None,
            open_before: Vec::new(),
            open_after: Vec::new(),
            volume: None,
            snapshot_id: None,
            installed_ms: None,
            said: None,
            open: Vec::new(),
            asked: false,
            told_asked_ms: None,
            approved_by: None,
            decided_by: None,
            rolled_back_by: None,
            released_by: None,
            outcome: None,
            calls: 0,
            timeline: Vec::new(),
            notified: false,
        };
        run.note(now_ms, format!("{} ({}); {}", plan.band, plan.reasons.join("; "), plan.route));
        // A window that is far away is waited for before anything is asked.
        if let Route::Window { opens_ms, .. } = &plan.route {
            run.wait_ms = Some(*opens_ms).filter(|opens| *opens > now_ms);
        }
        Some(run)
    }

    /// Writes down what happened.
    pub fn note(&mut self, at_ms: i64, text: impl Into<String>) {
        let text: String = text.into();
        self.timeline.push(Entry { at_ms, step: self.at.step(), text: riposte_core::text::plain(&text, 1000) });
    }

    /// The node's ring.
    #[must_use]
    pub fn ring(&self) -> &str {
        self.plan.ring.as_deref().unwrap_or_default()
    }

    /// Whether it has come to its end.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.at == At::Ended
    }

    /// Whether something may have been changed on the node, so that no other may begin.
    #[must_use]
    pub fn has_touched(&self) -> bool {
        self.installed_ms.is_some() || self.command.is_some()
    }

    /// Whether a person is to be told that one is asked: at once, and again after a day.
    #[must_use]
    pub fn is_to_be_told(&self, now_ms: i64) -> bool {
        self.asked && self.told_asked_ms.is_none_or(|told| now_ms >= told.saturating_add(ASKED_AGAIN_MS))
    }

    /// Whether there is a sure way back: the root volume's snapshot.
    #[must_use]
    pub fn is_reversible(&self) -> bool {
        self.how.snapshot && self.plan.node.starts_with("i-") && self.plan.work.replace.is_none()
    }

    /// Whether the deadline was met; `None` where there is none, or nothing is proven yet.
    #[must_use]
    pub fn met_deadline(&self) -> Option<bool> {
        let deadline = self.plan.deadline_ms?;
        let outcome = self.outcome.as_ref()?;
        let done = matches!(outcome.kind, Kind::Patched | Kind::Unconfirmed | Kind::Nothing);
        Some(done && self.installed_ms.unwrap_or(outcome.at_ms) <= deadline)
    }

    /// What is run on the node, in its order.
    #[must_use]
    pub fn stages(&self) -> Vec<Stage> {
        if self.plan.work.replace.is_some() {
            return Vec::new();
        }
        let work = &self.plan.work;
        let query = (!work.fixes.is_empty() && work.manager.is_some()).then_some(Stage::Query);
        let mut all = vec![Stage::Scan];
        all.extend(self.installs());
        all.extend(query);
        all.push(Stage::Rescan);
        all
    }

    /// What installs, in its order: the baseline or the host's package manager, then the packages of Distributor one by
    /// one.
    #[must_use]
    pub fn installs(&self) -> Vec<Stage> {
        let work = &self.plan.work;
        let by_host = work.baseline || !work.by_host().is_empty();
        let distributed = u8::try_from(work.by_distributor().len()).unwrap_or(u8::MAX);
        by_host.then_some(Stage::Install).into_iter().chain((0..distributed).map(Stage::Distribute)).collect()
    }

    /// The object that says which packages Patch Manager is to install, as `s3://…`; `None` where the baseline is
    /// installed whole, or the host's own package manager does it.
    #[must_use]
    pub fn baseline_override(&self) -> Option<String> {
        let work = &self.plan.work;
        let named = !work.baseline && work.replace.is_none() && work.manager.is_some();
        let fits = (1..=commands::MOST_APPROVED).contains(&work.by_host().len());
        let prefix = self.how.overrides.as_ref().filter(|_| named && fits)?;
        Some(format!("{}/{}.json", prefix.trim_end_matches('/'), self.id))
    }

    /// What the command of a stage is known by again.
    #[must_use]
    pub fn comment(&self, stage: Stage) -> String {
        // The way back asks the host's list too: that is another command than the first.
        let back = if self.rolled_back_by.is_some() { "back " } else { "" };
        let number = match stage {
            Stage::Distribute(number) => format!("-{}", u16::from(number) + 1),
            Stage::Scan if self.stale_scans > 0 => format!("-{}", self.stale_scans + 1),
            _ => String::new(),
        };
        format!("{}{} {back}{}{number}", crate::COMMENT, self.id, stage.word())
    }

    /// Ends it.
    pub(crate) fn end(&mut self, kind: Kind, why: impl Into<String>, now_ms: i64) {
        let why = riposte_core::text::plain(&why.into(), 1000);
        self.note(now_ms, format!("{kind}: {why}"));
        self.outcome = Some(Outcome { kind, why, at_ms: now_ms });
        (self.at, self.wait_ms, self.intended_ms, self.page, self.other) = (At::Ended, None, None, None, None);
        (self.since_ms, self.asked) = (now_ms, false);
    }

    /// A person has looked and lets it go on.
    pub fn approve(&mut self, by: &str, now_ms: i64) {
        self.note(now_ms, format!("approved by {by}"));
        self.approved_by = Some(by.to_owned());
        (self.asked, self.told_asked_ms, self.wait_ms) = (false, None, None);
        // Whoever approves may take his time: what the guardrails decide by is read again.
        self.at = match self.at {
            At::Decide => At::Tags,
            At::Confirm => At::TagsAgain,
            other => other,
        };
    }

    /// A person has looked at a run that stopped its ring, and lets the ring go on.
    pub fn release(&mut self, by: &str, now_ms: i64) {
        self.note(now_ms, format!("the ring goes on: {by}"));
        self.released_by = Some(by.to_owned());
    }

    /// Takes it up where a process left it, perhaps between a call and its record: what may have been sent is looked
    /// for before it is sent again.
    pub fn resume(&mut self) {
        self.look_again();
        (self.page, self.other) = (None, None);
    }

    /// Back from a call that changes something to the look at whether it was made.
    pub(crate) fn look_again(&mut self) {
        match self.at {
            At::Command(stage, Phase::Send) | At::Associations(stage) => self.at = At::Command(stage, Phase::Look),
            At::SnapshotCreate => self.at = At::SnapshotLook,
            At::Retire => self.at = At::Member,
            _ => {}
        }
    }
}
