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
mod admin_permission_set;
mod admin_policy_attached;
mod admin_policy_created;
mod admin_policy_version;
mod caller;
mod claim;
mod credential_for_another;
mod escalation_by_any_role;
mod escalation_by_policy;
mod escalation_by_takeover;
mod federation_token_with_full_power;
mod fields;
mod group_joined_by_self;
mod index;
mod login_profile_for_another;
mod login_profile_for_namesake;
mod meta;
mod mfa_device_for_another;
mod mfa_removed_from_another;
mod open_admin_port;
mod open_all_ports;
mod open_ingress;
mod own_policy_removed;
mod password_policy_weakened;
mod permissions_boundary_removed;
mod question;
mod role_open_to_another_account;
mod role_open_to_everyone;
mod role_open_to_federation;
mod role_open_with_external_id;
mod run;
pub mod sigma;
mod ssh_brute_force;
mod ssh_login_after_failures;
mod tally;
mod trust_opened;
mod written_policy;

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
    &admin_policy_version::AdminPolicyVersion,
    &admin_policy_created::AdminPolicyCreated,
    &admin_permission_set::AdminPermissionSet,
    &escalation_by_policy::EscalationByPolicy,
    &escalation_by_any_role::EscalationByAnyRole,
    &escalation_by_takeover::EscalationByTakeover,
    &role_open_to_everyone::RoleOpenToEveryone,
    &role_open_to_another_account::RoleOpenToAnotherAccount,
    &role_open_with_external_id::RoleOpenWithExternalId,
    &role_open_to_federation::RoleOpenToFederation,
    &login_profile_for_another::LoginProfileForAnother,
    &login_profile_for_namesake::LoginProfileForNamesake,
    &credential_for_another::CredentialForAnother,
    &mfa_removed_from_another::MfaRemovedFromAnother,
    &mfa_device_for_another::MfaDeviceForAnother,
    &group_joined_by_self::GroupJoinedBySelf,
    &own_policy_removed::OwnPolicyRemoved,
    &permissions_boundary_removed::PermissionsBoundaryRemoved,
    &password_policy_weakened::PasswordPolicyWeakened,
    &federation_token_with_full_power::FederationTokenWithFullPower,
    // data
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
