//! Who may do what, and with which credentials.

mod access_key_for_another;
mod admin_inline_policy;
mod admin_permission_set;
mod admin_policy_attached;
mod admin_policy_created;
mod admin_policy_version;
mod caller;
mod credential_for_another;
mod escalation;
mod escalation_by_any_role;
mod escalation_by_policy;
mod escalation_by_takeover;
mod external_role_assumed;
mod federation_token_with_full_power;
mod group_joined_by_self;
mod known_tools;
mod login_profile_for_another;
mod login_profile_for_namesake;
mod login_profile_for_self;
mod mfa_device_for_another;
mod mfa_removed_from_another;
mod own_policy_removed;
mod password_policy_weakened;
mod permissions_boundary_removed;
mod policy_given_to_self;
mod role_assumed_externally;
mod role_trust_public;
mod role_trusts_external_account;
mod role_trusts_external_account_with_id;
mod role_trusts_federation;
mod session_renewed_by_itself;
mod trust_opened;
mod whole_service_granted;
mod written_policy;

use super::sigma::pack;
use super::{Chapter, Domain, attempt};

/// Who may do what, and with which credentials.
pub static IDENTITY: Chapter = Chapter {
    domain: Domain::Identity,
    typed: &[
        &known_tools::ATTACK_TOOL_USED,
        &known_tools::SECURITY_SCANNER_USED,
        &known_tools::TRANSFER_TOOL_USED,
        &admin_policy_attached::AdminPolicyAttached,
        &admin_inline_policy::AdminInlinePolicy,
        &access_key_for_another::AccessKeyForAnother,
        &admin_policy_version::AdminPolicyVersion,
        &admin_policy_created::AdminPolicyCreated,
        &admin_permission_set::AdminPermissionSet,
        &escalation_by_policy::ESCALATION_BY_POLICY,
        &escalation_by_any_role::ESCALATION_BY_ANY_ROLE,
        &escalation_by_takeover::ESCALATION_BY_TAKEOVER,
        &whole_service_granted::WholeServiceGranted,
        &role_trust_public::RoleTrustPublic,
        &role_trusts_external_account::RoleTrustsExternalAccount,
        &role_trusts_external_account_with_id::RoleTrustsExternalAccountWithId,
        &role_trusts_federation::RoleTrustsFederation,
        &login_profile_for_another::LoginProfileForAnother,
        &login_profile_for_namesake::LoginProfileForNamesake,
        &login_profile_for_self::LoginProfileForSelf,
        &credential_for_another::CredentialForAnother,
        &mfa_removed_from_another::MfaRemovedFromAnother,
        &mfa_device_for_another::MfaDeviceForAnother,
        &group_joined_by_self::GroupJoinedBySelf,
        &own_policy_removed::OwnPolicyRemoved,
        &permissions_boundary_removed::PermissionsBoundaryRemoved,
        &password_policy_weakened::PasswordPolicyWeakened,
        &federation_token_with_full_power::FederationTokenWithFullPower,
        &policy_given_to_self::PolicyGivenToSelf,
        &session_renewed_by_itself::SessionRenewedByItself,
        &role_assumed_externally::RoleAssumedExternally,
        &external_role_assumed::ExternalRoleAssumed,
        &attempt::ON_IDENTITY,
    ],
    rules: &pack::IDENTITY,
};
