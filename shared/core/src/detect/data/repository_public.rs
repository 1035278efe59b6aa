//! `repository-public`: everyone may use a repository of images or packages.

use super::repository_grant::{self, Opened, opened};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::Outsider;
use crate::text::plain;

/// See [`META`].
pub(super) struct RepositoryPublic;

const META: Meta = Meta {
    id: "repository-public",
    title: "Repository of images or packages opened to everyone",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1537", "T1525", "T1195.002"],
    actions: &[ActionId::RemoveOutsiders],
    events: Events::Calls(repository_grant::EVENTS),
    prose: "\
## What it does
Fires when the policy of an ECR repository or registry, or of a CodeArtifact repository or domain, lets
everyone in. The document is evaluated with its conditions: one that leaves an organization, an account or
a network is no finding, and one that says nothing of who may come lowers the confidence.

Single other accounts are `repository-shared-externally`. Repositories in the public registry of ECR are
`ecr-public-repository-created`.

## Why is this bad?
Who may pull gets the company's programs, with whatever secrets were packed into them. Who may push puts
its own code into what the company runs.

## False positives
Images that are meant for everybody. The public registry is the place for them.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html>
- <https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html>
",
    ..Meta::PLAIN
};

impl Detector for RepositoryPublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Opened { service, name, grants } = opened(call, facts)?;
        let response = repository_grant::response(call, &name, &[Outsider::Everyone]);
        // The widest of them, should there be several.
        let everyone = grants.into_iter().filter(|grant| grant.who == Outsider::Everyone);
        let Some(grant) = everyone.min_by_key(|grant| grant.narrowed) else { return Ok(Vec::new()) };
        let actions = grant.actions.join(", ");
        let why = format!("`{}` opened `{name}` to {grant}: {actions}", call.event_name());
        let confidence = grant.narrowed.then_some(Confidence::Low);
        let target = Target::Resource { service, id: name };
        Ok(vec![Claim { confidence, ..Claim::of(target, plain(&why, 600)).asking(response) }])
    }
}
