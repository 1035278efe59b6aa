//! What may be asked for: the closed list of actions, and a request to each as data.
//!
//! One more action is a file here with its request and a line in the list below; the rest (its id, how it is
//! read from a rule, the schema of the guardrails, the leases) follows. What the action does with the request
//! stands in the crate that talks to AWS.

mod caller;
mod name;
mod one;
mod place;
mod resource;
mod response;
mod timed;

pub use apply_security_group::{DeclaredRule, Ways};
pub(crate) use caller::against;
pub use deactivate_credential::Credential;
pub use name::ActionName;
pub use place::Place;
pub use resource::{KINDS, ResourceId};
pub use response::{Malformed, Response};
pub use unshare::Copied;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::finding::Target;

/// What an action is asked for: exactly what a finding covers, no more. It stands in the ledger as JSON, so a
/// field that comes later needs a default.
pub trait Request: Serialize + DeserializeOwned {
    /// The action that it asks for.
    const ID: ActionId;

    /// The resource that is changed, by its canonical id: a name, a partial ARN and an ARN of one resource must
    /// give the same. One action at a time may change it.
    fn resource(&self) -> ResourceId;

    /// What the finding is about, which makes the incident's key: the resource, unless several requests to one
    /// resource are incidents of their own.
    fn target(&self) -> Target {
        self.resource().target()
    }

    /// From a Sigma rule: one request for each of the values at the rule's target. What the values do not say is
    /// read from the same event; where it is not there, nothing is guessed and the value is left out.
    fn of_rule(_: &Place<'_>) -> Vec<Self> {
        Vec::new()
    }

    /// How a person names the target on the command line, for example `USER/ACCESS-KEY`; empty where only the
    /// request itself, as JSON, can say it.
    const TARGET: &'static str = "";

    /// The request of a target that a person named in the form of [`Request::TARGET`].
    fn by_hand(_: &str) -> Option<Self> {
        None
    }
}

/// Writes the list: the modules, the ids, and what is looked up by id.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident in $module:ident = $id:literal,)*) => {
        $(mod $module; pub use $module::$name;)*

        /// The actions of the catalogue, by their ids.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize)]
        pub enum ActionId { $($(#[$doc])* #[serde(rename = $id)] $name,)* }

        impl ActionId {
            /// Every action.
            pub const ALL: [Self; [$($id),*].len()] = [$(Self::$name,)*];

            /// The id, as it stands in guardrails and in the ledger.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What a Sigma rule asks for: one response for each value at its target.
            #[must_use]
            pub fn of_rule(self, place: &Place<'_>) -> Vec<Response> {
                match self { $(Self::$name => $name::of_rule(place).into_iter().map(Response::from).collect(),)* }
            }

            /// How a person names the target: see [`Request::TARGET`].
            #[must_use]
            pub fn target_form(self) -> &'static str {
                match self { $(Self::$name => <$name as Request>::TARGET,)* }
            }

            fn named(self, target: &str) -> Option<Response> {
                match self { $(Self::$name => $name::by_hand(target).map(Response::from),)* }
            }

            fn resource_of(self, response: &Response) -> Result<ResourceId, Malformed> {
                match self { $(Self::$name => Ok(response.read::<$name>()?.resource()),)* }
            }

            fn target_of(self, response: &Response) -> Result<Target, Malformed> {
                match self { $(Self::$name => Ok(response.read::<$name>()?.target()),)* }
            }
        }
    };
}

