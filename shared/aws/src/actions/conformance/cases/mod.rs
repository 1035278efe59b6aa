//! The cases, one file for each action.

mod apply_security_group;
mod block_public_access;
mod cancel_key_deletion;
mod create_security_group;
mod deactivate_access_keys;
mod deactivate_credential;
mod deny_principal;
mod detach_instance_profile;
mod disable_anywhere_profile;
mod disable_guest_access;
mod disable_lifecycle_rule;
mod disable_replication_rule;
mod disable_serial_console;
mod disable_trust_anchor;
mod enable_guardduty;
mod enable_rule;
mod enable_securityhub;
mod isolate_instance;
mod make_database_private;
mod make_trail_multi_region;
mod remove_acl_entry;
mod remove_from_group;
mod remove_layer_permission;
mod remove_oidc_provider;
mod remove_outsiders;
mod remove_permission;
mod remove_prefix;
mod remove_public_grants;
mod remove_trusted_principal;
mod require_metadata_tokens;
mod require_url_auth;
mod restart_config_recorder;
mod restart_trail;
mod restore_config_recorder;
mod restore_copy_block;
mod restore_default_policy_version;
mod restore_event_selectors;
mod restore_flow_logs;
mod restore_lifecycle;
mod restore_permissions_boundary;
mod restore_quarantine;
mod restore_replication;
mod restore_secret;
mod restore_versioning;
mod revoke_eks_access;
mod revoke_grant;
mod revoke_sessions;
mod stop_function;
mod stop_instance;
mod two_steps;
mod unshare;

use riposte_core::action::ActionId;
use serde_json::Value;

use super::Case;
use crate::testing::{Refused, refuse};

pub(crate) use two_steps::CASE as TWO_STEPS;

/// Every case.
pub(crate) const CASES: &[&Case] = &[
    &TWO_STEPS,
    &apply_security_group::CASE,
    &block_public_access::LOOSENED,
    &block_public_access::WITHOUT,
    &block_public_access::ACCOUNT,
    &cancel_key_deletion::CASE,
    &create_security_group::CASE,
    &deactivate_credential::SSH_KEY,
    &deactivate_credential::SERVICE,
    &deactivate_credential::CERTIFICATE,
    &deny_principal::USER,
    &deny_principal::ROLE,
    &detach_instance_profile::CASE,
    &disable_anywhere_profile::CASE,
    &disable_replication_rule::CASE,
    &disable_trust_anchor::CASE,
    &enable_guardduty::CASE,
    &enable_rule::CASE,
    &isolate_instance::CASE,
    &isolate_instance::BARE,
    &make_database_private::CASE,
    &make_trail_multi_region::CASE,
    &remove_acl_entry::CASE,
    &remove_from_group::CASE,
    &remove_outsiders::BUCKET,
    &remove_outsiders::WHOLE,
    &remove_outsiders::QUEUE,
    &remove_outsiders::TOPIC,
    &remove_outsiders::KEY,
    &remove_outsiders::SECRET,
    &remove_outsiders::REPOSITORY,
    &remove_outsiders::VAULT,
    &remove_outsiders::FILES,
    &remove_outsiders::TABLE,
    &remove_outsiders::CATALOG,
    &remove_outsiders::BUS,
    &remove_outsiders::STREAM,
    &remove_outsiders::WHOLE_QUEUE,
    &remove_outsiders::WHOLE_SECRET,
    &remove_outsiders::WHOLE_REPOSITORY,
    &remove_outsiders::WHOLE_VAULT,
    &remove_outsiders::WHOLE_FILES,
    &remove_outsiders::WHOLE_TABLE,
    &remove_outsiders::WHOLE_CATALOG,
    &remove_outsiders::WHOLE_BUS,
    &remove_outsiders::WHOLE_STREAM,
    &remove_permission::CASE,
    &remove_public_grants::BUCKET,
    &remove_public_grants::OBJECT,
    &remove_trusted_principal::CASE,
    &remove_trusted_principal::ALONE,
    &require_metadata_tokens::CASE,
    &require_url_auth::CASE,
    &restart_config_recorder::CASE,
    &restart_trail::CASE,
    &restore_copy_block::CASE,
    &restore_copy_block::IMAGES,
    &restore_default_policy_version::CASE,
    &restore_event_selectors::CASE,
    &restore_flow_logs::TO_LOGS,
    &restore_flow_logs::TO_BUCKET,
    &restore_flow_logs::OF_INTERFACE,
    &restore_config_recorder::NARROWED,
    &restore_config_recorder::DELETED,
    &restore_lifecycle::DELETED,
    &restore_lifecycle::OVERWRITTEN,
    &restore_replication::DELETED,
    &restore_replication::OVERWRITTEN,
    &restore_secret::CASE,
    &restore_versioning::CASE,
    &revoke_sessions::CASE,
    &stop_function::CASE,
    &stop_function::UNRESERVED,
    &stop_instance::CASE,
    &unshare::SNAPSHOT,
    &unshare::IMAGE,
    &unshare::DATABASE,
    &unshare::CLUSTER,
    &unshare::DOCUMENT,
    &deactivate_access_keys::CASE,
    &disable_guest_access::CASE,
    &disable_lifecycle_rule::CASE,
    &disable_serial_console::CASE,
    &enable_securityhub::CASE,
    &remove_layer_permission::CASE,
    &remove_oidc_provider::CASE,
    &remove_oidc_provider::AUDIENCE,
    &remove_prefix::CASE,
    &restore_permissions_boundary::ROLE,
    &restore_permissions_boundary::USER,
    &restore_permissions_boundary::VOIDED,
    &restore_quarantine::CASE,
    &revoke_eks_access::CASE,
    &revoke_grant::CASE,
];

/// The resource that most cases keep under `it`; the code where it is not there.
fn it(state: &Value, code: &'static str) -> Result<Value, Refused> {
    if state["it"].is_null() { refuse(code) } else { Ok(state["it"].clone()) }
}

/// Actions whose cases stand behind the SDK's own clients (`testing/cases.rs`) and not here.
pub(crate) const ON_THE_WIRE: &[ActionId] = &[
    ActionId::RevokeIngress,
    ActionId::DetachManagedPolicy,
    ActionId::DeleteInlinePolicy,
    ActionId::DeactivateAccessKey,
    ActionId::DenySource,
];
