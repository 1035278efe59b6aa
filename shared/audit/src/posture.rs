//! The posture: how the account stands to the frameworks, what is open, and who and what is behind it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use riposte_core::finding::Severity;
use serde::{Deserialize, Serialize};

use crate::checks;
use crate::ec2::{Group, groups};
use crate::finding::AuditFinding;
use crate::frameworks::{Framework, FrameworkError};
use crate::iam::{Person, people};
use crate::index::Index;
use crate::patches::{Machine, machines};
use crate::resource::Resource;
use crate::run::Audit;
use crate::states::Change as Turn;
use crate::verdict::Status;

/// How results stand: passed, and failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Score {
    /// Results that passed.
    pub passed: u64,
    /// Results that failed.
    pub failed: u64,
}

impl Score {
    fn add(&mut self, status: Status) {
        match status {
            Status::Pass => self.passed += 1,
            Status::Fail => self.failed += 1,
            Status::Manual | Status::NotAssessed => {}
        }
    }

    /// The share that passed, in percent and rounded down, so that 100 means all; `None` where nothing was assessed.
    #[must_use]
    pub fn percent(self) -> Option<u64> {
        (self.passed * 100).checked_div(self.passed + self.failed)
    }
}

/// How the account stands to a framework.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// The framework's title.
    pub title: String,
    /// Controls of which nothing that was assessed fails, and those of which something does.
    pub controls: Score,
    /// Results by severity.
    pub by_severity: BTreeMap<Severity, Score>,
}

/// What came of one inventory.
#[derive(Debug, Clone, Default)]
struct Results {
    total: Score,
    manual: u64,
    not_assessed: u64,
    frameworks: BTreeMap<String, Standing>,
    /// What did not pass.
    open: Vec<AuditFinding>,
}

/// An inventory of an earlier day.
#[derive(Debug, Clone)]
pub struct Earlier {
    name: String,
    results: Results,
}

/// A finding that came or went since the earlier inventory.
pub type Change = (String, String);

/// So many of the worst open findings are kept where an account is kept short.
const MOST_FINDINGS: usize = 2_000;

/// So many groups, people and machines each, and changes.
const MOST: usize = 1_000;

/// What an inventory says, and how it differs from earlier ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// How the inventory is called.
    pub name: String,
    /// All results.
    pub total: Score,
    /// Results that a person must look at.
    pub manual: u64,
    /// Results that are not known.
    pub not_assessed: u64,
    /// How it stands to each framework.
    pub frameworks: Vec<Standing>,
    /// What did not pass, the worst first.
    pub open: Vec<AuditFinding>,
    /// By service and severity.
    pub failed: BTreeMap<String, BTreeMap<Severity, u64>>,
    /// Its security groups.
    pub groups: Vec<Group>,
    /// Its users and roles.
    pub people: Vec<Person>,
    /// Its machines.
    pub machines: Vec<Machine>,
    /// Lines of the inventory that could not be read.
    pub unreadable: u64,
    /// The earlier inventories and this one, oldest first: name, score, failures.
    pub trend: Vec<(String, Score)>,
    /// Check and resource of what fails since the last earlier inventory; `None` without one.
    pub came: Option<Vec<Change>>,
    /// What failed in it and does no more.
    pub went: Vec<Change>,
    /// What was left out to keep it short: how many of which.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, usize>,
}

impl Account {
    /// Short enough to be kept: the worst findings without their evidence, the first groups, people and machines. What is
    /// counted stays counted, and what is left out is said.
    #[must_use]
    pub fn short(mut self) -> Self {
        let left_out = &mut self.left_out;
        cut(&mut self.open, MOST_FINDINGS, "open findings", left_out);
        cut(&mut self.groups, MOST, "security groups", left_out);
        cut(&mut self.people, MOST, "users and roles", left_out);
        cut(&mut self.machines, MOST, "machines", left_out);
        cut(&mut self.went, MOST, "findings that went", left_out);
        if let Some(came) = &mut self.came {
            cut(came, MOST, "findings that came", left_out);
        }
        self.open.iter_mut().for_each(|finding| finding.evidence.clear());
        self
    }

    /// Writes how it stands behind earlier results of the same account. `turns` are findings with what became of their
    /// resources since the last.
    pub fn after<'a>(&mut self, earlier: Vec<(String, Score)>, turns: impl Iterator<Item = &'a AuditFinding>) {
        const KEPT: usize = 60;
        let (mut came, mut went) = (Vec::new(), Vec::new());
        for finding in turns {
            let change = (finding.check.clone(), finding.resource.clone());
            match finding.change {
                Some(Turn::New | Turn::Reopened) => came.push(change),
                Some(Turn::Resolved) => went.push(change),
                Some(Turn::Open) | None => {}
            }
        }
        let own = std::mem::take(&mut self.trend);
        let kept = earlier.len().saturating_sub(KEPT);
        (self.came, self.went) = (Some(came).filter(|_| !earlier.is_empty()), went);
        self.trend = earlier.into_iter().skip(kept).chain(own).collect();
    }
}

