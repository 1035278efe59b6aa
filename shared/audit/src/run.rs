//! Runs checks over an inventory that streams by.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Map;

use crate::check::{Check, Look};
use crate::finding::AuditFinding;
use crate::index::Index;
use crate::resource::Resource;
use crate::shapes::SHAPES;
use crate::verdict::{Answer, Status, Unknown, Verdict};
use crate::view::{View, forget_puzzling, take_puzzling};

/// An audit that is under way.
#[derive(Debug)]
pub struct Audit {
    checks: Vec<&'static Check>,
    kept: BTreeSet<(&'static str, &'static str)>,
    index: Index,
    /// Of the account resources, those whose collectors failed: what could not be listed, with the reason.
    unlisted: Vec<(Resource, &'static str, Unknown)>,
}

impl Audit {
    /// Begins an audit by these checks.
    #[must_use]
    pub fn new(checks: Vec<&'static Check>, now: Timestamp) -> Self {
        let kept = checks.iter().flat_map(|check| check.keeps()).collect();
        Self { checks, kept, index: Index::new(now), unlisted: Vec::new() }
    }

    /// Looks at a resource, and tells what is known already.
    pub fn add(&mut self, resource: Resource, mut tell: impl FnMut(AuditFinding)) {
        let now = self.index.now;
        for check in self.checks.iter().filter(|check| resource.is(check.of, check.kind)) {
            if let Look::Each(look) = check.look {
                let view = View::new(&resource, now);
                let answer = honest(|| look(&view));
                if let Some(finding) = finding(check, &resource, answer, &view) {
                    tell(finding);
                }
            }
        }
        if resource.kind == "account" {
            self.note_unlisted(&resource);
        }
        if self.kept.iter().any(|(service, kind)| resource.is(service, kind)) {
            self.index.add(resource);
        }
    }

    /// Looks at what must be seen together, and gives back the resources that were kept for it.
    pub fn finish(self, mut tell: impl FnMut(AuditFinding)) -> Index {
        for check in &self.checks {
            match check.look {
                Look::Each(_) => {}
                Look::Beside { needs, complete, look } => {
                    for view in self.index.views(check.of, check.kind) {
                        let listed = if complete { self.index.listed(needs, view.resource) } else { Ok(()) };
                        let answer = listed.and_then(|()| honest(|| look(&view, &self.index)));
                        if let Some(finding) = finding(check, view.resource, answer, &view) {
                            tell(finding);
                        }
                    }
                }
            }
            for (resource, kind, unknown) in &self.unlisted {
                if resource.service == check.of && *kind == check.kind {
                    let view = View::new(resource, self.index.now);
                    if let Some(finding) = finding(check, resource, Err(unknown.clone()), &view) {
                        tell(finding);
                    }
                }
            }
        }
        self.index
    }

    /// A collector that could not list resources says so on the account: what depends on them is not assessed.
    fn note_unlisted(&mut self, resource: &Resource) {
        let view = View::new(resource, self.index.now);
        for shape in SHAPES.iter().filter(|s| s.service == resource.service && !s.listed_by.is_empty()) {
            if resource.facts.contains_key(shape.listed_by)
                && let Err(unknown) = view.fact(shape.listed_by)
            {
                self.unlisted.push((bare(resource), shape.kind, unknown));
            }
        }
    }
}

/// A look that met something it cannot read says nothing good of the resource. What it found bad is bad.
fn honest(look: impl FnOnce() -> Answer) -> Answer {
    forget_puzzling();
    let answer = look();
    match (answer, take_puzzling()) {
        (Ok(Verdict::Pass(_) | Verdict::Skip | Verdict::Manual(_)), Some(unknown)) => Err(unknown),
        (answer, _) => answer,
    }
}

/// Without its facts.
fn bare(resource: &Resource) -> Resource {
    Resource { facts: Map::new(), ..resource.clone() }
}

fn finding(check: &Check, resource: &Resource, answer: Answer, view: &View<'_>) -> Option<AuditFinding> {
    let (status, why) = match answer {
        Ok(Verdict::Skip) => return None,
        Ok(Verdict::Pass(why)) => (Status::Pass, why),
        Ok(Verdict::Fail(why)) => (Status::Fail, why),
        Ok(Verdict::Manual(why)) => (Status::Manual, why),
        Err(Unknown(why)) => (Status::NotAssessed, why),
    };
    Some(AuditFinding {
        check: check.id.to_owned(),
        title: check.title.to_owned(),
        severity: check.severity,
        service: check.service.to_owned(),
        account: resource.account.clone(),
        region: resource.region.clone(),
        resource: resource.arn.clone(),
        resource_id: resource.label().to_owned(),
        status,
        controls: check.controls(),
        why,
        evidence: view.evidence(),
        muted: None,
        change: None,
        cloud: None,
    })
}
