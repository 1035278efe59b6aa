//! `search-domain-opened`: an OpenSearch domain that answers everybody.

use super::fields::required;
use super::meta::page;
use super::named::is_true;
use super::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::arn::partition;
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::{Home, Outsider, Policy};
use crate::text::plain;

/// See [`META`].
pub(super) struct SearchDomainOpened;

const fn es(name: &'static str) -> EventName {
    EventName { source: "es.amazonaws.com", name }
}

const META: Meta = Meta {
    id: "search-domain-opened",
    title: "OpenSearch domain answers everybody",
    domain: Domain::Network,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1530", "T1562.007"],
    events: Events::Calls(&[
        es("CreateDomain"),
        es("CreateElasticsearchDomain"),
        es("UpdateDomainConfig"),
        es("UpdateElasticsearchDomainConfig"),
    ]),
    prose: page(
        "\
## What it does
Fires when the access policy of an OpenSearch or Elasticsearch domain lets everybody in without a condition.
Policies that name principals or addresses are silent, and so is a domain that the same call puts into a
VPC, where such a policy is usual, or one that asks for a user and a password itself (fine-grained access
control).

## Why is this bad?
Such a domain answers whoever finds its name, without a signature: search indices full of personal data are
found and copied, or deleted against ransom, by programs that look for nothing else.

## False positives
A change to the policy of a domain that already stands in a VPC or asks for a password: the event does not
tell. Data that is meant for the public.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for SearchDomainOpened {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let domain = required(call, "domainName")?;
        let Some(policy) = call.request_text("accessPolicies").filter(|policy| !policy.trim().is_empty()) else {
            return Ok(Vec::new());
        };
        let policy = Policy::parse(policy)
            .map_err(|error| DetectError::Policy { policy: plain(domain, 200), wrong: error.to_string() })?;
        let account = call.account().unwrap_or_default();
        let home = Home { partition: partition(call.region().unwrap_or_default()), account: &account };
        let grants = policy.outside_grants(&home);
        let open = grants.iter().any(|grant| grant.who == Outsider::Everyone && !grant.narrowed);
        if !open || is_guarded_otherwise(call) {
            return Ok(Vec::new());
        }
        let why = format!("`{}` lets everybody reach the domain `{domain}` without a signature", call.event_name());
        Ok(vec![Claim::of(Target::Resource { service: "es".to_owned(), id: domain.to_owned() }, plain(&why, 600))])
    }
}

/// Whether the same call puts the domain into a VPC or makes it ask for a user.
fn is_guarded_otherwise(call: &ApiCall) -> bool {
    let part = |name: &str, key: &str| call.request(name).and_then(|options| options.get(key));
    let subnets = part("vPCOptions", "subnetIds").and_then(serde_json::Value::as_array);
    let users = part("advancedSecurityOptions", "enabled");
    subnets.is_some_and(|subnets| !subnets.is_empty()) || users.is_some_and(is_true)
}
