//! Whom the policy of a repository of images or packages lets in, shared by the detectors of opened
//! repositories.

use crate::action::RemoveOutsiders;
use crate::detect::fields::{field_error, home};
use crate::detect::{DetectError, EventName, Facts};
use crate::event::ApiCall;
use crate::iam::{Home, OutsideGrant, Outsider, Policy};
use crate::text::plain;

const ECR: &str = "ecr.amazonaws.com";
const CODE_ARTIFACT: &str = "codeartifact.amazonaws.com";

/// The calls that write such a policy.
pub(super) const EVENTS: &[EventName] = &[
    EventName { source: ECR, name: "SetRepositoryPolicy" },
    EventName { source: ECR, name: "PutRegistryPolicy" },
    EventName { source: CODE_ARTIFACT, name: "PutDomainPermissionsPolicy" },
    EventName { source: CODE_ARTIFACT, name: "PutRepositoryPermissionsPolicy" },
];

/// What a call opens, and to whom.
pub(super) struct Opened {
    /// `ecr` or `codeartifact`.
    pub(super) service: String,
    /// The repository, the domain, or the whole registry.
    pub(super) name: String,
    pub(super) grants: Vec<OutsideGrant>,
}

pub(super) fn opened(call: &ApiCall, facts: &Facts) -> Result<Opened, DetectError> {
    let service = call.service().to_owned();
    let name = ["repositoryName", "repository", "domain"].iter().find_map(|key| call.request_text(key));
    let name = name.unwrap_or("the registry").to_owned();
    let document = call
        .request("policyText")
        .or_else(|| call.request("policyDocument"))
        .ok_or_else(|| field_error(call, "requestParameters.policyText", "is missing"))?;
    let policy = Policy::from_value(document)
        .map_err(|error| DetectError::Policy { policy: plain(&name, 200), wrong: error.to_string() })?;
    let (partition, account) = home(call)?;
    let mut grants = policy.outside_grants(&Home { partition, account: &account });
    grants.retain(|grant| !facts.trusted.holds_outsider(&grant.who));
    Ok(Opened { service, name, grants })
}

/// What takes these out of a repository's policy again; `None` for a registry, and for CodeArtifact, whose policies are
/// read by other calls.
pub(super) fn response(call: &ApiCall, repository: &str, outsiders: &[Outsider]) -> Option<RemoveOutsiders> {
    let written = call.event_name() == "SetRepositoryPolicy" && !call.failed();
    written.then(|| RemoveOutsiders::of("ecr", repository, outsiders.to_vec())).flatten()
}
