//! Actions: changes that contain an attack, each with plan, apply, verify and undo.
//!
//! An action is a file here: what the catalogue says of it ([`Contain::META`]), how it plans from the live state, and
//! how it reads that state again. The rest is one driver for all: it sends a plan's changes as they stand in the
//! record, knows which were made, and takes exactly those back.
//!
//! - **plan** reads the live state and keeps only what offends.
//! - **apply** takes [`riposte_core::guardrail::Approved`], so nothing acts without a decision; the before-state and
//!   the undo recipe are in the ledger before the first call.
//! - **verify** is [`Contain::read`] compared by [`Plan::verify`]: the offense is gone and what else changed is told.
//! - **undo** makes the inverses of what was made, the last first, skipping what is there already.

pub(crate) mod document;
mod formerly;
mod history;
mod host;
mod iam_principal;
mod identity;
mod meta;
mod setting;
mod site;
mod tags;

use std::fmt::Debug;
use std::sync::Arc;

use aws_types::SdkConfig;
use riposte_core::action::{ActionId, Request, ResourceId, Response};
use riposte_core::event::Scope;
use riposte_core::plan::{Change, Plan, Snapshot};
use serde_json::Value;

use crate::api::{Api, Boxed, Client, Model, models};
use crate::clients::Regional;
use crate::fault::Fault;

pub(crate) use identity::now as identity_now;
pub use meta::{ActionMeta, Permission, When};
pub(crate) use revoke_ingress::{ingress as ingress_rule, live_rules};
pub use site::Site;

/// What planning gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Planned {
    /// A plan. Without changes where there is nothing left to do.
    Plan(Box<Plan>),
    /// The resource, or what offends in it, is gone: there is nothing to contain.
    Gone(String),
    /// There is no way to act on it, and why.
    Impossible(String),
}

impl From<Plan> for Planned {
    fn from(plan: Plan) -> Self {
        Self::Plan(Box::new(plan))
    }
}

/// A change that contains, and the way back: what an action's file implements.
pub trait Contain: Debug + Send + Sync + 'static {
    /// What it is asked for.
    type Request: Request + Send + Sync;

    /// What the catalogue says of it.
    const META: ActionMeta;

    /// The models of the services that it calls: a function carries those of its actions.
    const MODELS: &'static [&'static Model];

    /// Whether the resource is read once more right before each change, for changes that AWS would also make to what
    /// no longer offends: a delete by name.
    const RECHECKS: bool = false;

    /// Reads the live state and plans what `request` asks for, of that which still offends. The second look asks what
    /// the detector asked: whatever made it fire, not less.
    fn plan(&self, site: &Site<'_>, request: Self::Request) -> impl Future<Output = Result<Planned, Fault>> + Send;

    /// Reads the resource again, as [`Plan::before`] holds it.
    fn read(
        &self,
        site: &Site<'_>,
        request: Self::Request,
        plan: &Plan,
    ) -> impl Future<Output = Result<Snapshot, Fault>> + Send;

    /// Whether a plan without changes rests on something not being there, which a reading that is too early shows
    /// too: then it is read again for a while.
    fn rests_on_absence(&self, _request: &Self::Request, _plan: &Plan) -> bool {
        true
    }

    /// What a plan changes that requests for other resources change too, where that is known only once it is planned: it
    /// is leased from the intent until the change was verified.
    fn shared(&self, _: &Plan) -> Option<ResourceId> {
        None
    }

    /// Whether a change is made beside the containment (evidence, for example): where AWS refuses it, the rest is done.
    fn may_fail(&self, _: &Change) -> bool {
        false
    }

    /// What is left of a change of several parts: those of its delta that are not in the live state already; `None`
    /// where it must be made whole.
    fn left(&self, _change: &Change, _live: &Snapshot) -> Option<Change> {
        None
    }

    /// The names of those parts of a change that AWS, as its answer says, did not find and so left alone.
    fn untaken(&self, _change: &Change, _answer: &Value) -> Vec<String> {
        Vec::new()
    }

    /// A change as it is sent: where a call names something by an id that was not known when it was planned, with that
    /// id looked up.
    fn addressed(&self, _site: &Site<'_>, change: &Change) -> impl Future<Output = Result<Change, Fault>> + Send {
        std::future::ready(Ok(change.clone()))
    }
}

