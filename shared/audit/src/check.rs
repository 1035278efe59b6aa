//! What the catalogue says of a check, and how it looks.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity;

use crate::index::Index;
use crate::verdict::Answer;
use crate::view::View;

/// A check: what must not be so.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Kebab-case, the service first, named for the bad thing.
    pub id: &'static str,
    /// A few words for people.
    pub title: &'static str,
    /// How bad it is to fail.
    pub severity: Severity,
    /// The service that it is about.
    pub service: &'static str,
    /// The service whose resources it looks at: another one where it is about the account as a whole.
    pub of: &'static str,
    /// Their type.
    pub kind: &'static str,
    /// The recommendations of CIS AWS Foundations 5.0, 6.0 and 7.0 that it serves, each list parted by spaces.
    pub cis: [&'static str; 3],
    /// Controls of AWS Foundational Security Best Practices.
    pub fsbp: &'static [&'static str],
    /// What it looks at.
    pub what: &'static str,
    /// Why failing is bad.
    pub why: &'static str,
    /// How to fix it.
    pub fix: &'static str,
    /// When a failure is none.
    pub false_positives: &'static str,
    /// Detectors that see it become so.
    pub detectors: &'static [&'static str],
    /// The action that contains it.
    pub action: Option<ActionId>,
    /// How it looks.
    pub look: Look,
}

/// How a check looks.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// At each resource of its type alone, while the inventory streams by.
    Each(fn(&View<'_>) -> Answer),
    /// At each resource of its type, with those of other types beside it.
    Beside {
        /// Service and type of the others.
        needs: &'static [(&'static str, &'static str)],
        /// Whether the look goes by what is not there: then all of them must have been listed. Else the look says
        /// itself what it misses.
        complete: bool,
        /// The look.
        look: fn(&View<'_>, &Index) -> Answer,
    },
}

/// Begins a check.
pub(crate) const fn check(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    service: &'static str,
    kind: &'static str,
) -> Check {
    Check {
        id,
        title,
        severity,
        service,
        of: service,
        kind,
        cis: ["", "", ""],
        fsbp: &[],
        what: "",
        why: "",
        fix: "",
        false_positives: "",
        detectors: &[],
        action: None,
        look: Look::Each(|_| Ok(crate::verdict::Verdict::Skip)),
    }
}

impl Check {
    /// The recommendations of CIS AWS Foundations 5.0, 6.0 and 7.0.
    pub(crate) const fn cis(mut self, five: &'static str, six: &'static str, seven: &'static str) -> Self {
        self.cis = [five, six, seven];
        self
    }

    /// Looks at the resources of another service.
    pub(crate) const fn of(mut self, service: &'static str) -> Self {
        self.of = service;
        self
    }

    pub(crate) const fn fsbp(mut self, controls: &'static [&'static str]) -> Self {
        self.fsbp = controls;
        self
    }

    /// What, why, how to fix, and when it is none.
    pub(crate) const fn page(
        mut self,
        what: &'static str,
        why: &'static str,
        fix: &'static str,
        false_positives: &'static str,
    ) -> Self {
        self.what = what;
        self.why = why;
        self.fix = fix;
        self.false_positives = false_positives;
        self
    }

    pub(crate) const fn detectors(mut self, detectors: &'static [&'static str]) -> Self {
        self.detectors = detectors;
        self
    }

    pub(crate) const fn action(mut self, action: ActionId) -> Self {
        self.action = Some(action);
        self
    }

    pub(crate) const fn each(mut self, look: fn(&View<'_>) -> Answer) -> Self {
        self.look = Look::Each(look);
        self
    }

    /// Looks beside others, of which all must have been listed: what is not there decides.
    pub(crate) const fn beside(
        mut self,
        needs: &'static [(&'static str, &'static str)],
        look: fn(&View<'_>, &Index) -> Answer,
    ) -> Self {
        self.look = Look::Beside { needs, complete: true, look };
        self
    }

    /// Looks beside others, and says itself where it misses one.
    pub(crate) const fn with(
        mut self,
        needs: &'static [(&'static str, &'static str)],
        look: fn(&View<'_>, &Index) -> Answer,
    ) -> Self {
        self.look = Look::Beside { needs, complete: false, look };
        self
    }

    /// Every control, with its framework: `CIS-5.0:5.3`, `FSBP:EC2.13`.
    #[must_use]
    pub fn controls(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (version, controls) in ["5.0", "6.0", "7.0"].iter().zip(self.cis) {
            all.extend(controls.split_whitespace().map(|control| format!("CIS-{version}:{control}")));
        }
        all.extend(self.fsbp.iter().map(|control| format!("FSBP:{control}")));
        all
    }

    /// The types that must be kept until the inventory has ended.
    pub fn keeps(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let (needs, own): (&'static [_], _) = match self.look {
            Look::Each(_) => (&[], None),
            Look::Beside { needs, .. } => (needs, Some((self.of, self.kind))),
        };
        // Whether something was listed stands on the account.
        let accounts = needs.iter().map(|(service, _)| (*service, "account"));
        needs.iter().copied().chain(accounts).chain(own)
    }
}