actions! {
    /// Takes the offending ingress rules out of a security group.
    RevokeIngress in revoke_ingress = "revoke-ingress",
    /// Detaches a managed policy from a user, role or group.
    DetachManagedPolicy in detach_managed_policy = "detach-managed-policy",
    /// Deletes an inline policy of a user, role or group.
    DeleteInlinePolicy in delete_inline_policy = "delete-inline-policy",
    /// Sets a user's access key inactive.
    DeactivateAccessKey in deactivate_access_key = "deactivate-access-key",
    /// Denies an address in the network ACL of a host's subnet.
    DenySource in deny_source = "deny-source",
    /// Starts a stopped trail.
    RestartTrail in restart_trail = "restart-trail",
    /// Has a trail record all regions again.
    MakeTrailMultiRegion in make_trail_multi_region = "make-trail-multi-region",
    /// Has a trail record all management events again.
    RestoreEventSelectors in restore_event_selectors = "restore-event-selectors",
    /// Starts a stopped Config recorder.
    RestartConfigRecorder in restart_config_recorder = "restart-config-recorder",
    /// Enables a suspended GuardDuty detector.
    EnableGuardduty in enable_guardduty = "enable-guardduty",
    /// Enables a disabled EventBridge rule.
    EnableRule in enable_rule = "enable-rule",
    /// Cancels the deletion of a KMS key.
    CancelKeyDeletion in cancel_key_deletion = "cancel-key-deletion",
    /// Cancels the deletion of a secret.
    RestoreSecret in restore_secret = "restore-secret",
    /// Requires authentication on a function URL.
    RequireUrlAuth in require_url_auth = "require-url-auth",
    /// Takes a statement out of a function's policy.
    RemovePermission in remove_permission = "remove-permission",
    /// Stops a function from running.
    StopFunction in stop_function = "stop-function",
    /// Takes outsiders out of a resource's policy.
    RemoveOutsiders in remove_outsiders = "remove-outsiders",
    /// Blocks public access to a bucket or an account.
    BlockPublicAccess in block_public_access = "block-public-access",
    /// Takes grants to everyone off an access list.
    RemovePublicGrants in remove_public_grants = "remove-public-grants",
    /// Enables versioning of a bucket again.
    RestoreVersioning in restore_versioning = "restore-versioning",
    /// Disables replication to another account.
    DisableReplicationRule in disable_replication_rule = "disable-replication-rule",
    /// Unshares a snapshot or an image.
    Unshare in unshare = "unshare",
    /// Blocks public snapshots or images again.
    RestoreCopyBlock in restore_copy_block = "restore-copy-block",
    /// Takes the public address from a database.
    MakeDatabasePrivate in make_database_private = "make-database-private",
    /// Removes an entry of a network ACL.
    RemoveAclEntry in remove_acl_entry = "remove-acl-entry",
    /// Requires tokens for instance metadata.
    RequireMetadataTokens in require_metadata_tokens = "require-metadata-tokens",
    /// Takes the role from an instance.
    DetachInstanceProfile in detach_instance_profile = "detach-instance-profile",
    /// Cuts an instance off the network.
    IsolateInstance in isolate_instance = "isolate-instance",
    /// Stops an instance.
    StopInstance in stop_instance = "stop-instance",
    /// Takes a trusted principal out of a role.
    RemoveTrustedPrincipal in remove_trusted_principal = "remove-trusted-principal",
    /// Restores the default version of a policy.
    RestoreDefaultPolicyVersion in restore_default_policy_version = "restore-default-policy-version",
    /// Takes a user out of a group.
    RemoveFromGroup in remove_from_group = "remove-from-group",
    /// Sets all access keys of a user inactive.
    DeactivateAccessKeys in deactivate_access_keys = "deactivate-access-keys",
    /// Takes a statement out of the policy of a layer's version.
    RemoveLayerPermission in remove_layer_permission = "remove-layer-permission",
    /// Deactivates a credential of a user.
    DeactivateCredential in deactivate_credential = "deactivate-credential",
    /// Denies a user or a role everything.
    DenyPrincipal in deny_principal = "deny-principal",
    /// Revokes the sessions of a role.
    RevokeSessions in revoke_sessions = "revoke-sessions",
    /// Disables a Roles Anywhere trust anchor.
    DisableTrustAnchor in disable_trust_anchor = "disable-trust-anchor",
    /// Disables a Roles Anywhere profile.
    DisableAnywhereProfile in disable_anywhere_profile = "disable-anywhere-profile",
    /// Brings a security group to declared rules.
    ApplySecurityGroup in apply_security_group = "apply-security-group",
    /// Creates a declared security group.
    CreateSecurityGroup in create_security_group = "create-security-group",
    /// Removes an OpenID Connect provider, or an audience of it.
    RemoveOidcProvider in remove_oidc_provider = "remove-oidc-provider",
    /// Gives no credentials of an identity pool to guests.
    DisableGuestAccess in disable_guest_access = "disable-guest-access",
    /// Attaches AWS's quarantine policy to a user again.
    RestoreQuarantine in restore_quarantine = "restore-quarantine",
    /// Bounds a user or a role by its former permissions boundary.
    RestorePermissionsBoundary in restore_permissions_boundary = "restore-permissions-boundary",
    /// Revokes a grant on a KMS key.
    RevokeGrant in revoke_grant = "revoke-grant",
    /// Disables lifecycle rules that delete a whole bucket.
    DisableLifecycleRule in disable_lifecycle_rule = "disable-lifecycle-rule",
    /// Enables Security Hub again.
    EnableSecurityhub in enable_securityhub = "enable-securityhub",
    /// Takes ranges out of a prefix list.
    RemovePrefix in remove_prefix = "remove-prefix",
    /// Switches the serial console of an account off.
    DisableSerialConsole in disable_serial_console = "disable-serial-console",
    /// Makes a deleted flow log again.
    RestoreFlowLogs in restore_flow_logs = "restore-flow-logs",
    /// Sets the lifecycle that a bucket had.
    RestoreLifecycle in restore_lifecycle = "restore-lifecycle",
    /// Sets the replication that a bucket had.
    RestoreReplication in restore_replication = "restore-replication",
    /// Has a Config recorder record what it recorded.
    RestoreConfigRecorder in restore_config_recorder = "restore-config-recorder",
    /// Takes an access policy of a Kubernetes cluster from a principal.
    RevokeEksAccess in revoke_eks_access = "revoke-eks-access",
}

impl std::str::FromStr for ActionId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|action| action.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|action| format!("`{action}`")).collect();
            format!("there is no action `{}`: they are {}", crate::text::plain(text, 60), known.join(", "))
        })
    }
}

impl std::fmt::Display for ActionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests;