/// An action of any kind.
pub trait Action: Debug + Send + Sync {
    /// What the catalogue says of it.
    fn meta(&self) -> &'static ActionMeta;
    /// See [`Contain::MODELS`].
    fn models(&self) -> &'static [&'static Model];
    /// See [`Contain::RECHECKS`].
    fn rechecks(&self) -> bool;
    /// See [`Contain::plan`].
    fn plan<'a>(&'a self, site: &'a Site<'a>, response: &'a Response) -> Boxed<'a, Result<Planned, Fault>>;
    /// See [`Contain::read`].
    fn read<'a>(&'a self, site: &'a Site<'a>, plan: &'a Plan) -> Boxed<'a, Result<Snapshot, Fault>>;
    /// See [`Contain::rests_on_absence`].
    fn rests_on_absence(&self, plan: &Plan) -> bool;
    /// See [`Contain::shared`].
    fn shared(&self, plan: &Plan) -> Option<ResourceId>;
    /// See [`Contain::may_fail`].
    fn may_fail(&self, change: &Change) -> bool;
    /// See [`Contain::left`].
    fn left(&self, change: &Change, live: &Snapshot) -> Option<Change>;
    /// See [`Contain::untaken`].
    fn untaken(&self, change: &Change, answer: &Value) -> Vec<String>;
    /// See [`Contain::addressed`].
    fn addressed<'a>(&'a self, site: &'a Site<'a>, change: &'a Change) -> Boxed<'a, Result<Change, Fault>>;
}

impl<T: Contain> Action for T {
    fn meta(&self) -> &'static ActionMeta {
        const { &T::META }
    }

    fn models(&self) -> &'static [&'static Model] {
        T::MODELS
    }

    fn rechecks(&self) -> bool {
        T::RECHECKS
    }

    fn plan<'a>(&'a self, site: &'a Site<'a>, response: &'a Response) -> Boxed<'a, Result<Planned, Fault>> {
        Box::pin(async move {
            let planned = Contain::plan(self, site, request::<T>(response)?).await?;
            Ok(match planned {
                Planned::Plan(mut plan) => {
                    (plan.disruptive, plan.reversible) = (T::META.disruptive, T::META.reversible);
                    plan.before = plan.before.without_nulls();
                    Planned::Plan(plan)
                }
                other => other,
            })
        })
    }

    fn read<'a>(&'a self, site: &'a Site<'a>, plan: &'a Plan) -> Boxed<'a, Result<Snapshot, Fault>> {
        Box::pin(async move {
            let live = Contain::read(self, site, request::<T>(&plan.response)?, plan).await?;
            Ok(live.without_nulls())
        })
    }

    fn rests_on_absence(&self, plan: &Plan) -> bool {
        request::<T>(&plan.response).is_ok_and(|request| Contain::rests_on_absence(self, &request, plan))
    }

    fn shared(&self, plan: &Plan) -> Option<ResourceId> {
        Contain::shared(self, plan)
    }

    fn may_fail(&self, change: &Change) -> bool {
        Contain::may_fail(self, change)
    }

    fn left(&self, change: &Change, live: &Snapshot) -> Option<Change> {
        Contain::left(self, change, live)
    }

    fn untaken(&self, change: &Change, answer: &Value) -> Vec<String> {
        Contain::untaken(self, change, answer)
    }

    fn addressed<'a>(&'a self, site: &'a Site<'a>, change: &'a Change) -> Boxed<'a, Result<Change, Fault>> {
        Box::pin(Contain::addressed(self, site, change))
    }
}

fn request<T: Contain>(response: &Response) -> Result<T::Request, Fault> {
    response.read().map_err(|error| Fault::refused(T::META.id.as_str(), error.to_string()))
}

/// A change of a plan, whose parameters are a struct that serializes to the API's names.
///
/// # Errors
/// Where the parameters are no JSON: a fault of the action.
pub(crate) fn change(
    call: &'static str,
    parameters: &impl serde::Serialize,
    delta: impl IntoIterator<Item = (String, Option<Value>)>,
) -> Result<Change, Fault> {
    let change = Change::new(call, parameters, delta.into_iter().collect());
    change.map_err(|error| Fault::refused(call, format!("its parameters are no JSON: {error}")))
}

/// Writes the list: the modules, the catalogue of actions, and all of them together.
macro_rules! actions {
    ($($name:ident in $module:ident,)*) => {
        $(mod $module; pub use $module::$name;)*

        /// The catalogue of actions.
        pub const ACTIONS: [&ActionMeta; ActionId::ALL.len()] = [$(&<$name as Contain>::META),*];

        impl Actions {
            /// All actions of the catalogue, for the operator's command.
            #[must_use]
            pub fn all(config: &SdkConfig) -> Self {
                Self::new(config).carrying(&[&models::STS])$(.with($name))*
            }
        }
    };
}