fn cut<T>(list: &mut Vec<T>, most: usize, what: &str, left_out: &mut BTreeMap<String, usize>) {
    if list.len() > most {
        left_out.insert(what.to_owned(), list.len() - most);
        list.truncate(most);
    }
}

/// Results that are being counted.
#[derive(Debug)]
pub struct Tallies {
    results: Results,
    frameworks: Vec<Framework>,
    /// The controls of each check, by framework.
    controls: BTreeMap<&'static str, Vec<(String, String)>>,
    /// Of each framework the controls that were assessed, and whether all of it passed.
    met: BTreeMap<(String, String), bool>,
}

/// An inventory that is being read.
#[derive(Debug)]
pub struct Reading {
    audit: Audit,
    tallies: Tallies,
}

impl Tallies {
    /// Begins.
    ///
    /// # Errors
    /// Where a framework of the pack is broken, which the audit's tests exclude.
    pub fn new() -> Result<Self, FrameworkError> {
        let mut frameworks = Vec::new();
        for id in Framework::ids() {
            frameworks.extend(Framework::built_in(id)?);
        }
        let mut controls: BTreeMap<&'static str, Vec<(String, String)>> = BTreeMap::new();
        for check in checks() {
            let of = |framework: &Framework| -> Vec<(String, String)> {
                framework.controls_of(check.id).map(|control| (framework.id.clone(), control)).collect()
            };
            controls.insert(check.id, frameworks.iter().flat_map(of).collect());
        }
        Ok(Self { results: Results::default(), frameworks, controls, met: BTreeMap::new() })
    }

    /// Counts a finding, and keeps it where it did not pass.
    pub fn note(&mut self, finding: AuditFinding) {
        let Self { results, controls, met, .. } = self;
        results.total.add(finding.status);
        match finding.status {
            Status::Manual => results.manual += 1,
            Status::NotAssessed => results.not_assessed += 1,
            Status::Pass | Status::Fail => {}
        }
        let of = controls.get(finding.check.as_str()).map_or(&[][..], Vec::as_slice);
        let mut counted = BTreeSet::new();
        for (framework, control) in of {
            if counted.insert(framework) {
                let standing = results.frameworks.entry(framework.clone()).or_default();
                standing.by_severity.entry(finding.severity).or_default().add(finding.status);
            }
            if matches!(finding.status, Status::Pass | Status::Fail) {
                let passed = finding.status == Status::Pass;
                met.entry((framework.clone(), control.clone())).and_modify(|all| *all &= passed).or_insert(passed);
            }
        }
        if finding.status != Status::Pass {
            results.open.push(finding);
        }
    }

    /// Ends. `index` is what was looked at together, `unreadable` lines were left out; `earlier` inventories come the
    /// oldest first.
    #[must_use]
    pub fn account(self, index: &Index, name: &str, unreadable: u64, earlier: Vec<Earlier>) -> Account {
        let titles: Vec<_> = self.frameworks.iter().map(|f| (f.id.clone(), f.title.clone())).collect();
        let mut results = self.finished();
        let frameworks = titles.into_iter().map(|(id, title)| {
            let standing = results.frameworks.remove(&id).unwrap_or_default();
            Standing { title, ..standing }
        });
        let frameworks = frameworks.collect();
        results.open.sort_by(|a, b| (b.severity, &a.check, &a.resource).cmp(&(a.severity, &b.check, &b.resource)));
        let mut failed: BTreeMap<String, BTreeMap<Severity, u64>> = BTreeMap::new();
        for finding in results.open.iter().filter(|finding| finding.status == Status::Fail) {
            *failed.entry(finding.service.clone()).or_default().entry(finding.severity).or_default() += 1;
        }
        let (came, went) = match earlier.last() {
            None => (None, Vec::new()),
            Some(last) => {
                let (before, now) = (failures(&last.results), failures(&results));
                (Some(now.difference(&before).cloned().collect()), before.difference(&now).cloned().collect())
            }
        };
        let mut trend: Vec<_> = earlier.into_iter().map(|e| (e.name, e.results.total)).collect();
        trend.push((name.to_owned(), results.total));
        Account {
            name: name.to_owned(),
            total: results.total,
            manual: results.manual,
            not_assessed: results.not_assessed,
            frameworks,
            open: results.open,
            failed,
            groups: groups(index),
            people: people(index),
            machines: machines(index),
            unreadable,
            trend,
            came,
            went,
            left_out: BTreeMap::new(),
        }
    }

