//! What an inventory says of the account: how it stands to the frameworks, what is open, and who and what is behind it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use riposte_audit::{
    Audit, AuditFinding, Framework, FrameworkError, Group, Machine, Person, Resource, Status, checks, groups, machines,
    people,
};
use riposte_core::finding::Severity;

/// How results stand: passed, and failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Score {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
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
    pub(crate) fn percent(self) -> Option<u64> {
        (self.passed * 100).checked_div(self.passed + self.failed)
    }
}

/// How the account stands to a framework.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Standing {
    pub(crate) title: String,
    /// Controls of which nothing that was assessed fails, and those of which something does.
    pub(crate) controls: Score,
    /// Results by severity.
    pub(crate) by_severity: BTreeMap<Severity, Score>,
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
pub(crate) type Change = (String, String);

/// What an inventory says, and how it differs from earlier ones.
#[derive(Debug, Clone)]
pub struct Account {
    pub(crate) name: String,
    pub(crate) total: Score,
    pub(crate) manual: u64,
    pub(crate) not_assessed: u64,
    pub(crate) frameworks: Vec<Standing>,
    pub(crate) open: Vec<AuditFinding>,
    /// By service and severity.
    pub(crate) failed: BTreeMap<String, BTreeMap<Severity, u64>>,
    pub(crate) groups: Vec<Group>,
    pub(crate) people: Vec<Person>,
    pub(crate) machines: Vec<Machine>,
    /// Lines of the inventory that could not be read.
    pub(crate) unreadable: u64,
    /// The earlier inventories and this one, oldest first: name, score, failures.
    pub(crate) trend: Vec<(String, Score)>,
    /// Check and resource of what fails since the last earlier inventory; `None` without one.
    pub(crate) came: Option<Vec<Change>>,
    /// What failed in it and does no more.
    pub(crate) went: Vec<Change>,
}

/// An inventory that is being read.
#[derive(Debug)]
pub struct Reading {
    audit: Audit,
    results: Results,
    frameworks: Vec<Framework>,
    /// The controls of each check, by framework.
    controls: BTreeMap<&'static str, Vec<(String, String)>>,
    /// Of each framework the controls that were assessed, and whether all of it passed.
    met: BTreeMap<(String, String), bool>,
}

impl Reading {
    /// Begins.
    ///
    /// # Errors
    /// Where a framework of the pack is broken, which the audit's tests exclude.
    pub fn new(now: Timestamp) -> Result<Self, FrameworkError> {
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
        let audit = Audit::new(checks().collect(), now);
        Ok(Self { audit, results: Results::default(), frameworks, controls, met: BTreeMap::new() })
    }

    /// Takes a resource.
    pub fn add(&mut self, resource: Resource) {
        let Self { audit, results, controls, met, .. } = self;
        audit.add(resource, |finding| note(results, controls, met, finding));
    }

    /// Ends, as an inventory of an earlier day. `name` is shown.
    #[must_use]
    pub fn earlier(self, name: &str) -> Earlier {
        let (results, _) = self.finished();
        Earlier { name: name.to_owned(), results }
    }

    /// Ends. `unreadable` lines were left out; `earlier` inventories come the oldest first.
    #[must_use]
    pub fn account(self, name: &str, unreadable: u64, earlier: Vec<Earlier>) -> Account {
        let titles: Vec<_> = self.frameworks.iter().map(|f| (f.id.clone(), f.title.clone())).collect();
        let (mut results, index) = self.finished();
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
            groups: groups(&index),
            people: people(&index),
            machines: machines(&index),
            unreadable,
            trend,
            came,
            went,
        }
    }

    fn finished(self) -> (Results, riposte_audit::Index) {
        let Self { audit, mut results, controls, mut met, .. } = self;
        let index = audit.finish(|finding| note(&mut results, &controls, &mut met, finding));
        for ((framework, _), passed) in met {
            let standing = results.frameworks.entry(framework).or_default();
            standing.controls.add(if passed { Status::Pass } else { Status::Fail });
        }
        (results, index)
    }
}

/// Counts a finding, and keeps it where it did not pass.
fn note(
    results: &mut Results,
    controls: &BTreeMap<&'static str, Vec<(String, String)>>,
    met: &mut BTreeMap<(String, String), bool>,
    finding: AuditFinding,
) {
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

fn failures(results: &Results) -> BTreeSet<Change> {
    let failed = results.open.iter().filter(|finding| finding.status == Status::Fail);
    failed.map(|finding| (finding.check.clone(), finding.resource.clone())).collect()
}
