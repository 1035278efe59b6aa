//! Detectors: each decides, alone and purely, whether an event is bad.
//!
//! A detector is named for the bad thing, stands in a file of its own, and carries the prose that
//! becomes its page. Two kinds read API calls, in one catalogue ([`detectors`]): Sigma rules
//! (`rules/DOMAIN/ID.yml`, see [`sigma`]), where a call and its parameters say it all, and typed ones
//! ([`TYPED`]), where meaning matters more than strings: which range is the internet, what a policy
//! grants. A third kind ([`LOG_DETECTORS`]) reads log lines. The invariants of all of them (ids, prose,
//! fixtures that fire and that do not) are tests.
//!
//! Some verdicts need what only AWS knows, such as the document of a managed policy. A detector then
//! asks ([`Detector::questions`]), the shell looks it up, and the same pure code judges with the
//! answers ([`Detector::judge`]). Some need more than one event: they say what each adds, and the shell
//! counts ([`Sighting`]).

mod access_key_for_another;
mod admin_inline_policy;
mod admin_policy_attached;
mod bucket_acl_for_another;
mod bucket_acl_public;
mod bucket_lifecycle;
mod bucket_lifecycle_deletes_everything;
mod bucket_lifecycle_deletes_soon;
mod bucket_policy_cross_account;
mod bucket_policy_public;
mod bucket_policy_public_attempted;
mod bucket_replicated_to_another_account;
mod claim;
mod data_shared_with_another_account;
mod encrypted_with_foreign_key;
mod fields;
mod image_shared_publicly;
mod image_shared_with_account;
mod index;
mod json;
mod key_granted_to_another_account;
mod key_policy_cross_account;
mod key_policy_public;
mod meta;
mod object_acl_public;
mod open_admin_port;
mod open_all_ports;
mod open_ingress;
mod opened_policy;
mod parameters_decrypted_in_bulk;
mod question;
mod resource_made_public;
mod resource_policy_cross_account;
mod resource_policy_public;
mod run;
mod s3_acl;
mod secret_policy_cross_account;
mod secret_policy_public;
mod shared_copy;
pub mod sigma;
mod snapshot_shared_publicly;
mod snapshot_shared_with_account;
mod ssh_brute_force;
mod ssh_login_after_failures;
mod tally;

pub use claim::{Claim, DetectError, LogClaim};
pub use index::{Head, Index};
pub use meta::{ANY, Burst, Domain, EventName, Events, Meta, Outcome};
pub use question::{Answer, Facts, Question};
pub use run::{Report, run};
pub use tally::{Counter, Sighting, Tally};

use std::fmt;
use std::sync::LazyLock;

use crate::event::ApiCall;
use crate::ssh::{Limits, SourceHistory, SshEvent};

/// The typed detectors over API calls.
pub const TYPED: &[&dyn Detector] = &[
    // network
    &open_admin_port::OpenAdminPort,
    &open_all_ports::OpenAllPorts,
    // identity
    &admin_policy_attached::AdminPolicyAttached,
    &admin_inline_policy::AdminInlinePolicy,
    &access_key_for_another::AccessKeyForAnother,
    // data
    &bucket_acl_for_another::BucketAclForAnother,
    &bucket_acl_public::BucketAclPublic,
    &bucket_lifecycle_deletes_everything::BucketLifecycleDeletesEverything,
    &bucket_lifecycle_deletes_soon::BucketLifecycleDeletesSoon,
    &bucket_policy_cross_account::BucketPolicyCrossAccount,
    &bucket_policy_public::BucketPolicyPublic,
    &bucket_policy_public_attempted::BucketPolicyPublicAttempted,
    &bucket_replicated_to_another_account::BucketReplicatedToAnotherAccount,
    &data_shared_with_another_account::DataSharedWithAnotherAccount,
    &encrypted_with_foreign_key::EncryptedWithForeignKey,
    &image_shared_publicly::ImageSharedPublicly,
    &image_shared_with_account::ImageSharedWithAccount,
    &key_granted_to_another_account::KeyGrantedToAnotherAccount,
    &key_policy_cross_account::KeyPolicyCrossAccount,
    &key_policy_public::KeyPolicyPublic,
    &object_acl_public::ObjectAclPublic,
    &parameters_decrypted_in_bulk::ParametersDecryptedInBulk,
    &resource_made_public::ResourceMadePublic,
    &resource_policy_cross_account::ResourcePolicyCrossAccount,
    &resource_policy_public::ResourcePolicyPublic,
    &secret_policy_cross_account::SecretPolicyCrossAccount,
    &secret_policy_public::SecretPolicyPublic,
    &snapshot_shared_publicly::SnapshotSharedPublicly,
    &snapshot_shared_with_account::SnapshotSharedWithAccount,
    // traces
    // compute
    // account
];

/// Detectors over log lines.
pub const LOG_DETECTORS: &[&dyn LogDetector] =
    &[&ssh_brute_force::SshBruteForce, &ssh_login_after_failures::SshLoginAfterFailures];

/// All detectors over API calls: chapter by chapter, in each the typed ones before the rules.
#[must_use]
pub fn detectors() -> &'static [&'static dyn Detector] {
    static ALL: LazyLock<Vec<&'static dyn Detector>> = LazyLock::new(|| {
        let rules = sigma::PACK.iter().map(|rule| rule as &dyn Detector);
        let mut all: Vec<_> = TYPED.iter().copied().chain(rules).collect();
        all.sort_by_key(|detector| detector.meta().domain);
        all
    });
    &ALL
}

/// A detector over API calls.
pub trait Detector: Sync {
    /// What the catalogue says of it.
    fn meta(&self) -> &Meta;

    /// What has to be asked of AWS before [`Detector::judge`] can tell. Most detectors ask nothing.
    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        let _ = call;
        Vec::new()
    }

    /// The verdict: one claim for each target. Only called for the events of its [`Meta::events`].
    ///
    /// # Errors
    /// Where the event cannot be judged, for example a policy document that is not JSON.
    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError>;
}

/// A detector over log lines, judged per source address.
pub trait LogDetector: Sync {
    /// What the catalogue says of it.
    fn meta(&self) -> &'static Meta;

    /// Judges one line against what its source did before. `history` already counts the line; a
    /// detector notes there that it has fired, so that one attack makes one finding.
    fn judge(&self, line: &SshEvent, at_ms: i64, history: &mut SourceHistory, limits: &Limits) -> Option<LogClaim>;
}

impl fmt::Debug for dyn Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta().id)
    }
}

impl fmt::Debug for dyn LogDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meta().id)
    }
}

#[cfg(test)]
mod tests;
