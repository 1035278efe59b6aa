//! Detectors: each decides, alone and purely, whether an event is bad.
//!
//! A detector is named for the bad thing, stands in a file of its own, and carries the prose that
//! becomes its page. Two kinds read API calls, in one catalogue ([`CHAPTERS`]): Sigma rules
//! (`rules/DOMAIN/ID.yml`, see [`sigma`]), where a call and its parameters say it all, and typed ones,
//! where meaning matters more than strings: which range is the internet, what a policy grants. A third kind ([`LOG_DETECTORS`]) reads log lines. The invariants of all of them (ids, prose,
//! fixtures that fire and that do not) are tests.
//!
//! Some verdicts need what only AWS knows, such as the document of a managed policy. A detector then
//! asks ([`Detector::questions`]), the shell looks it up, and the same pure code judges with the
//! answers ([`Detector::judge`]). Some need more than one event: they say what each adds, and the shell
//! counts ([`Sighting`]).

mod access_key_for_another;
mod acl_entry;
mod admin_inline_policy;
mod admin_permission_set;
mod admin_policy_attached;
mod admin_policy_created;
mod admin_policy_version;
mod api_authorizer_removed;
mod billing_alarm_removed;
mod bucket_acl_for_another;
mod bucket_acl_public;
mod bucket_lifecycle;
mod bucket_lifecycle_deletes_everything;
mod bucket_lifecycle_deletes_soon;
mod bucket_policy_cross_account;
mod bucket_policy_public;
mod bucket_policy_public_attempted;
mod bucket_replicated_to_another_account;
mod caller;
mod capacity_purchased;
mod cdn_changed;
mod change;
mod claim;
mod cost_anomaly_alert_removed;
mod credential_for_another;
mod data_shared_with_another_account;
mod database_groups_swapped;
mod database_security_group_changed;
mod default_vpc_created;
mod dns_firewall_opened;
mod dns_firewall_removed;
mod dnssec_disabled;
mod eks_endpoint_made_public;
mod encrypted_with_foreign_key;
mod endpoint_policy_opened;
mod escalation_by_any_role;
mod escalation_by_policy;
mod escalation_by_takeover;
mod federation_token_with_full_power;
mod fields;
mod function_grant;
mod function_layer_from_another_account;
mod function_made_public;
mod function_open_to_any_source;
mod function_opened_to_account;
mod gateway_changed;
mod group_joined_by_self;
mod image_shared_publicly;
mod image_shared_with_account;
mod images_replicated_to_another_account;
mod index;
mod instances_terminated_in_bulk;
mod internet_route_added;
mod itself;
mod json;
mod key_granted_to_another_account;
mod key_policy_cross_account;
mod key_policy_public;
mod launch;
mod load_balancer_groups_changed;
mod logging_off;
mod login_profile_for_another;
mod login_profile_for_namesake;
mod mail_identity_added;
mod mail_identity_removed;
mod mail_identity_shared;
mod many_instances_launched;
mod marketplace_subscribed;
mod meta;
mod mfa_device_for_another;
mod mfa_removed_from_another;
mod named;
mod network_acl_changed;
mod network_acl_wide_entry;
mod network_firewall_removed;
mod network_peered_with_foreign_account;
mod object_acl_public;
mod open_admin_port;
mod open_all_ports;
mod open_ingress;
mod open_network_acl;
mod opened_policy;
mod own_policy_removed;
mod parameters_decrypted_in_bulk;
mod password_policy_weakened;
mod permissions_boundary_removed;
mod prefix_list_opened;
mod public_database;
mod public_load_balancer_created;
mod question;
mod remote_access_added;
mod repository_grant;
mod repository_made_public;
mod repository_opened_to_account;
mod resource_made_public;
mod resource_policy_cross_account;
mod resource_policy_public;
mod resource_shared_outside;
mod role_open_to_another_account;
mod role_open_to_everyone;
mod role_open_to_federation;
mod role_open_with_external_id;
mod route_table_changed;
mod run;
mod s3_acl;
mod secret_policy_cross_account;
mod secret_policy_public;
mod security_group_changed;
mod security_group_changed_by_hand;
mod shared_copy;
mod shield_protection_removed;
pub mod sigma;
mod snapshot_shared_publicly;
mod snapshot_shared_with_account;
mod source_check_disabled;
mod ssh_brute_force;
mod ssh_login_after_failures;
mod ssm_command_on_many_instances;
mod tally;
mod traffic_mirroring_changed;
mod trail_blind_spot;
mod trail_narrowed;
mod trail_selectors;
mod trust_opened;
mod unusual_instance_launch_refused;
mod unusual_instance_launched;
mod vpc_changed;
mod web_acl_emptied;
mod web_acl_removed;
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