    fn finished(self) -> Results {
        let Self { mut results, met, .. } = self;
        for ((framework, _), passed) in met {
            let standing = results.frameworks.entry(framework).or_default();
            standing.controls.add(if passed { Status::Pass } else { Status::Fail });
        }
        results
    }
}

impl Reading {
    /// Begins.
    ///
    /// # Errors
    /// Where a framework of the pack is broken, which the audit's tests exclude.
    pub fn new(now: Timestamp) -> Result<Self, FrameworkError> {
        Ok(Self { audit: Audit::new(checks().collect(), now), tallies: Tallies::new()? })
    }

    /// Takes a resource.
    pub fn add(&mut self, resource: Resource) {
        let Self { audit, tallies } = self;
        audit.add(resource, |finding| tallies.note(finding));
    }

    /// Ends, as an inventory of an earlier day. `name` is shown.
    #[must_use]
    pub fn earlier(self, name: &str) -> Earlier {
        let Self { audit, mut tallies } = self;
        audit.finish(|finding| tallies.note(finding));
        Earlier { name: name.to_owned(), results: tallies.finished() }
    }

    /// Ends, as [`Tallies::account`].
    #[must_use]
    pub fn account(self, name: &str, unreadable: u64, earlier: Vec<Earlier>) -> Account {
        let Self { audit, mut tallies } = self;
        let index = audit.finish(|finding| tallies.note(finding));
        tallies.account(&index, name, unreadable, earlier)
    }
}

fn failures(results: &Results) -> BTreeSet<Change> {
    let failed = results.open.iter().filter(|finding| finding.status == Status::Fail);
    failed.map(|finding| (finding.check.clone(), finding.resource.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finding(check: &str, resource: usize, status: Status, change: Option<Turn>) -> AuditFinding {
        let mut finding: AuditFinding = serde_json::from_value(json!({
            "check": check, "title": "", "severity": crate::check_of(check).unwrap().severity, "service": "s3",
            "account": "111122223333", "region": "eu-west-1", "resource": format!("arn:aws:s3:::b{resource}"),
            "resource_id": "b", "status": status, "controls": [], "why": "", "evidence": {"long": "x"},
        }))
        .unwrap();
        finding.change = change;
        finding
    }

    #[test]
    fn an_account_is_kept_short_and_says_what_it_lacks() {
        let mut tallies = Tallies::new().unwrap();
        for number in 0..2_500 {
            tallies.note(finding("s3-bucket-not-versioned", number, Status::Fail, None));
        }
        tallies.note(finding("s3-bucket-publicly-readable", 0, Status::Fail, None));
        tallies.note(finding("s3-bucket-publicly-readable", 1, Status::Pass, None));
        let index = Index::new("2026-11-27T12:00:00Z".parse().unwrap());
        let account = tallies.account(&index, "today", 0, Vec::new()).short();
        assert_eq!((account.total.failed, account.total.passed, account.open.len()), (2_501, 1, MOST_FINDINGS));
        assert_eq!(account.left_out, BTreeMap::from([("open findings".to_owned(), 501)]));
        assert_eq!(account.open[0].check, "s3-bucket-publicly-readable", "the worst are kept");
        assert!(account.open.iter().all(|finding| finding.evidence.is_empty()));
        let text = serde_json::to_string(&account).unwrap();
        let back: Account = serde_json::from_str(&text).unwrap();
        assert_eq!((back.total, back.failed, back.left_out), (account.total, account.failed, account.left_out));
    }

    #[test]
    fn what_became_of_resources_since_the_last_time_is_told() {
        let index = Index::new("2026-11-27T12:00:00Z".parse().unwrap());
        let mut account = Tallies::new().unwrap().account(&index, "today", 0, Vec::new());
        let turns = [
            finding("s3-bucket-not-versioned", 1, Status::Fail, Some(Turn::New)),
            finding("s3-bucket-not-versioned", 2, Status::Fail, Some(Turn::Open)),
            finding("s3-bucket-not-versioned", 3, Status::Pass, Some(Turn::Resolved)),
        ];
        let mut first = account.clone();
        first.after(Vec::new(), turns.iter());
        assert_eq!(first.came, None, "there was nothing to compare with");
        account.after(vec![("yesterday".to_owned(), Score::default())], turns.iter());
        assert_eq!(account.came.unwrap()[0].1, "arn:aws:s3:::b1");
        assert_eq!(account.went[0].1, "arn:aws:s3:::b3");
        assert_eq!(account.trend.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["yesterday", "today"]);
    }
}