actions! {
    RevokeIngress in revoke_ingress,
    DetachManagedPolicy in detach_managed_policy,
    DeleteInlinePolicy in delete_inline_policy,
    DeactivateAccessKey in deactivate_access_key,
    DenySource in deny_source,
    RestartTrail in restart_trail,
    MakeTrailMultiRegion in make_trail_multi_region,
    RestoreEventSelectors in restore_event_selectors,
    RestartConfigRecorder in restart_config_recorder,
    EnableGuardduty in enable_guardduty,
    EnableRule in enable_rule,
    CancelKeyDeletion in cancel_key_deletion,
    RestoreSecret in restore_secret,
    RequireUrlAuth in require_url_auth,
    RemovePermission in remove_permission,
    StopFunction in stop_function,
    RemoveOutsiders in remove_outsiders,
    BlockPublicAccess in block_public_access,
    RemovePublicGrants in remove_public_grants,
    RestoreVersioning in restore_versioning,
    DisableReplicationRule in disable_replication_rule,
    Unshare in unshare,
    RestoreCopyBlock in restore_copy_block,
    MakeDatabasePrivate in make_database_private,
    RemoveAclEntry in remove_acl_entry,
    RequireMetadataTokens in require_metadata_tokens,
    DetachInstanceProfile in detach_instance_profile,
    IsolateInstance in isolate_instance,
    StopInstance in stop_instance,
    RemoveTrustedPrincipal in remove_trusted_principal,
    RestoreDefaultPolicyVersion in restore_default_policy_version,
    RemoveFromGroup in remove_from_group,
    DeactivateAccessKeys in deactivate_access_keys,
    RemoveLayerPermission in remove_layer_permission,
    DeactivateCredential in deactivate_credential,
    DenyPrincipal in deny_principal,
    RevokeSessions in revoke_sessions,
    DisableTrustAnchor in disable_trust_anchor,
    DisableAnywhereProfile in disable_anywhere_profile,
    ApplySecurityGroup in apply_security_group,
    CreateSecurityGroup in create_security_group,
    RemoveOidcProvider in remove_oidc_provider,
    DisableGuestAccess in disable_guest_access,
    RestoreQuarantine in restore_quarantine,
    RestorePermissionsBoundary in restore_permissions_boundary,
    RevokeGrant in revoke_grant,
    DisableLifecycleRule in disable_lifecycle_rule,
    EnableSecurityhub in enable_securityhub,
    RemovePrefix in remove_prefix,
    DisableSerialConsole in disable_serial_console,
    RestoreFlowLogs in restore_flow_logs,
    RestoreLifecycle in restore_lifecycle,
    RestoreReplication in restore_replication,
    RestoreConfigRecorder in restore_config_recorder,
    RevokeEksAccess in revoke_eks_access,
}

/// What the catalogue says of the action with this id.
#[must_use]
pub fn meta(id: ActionId) -> Option<&'static ActionMeta> {
    ACTIONS.into_iter().find(|meta| meta.id == id)
}

/// The SDK's own clients, for what is read with them.
#[derive(Debug)]
struct Sdk {
    ec2: Regional<aws_sdk_ec2::Client>,
    iam: Regional<aws_sdk_iam::Client>,
}

/// The actions that a function can take, and how they reach AWS.
#[derive(Debug)]
pub struct Actions {
    config: SdkConfig,
    api: Arc<dyn Api>,
    models: Vec<&'static Model>,
    sdk: Sdk,
    list: Vec<Box<dyn Action>>,
}

impl Actions {
    /// None yet, with clients of this configuration.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let sdk = Sdk {
            ec2: Regional::new(config, aws_sdk_ec2::Client::new),
            iam: Regional::new(config, aws_sdk_iam::Client::new),
        };
        let api = Arc::new(Client::new(config, &[]));
        Self { config: config.clone(), api, models: Vec::new(), sdk, list: Vec::new() }
    }

    /// The same, which can call these services too.
    #[must_use]
    pub fn carrying(mut self, models: &[&'static Model]) -> Self {
        for model in models {
            if self.models.iter().all(|known| known.name() != model.name()) {
                self.models.push(model);
            }
        }
        self.api = Arc::new(Client::new(&self.config, &self.models));
        self
    }

    /// The same on another way to AWS.
    #[cfg(test)]
    pub(crate) fn through(self, api: Arc<dyn Api>) -> Self {
        Self { api, ..self }
    }

    /// Adds an action.
    #[must_use]
    pub fn with(self, action: impl Action + 'static) -> Self {
        self.with_any(Box::new(action))
    }

    /// Adds an action of any kind.
    #[must_use]
    pub fn with_any(self, action: Box<dyn Action>) -> Self {
        let mut all = self.carrying(action.models());
        all.list.push(action);
        all
    }

    /// The action with this id, where the function has it.
    #[must_use]
    pub fn get(&self, id: ActionId) -> Option<&dyn Action> {
        self.list.iter().find(|action| action.meta().id == id).map(AsRef::as_ref)
    }

    /// Where an action works: the account and the region of an event.
    #[must_use]
    pub fn site<'a>(&'a self, scope: &'a Scope) -> Site<'a> {
        Site::new(&*self.api, &self.sdk, scope)
    }
}

#[cfg(test)]
pub(crate) mod conformance;
#[cfg(test)]
mod tests;