/// A chapter of the catalogue. Each is a static of its own, so that a function carries the rules of its
/// chapters and no others.
#[derive(Debug)]
pub struct Chapter {
    /// Which.
    pub domain: Domain,
    /// The typed detectors.
    pub typed: &'static [&'static dyn Detector],
    /// The rules of the pack.
    pub rules: &'static [sigma::SigmaDetector],
}

impl Chapter {
    /// Its detectors: the typed ones before the rules.
    pub fn detectors(&self) -> impl Iterator<Item = &'static dyn Detector> + use<> {
        self.typed.iter().copied().chain(self.rules.iter().map(|rule| rule as &dyn Detector))
    }
}

/// Who can reach what.
pub static NETWORK: Chapter = Chapter {
    domain: Domain::Network,
    typed: &[
        &open_network_acl::OpenNetworkAcl,
        &network_acl_wide_entry::NetworkAclWideEntry,
        &public_database::PublicDatabase,
        &prefix_list_opened::PrefixListOpened,
        &network_peered_with_foreign_account::NetworkPeeredWithForeignAccount,
        &endpoint_policy_opened::EndpointPolicyOpened,
        &internet_route_added::InternetRouteAdded,
        &web_acl_emptied::WebAclEmptied,
        &security_group_changed::SECURITY_GROUP_CHANGED,
        &security_group_changed_by_hand::SECURITY_GROUP_CHANGED_BY_HAND,
        &network_acl_changed::NETWORK_ACL_CHANGED,
        &route_table_changed::ROUTE_TABLE_CHANGED,
        &vpc_changed::VPC_CHANGED,
        &gateway_changed::GATEWAY_CHANGED,
        &load_balancer_groups_changed::LOAD_BALANCER_GROUPS_CHANGED,
        &database_security_group_changed::DATABASE_SECURITY_GROUP_CHANGED,
        &database_groups_swapped::DATABASE_GROUPS_SWAPPED,
        &remote_access_added::REMOTE_ACCESS_ADDED,
        &traffic_mirroring_changed::TRAFFIC_MIRRORING_CHANGED,
        &network_firewall_removed::NETWORK_FIREWALL_REMOVED,
        &web_acl_removed::WEB_ACL_REMOVED,
        &shield_protection_removed::SHIELD_PROTECTION_REMOVED,
        &dns_firewall_removed::DNS_FIREWALL_REMOVED,
        &dns_firewall_opened::DNS_FIREWALL_OPENED,
        &dnssec_disabled::DNSSEC_DISABLED,
        &cdn_changed::CDN_CHANGED,
        &default_vpc_created::DEFAULT_VPC_CREATED,
        &source_check_disabled::SOURCE_CHECK_DISABLED,
        &api_authorizer_removed::API_AUTHORIZER_REMOVED,
        &public_load_balancer_created::PUBLIC_LOAD_BALANCER_CREATED,
        &open_admin_port::OpenAdminPort,
        &open_all_ports::OpenAllPorts,
    ],
    rules: &sigma::pack::NETWORK,
};

/// Who may do what, and with which credentials.
pub static IDENTITY: Chapter = Chapter {
    domain: Domain::Identity,
    typed: &[
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
    ],
    rules: &sigma::pack::IDENTITY,
};

/// What is stored, and who can read, encrypt or delete it.
pub static DATA: Chapter = Chapter {
    domain: Domain::Data,
    typed: &[
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
    ],
    rules: &sigma::pack::DATA,
};

