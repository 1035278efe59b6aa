//! `repository-shared-externally`: another account may use a repository of images or packages.

use std::collections::BTreeSet;

use super::repository_grant::{self, Opened, opened};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::Outsider;
use crate::text::plain;

/// See [`META`].
pub(super) struct RepositorySharedExternally;

const META: Meta = Meta {
    id: "repository-shared-externally",
    title: "Repository of images or packages opened to another account",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1537", "T1525"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(repository_grant::EVENTS),
    prose: "\
## What it does
Fires when the policy of an ECR repository or registry, or of a CodeArtifact repository or domain, lets
another account in. The document is evaluated with its conditions and its denials.

The account's own principals, its organization and AWS services do not fire. Everyone is
`repository-public`.

## Why is this bad?
The other account pulls the company's programs, or pushes its own, for as long as the policy stands, and no
credential of this account is needed for it.

## False positives
Companies that build in one account and run in others. The account's number says which.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html>
- <https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html>
",
    ..Meta::PLAIN
};

impl Detector for RepositorySharedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Opened { service, name, grants } = opened(call, facts)?;
        let accounts = grants.into_iter().filter(|grant| matches!(grant.who, Outsider::Account(_)));
        let outsiders: BTreeSet<_> = accounts.map(|grant| grant.who).collect();
        if outsiders.is_empty() {
            return Ok(Vec::new());
        }
        let outsiders: Vec<_> = outsiders.into_iter().collect();
        let named = outsiders.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let why = format!("`{}` opened `{name}` to {named}", call.event_name());
        let response = repository_grant::response(call, &name, &outsiders);
        Ok(vec![Claim::of(Target::Resource { service, id: name }, plain(&why, 600)).asking(response)])
    }
}
