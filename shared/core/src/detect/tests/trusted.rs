//! What changes where other accounts belong to the same owner, over the fixtures of every detector.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fixture::fixtures_of;
use crate::detect::{Detector, Facts, Trusted, detectors};
use crate::event::ApiCall;

/// The detectors that ask whose an account is.
const ABOUT_ACCOUNTS: &[&str] = &[
    "api-policy-external",
    "backup-copied-externally",
    "bucket-reports-externally",
    "bucket-policy-external",
    "bucket-replicated-externally",
    "data-sent-on-externally",
    "data-shared-externally",
    "encrypted-with-external-key",
    "events-sent-externally",
    "external-function-used",
    "external-data-keys",
    "function-invoked-externally",
    "function-layer-external",
    "function-shared-externally",
    "workload-image-external",
    "image-shared-externally",
    "ecr-images-pulled-externally",
    "ecr-images-replicated-externally",
    "kms-key-granted-externally",
    "kms-key-policy-external",
    "function-layer-shared-externally",
    "logs-sent-externally",
    "vpc-peered-with-external-account",
    "objects-copied-externally",
    "repository-shared-externally",
    "resource-policy-external",
    "resource-shared-externally",
    "role-assumed-externally",
    "external-role-assumed",
    "role-trusts-external-account",
    "role-trusts-external-account-with-id",
    "secret-policy-external",
    "secret-replicated-externally",
    "snapshot-shared-externally",
    "data-attempt-refused",
    "dynamodb-table-exported-externally",
    "sns-topic-subscribed-externally",
    "vpc-endpoint-denied-external-account",
    "vpc-endpoint-used-by-external-account",
];

/// Every account and organization that the record names, but for its own account.
fn strangers(call: &ApiCall) -> Trusted {
    let text = serde_json::to_string(call.record()).unwrap();
    let own = call.account().unwrap_or_default();
    let words: BTreeSet<_> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
    let mut trusted = Trusted::default();
    for word in words.into_iter().filter(|word| *word != own) {
        if let Ok(list) = word.parse() {
            trusted.extend(list);
        }
    }
    trusted
}

/// How many claims a detector makes about a call, with its strangers and without.
fn claims(detector: &dyn Detector, call: &ApiCall, facts: &Facts) -> (usize, usize) {
    let strange = detector.judge(call, facts).map_or(0, |claims| claims.len());
    let at_home = Facts { trusted: Arc::new(strangers(call)), ..facts.clone() };
    (strange, detector.judge(call, &at_home).map_or(0, |claims| claims.len()))
}

#[test]
fn what_is_opened_to_ones_own_accounts_is_left_alone() {
    let mut silenced = BTreeSet::new();
    for detector in detectors() {
        let id = detector.meta().id;
        for fixture in fixtures_of(id) {
            let call = fixture.call();
            let (strange, at_home) = claims(*detector, &call, &fixture.facts(&call));
            assert!(at_home <= strange, "{id}/{}: trust makes no finding", fixture.name);
            if at_home < strange {
                silenced.insert(id);
            }
        }
    }
    assert_eq!(silenced, ABOUT_ACCOUNTS.iter().copied().collect());
}