/// What would show an attack, Riposte itself included.
pub static TRACES: Chapter = Chapter {
    domain: Domain::Traces,
    typed: &[
        &trail_narrowed::TrailNarrowed,
        &trail_blind_spot::TrailBlindSpot,
        &logging_off::LOAD_BALANCER_LOGGING_DISABLED,
        &logging_off::CLUSTER_LOGGING_DISABLED,
        &logging_off::DATABASE_LOGGING_DISABLED,
        &logging_off::API_LOGGING_DISABLED,
        &itself::RULE_SILENCED,
        &itself::QUEUE_CUT_OFF,
        &itself::FUNCTION_STOPPED,
        &itself::FUNCTION_REPLACED,
        &itself::FUNCTION_OPENED,
        &itself::LEDGER_TAMPERED,
        &itself::INCIDENT_DELETED,
        &itself::ModeChanged,
        &itself::SETTING_CHANGED,
        &itself::ROLE_CHANGED,
        &itself::ROLE_TRUST_CHANGED,
        &itself::LOGS_TAMPERED,
        &itself::NOTICES_CUT_OFF,
        &itself::ALARM_SILENCED,
        &itself::STACK_DELETED,
        &itself::STACK_CHANGED,
        &itself::ChangedByCloudFormation,
        &itself::TamperingRefused,
    ],
    rules: &sigma::pack::TRACES,
};

/// What runs code.
pub static COMPUTE: Chapter = Chapter {
    domain: Domain::Compute,
    typed: &[
        &unusual_instance_launched::UnusualInstanceLaunched,
        &unusual_instance_launch_refused::UnusualInstanceLaunchRefused,
        &many_instances_launched::ManyInstancesLaunched,
        &instances_terminated_in_bulk::InstancesTerminatedInBulk,
        &ssm_command_on_many_instances::SsmCommandOnManyInstances,
        &function_made_public::FunctionMadePublic,
        &function_opened_to_account::FunctionOpenedToAccount,
        &function_open_to_any_source::FunctionOpenToAnySource,
        &function_layer_from_another_account::FunctionLayerFromAnotherAccount,
        &repository_made_public::RepositoryMadePublic,
        &repository_opened_to_account::RepositoryOpenedToAccount,
        &images_replicated_to_another_account::ImagesReplicatedToAnotherAccount,
        &eks_endpoint_made_public::EksEndpointMadePublic,
    ],
    rules: &sigma::pack::COMPUTE,
};

/// The account and its organisation.
pub static ACCOUNT: Chapter = Chapter {
    domain: Domain::Account,
    typed: &[
        &resource_shared_outside::ResourceSharedOutside,
        &billing_alarm_removed::BILLING_ALARM_REMOVED,
        &cost_anomaly_alert_removed::COST_ANOMALY_ALERT_REMOVED,
        &mail_identity_added::MAIL_IDENTITY_ADDED,
        &mail_identity_removed::MAIL_IDENTITY_REMOVED,
        &mail_identity_shared::MAIL_IDENTITY_SHARED,
        &capacity_purchased::CAPACITY_PURCHASED,
        &marketplace_subscribed::MARKETPLACE_SUBSCRIBED,
    ],
    rules: &sigma::pack::ACCOUNT,
};

/// The chapters over API calls, in the catalogue's order.
pub static CHAPTERS: [&Chapter; 6] = [&NETWORK, &IDENTITY, &DATA, &TRACES, &COMPUTE, &ACCOUNT];

/// Detectors over log lines.
pub const LOG_DETECTORS: &[&dyn LogDetector] =
    &[&ssh_brute_force::SshBruteForce, &ssh_login_after_failures::SshLoginAfterFailures];

/// All detectors over API calls, chapter by chapter. A function that runs some chapters does not call
/// this: it would carry the rules of all.
#[must_use]
pub fn detectors() -> &'static [&'static dyn Detector] {
    static ALL: LazyLock<Vec<&'static dyn Detector>> =
        LazyLock::new(|| CHAPTERS.iter().flat_map(|chapter| chapter.detectors()).collect());
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
