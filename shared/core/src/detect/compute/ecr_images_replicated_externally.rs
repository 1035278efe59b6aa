//! `ecr-images-replicated-externally`: every image that is pushed goes somewhere else too.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::detect::fields::home;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct EcrImagesReplicatedExternally;

const META: Meta = Meta {
    id: "ecr-images-replicated-externally",
    title: "Container images replicated to another account",
    domain: Domain::Compute,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1537"],
    events: Events::Calls(&[EventName { source: "ecr.amazonaws.com", name: "PutReplicationConfiguration" }]),
    prose: "\
## What it does
Fires when the replication of an ECR registry names another account as its destination. Replication to other
regions of the same account does not fire, and neither does switching it off.

## Why is this bad?
Every image that is pushed from then on is copied to the other account by AWS itself: the company's programs
leave the house, version by version, without another call by anybody.

## False positives
Companies that build in one account and run in others. The account's number says which.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html>
- <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutReplicationConfiguration.html>
",
    ..Meta::PLAIN
};

impl Detector for EcrImagesReplicatedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (_, account) = home(call)?;
        let members = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let rules = members(call.request("replicationConfiguration").and_then(|config| config.get("rules")));
        let destinations = rules.iter().flat_map(|rule| members(rule.get("destinations")));
        let registries: BTreeSet<String> = destinations
            .filter_map(|destination| destination.get("registryId").and_then(Value::as_str).map(str::to_owned))
            .filter(|registry| facts.trusted.is_foreign(Some(&account), registry))
            .collect();
        if registries.is_empty() {
            return Ok(Vec::new());
        }
        let named: Vec<_> = registries.iter().map(|registry| format!("`{registry}`")).collect();
        let why = format!("`{}` copies the images of the registry to account {}", call.event_name(), named.join(", "));
        let target = Target::Resource { service: "ecr".to_owned(), id: account.into_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
