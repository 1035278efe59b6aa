//! Actions: changes that contain an attack, each with plan, apply, verify and undo.
//!
//! - **plan** reads the live state and keeps only what offends.
//! - **apply** takes [`Approved`], so nothing acts without a decision; the before-state and the undo
//!   recipe are in the ledger before it is called.
//! - **verify** is [`Action::read`] compared by [`Plan::verify`]: the offence is gone and what else
//!   changed is told.
//! - **undo** makes the plan's undo changes, skipping what is there already.

mod change;
mod deactivate_access_key;
mod delete_inline_policy;
mod deny_source;
mod detach_managed_policy;
mod host;
mod iam_principal;
mod revoke_ingress;

use std::future::Future;
use std::pin::Pin;

use riposte_core::event::Scope;
use riposte_core::guardrail::{Approved, Undo};
use riposte_core::plan::{ActionId, Plan, Response, Snapshot};

use crate::fault::Fault;

pub use deactivate_access_key::DeactivateAccessKey;
pub use delete_inline_policy::DeleteInlinePolicy;
pub use deny_source::DenySource;
pub use detach_managed_policy::DetachManagedPolicy;
pub use revoke_ingress::RevokeIngress;
pub(crate) use revoke_ingress::{ingress as ingress_rule, live_rules};

/// A future that an action returns.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the catalogue says of an action.
#[derive(Debug)]
pub struct ActionMeta {
    /// Which one.
    pub id: ActionId,
    /// A few words for people.
    pub title: &'static str,
    /// What the function's role needs for it.
    pub permissions: &'static [Permission],
    /// What the operator needs to undo it, beside those.
    pub undo_permissions: &'static [&'static str],
    /// How far the before-state can be restored.
    pub reversibility: &'static str,
    /// Markdown: `## What it does`, `## What it keeps`, `## Undo`.
    pub prose: &'static str,
}

/// IAM actions on resources.
#[derive(Debug)]
pub struct Permission {
    /// For example `ec2:RevokeSecurityGroupIngress`.
    pub actions: &'static [&'static str],
    /// ARNs in the form of CloudFormation's `Fn::Sub`; `*` where the API knows no resources.
    pub resources: &'static [&'static str],
}

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

/// A change that contains, and the way back.
pub trait Action: Send + Sync {
    /// What the catalogue says of it.
    fn meta(&self) -> &'static ActionMeta;

    /// Reads the live state and plans what `response` asks for.
    fn plan<'a>(&'a self, scope: &'a Scope, response: &'a Response) -> Boxed<'a, Result<Planned, Fault>>;

    /// Makes the plan's changes.
    fn apply<'a>(&'a self, scope: &'a Scope, plan: &'a Approved<Plan>) -> Boxed<'a, Result<(), Fault>>;

    /// Reads the resource again, as [`Plan::before`] holds it.
    fn read<'a>(&'a self, scope: &'a Scope, plan: &'a Plan) -> Boxed<'a, Result<Snapshot, Fault>>;

    /// Makes the undo changes that are still needed, and adds the request id of each call to `made`, also
    /// where a later one fails.
    fn undo<'a>(
        &'a self,
        scope: &'a Scope,
        undo: &'a Approved<Undo>,
        made: &'a mut Vec<String>,
    ) -> Boxed<'a, Result<(), Fault>>;
}

/// The catalogue of actions.
pub const ACTIONS: [&ActionMeta; 5] = [
    &revoke_ingress::META,
    &detach_managed_policy::META,
    &delete_inline_policy::META,
    &deactivate_access_key::META,
    &deny_source::META,
];

/// What the catalogue says of the action with this id.
#[must_use]
pub fn meta(id: ActionId) -> Option<&'static ActionMeta> {
    ACTIONS.into_iter().find(|meta| meta.id == id)
}

/// The actions that a function can take.
#[derive(Default)]
pub struct Actions(Vec<Box<dyn Action>>);

impl std::fmt::Debug for Actions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|action| action.meta().id)).finish()
    }
}

impl Actions {
    /// Adds an action.
    #[must_use]
    pub fn with(mut self, action: impl Action + 'static) -> Self {
        self.0.push(Box::new(action));
        self
    }

    /// All actions of the catalogue, for the operator's command.
    #[must_use]
    pub fn all(config: &aws_types::SdkConfig) -> Self {
        Self::default()
            .with(RevokeIngress::new(config))
            .with(DetachManagedPolicy::new(config))
            .with(DeleteInlinePolicy::new(config))
            .with(DeactivateAccessKey::new(config))
            .with(DenySource::new(config))
    }

    /// The action with this id, where the function has it.
    #[must_use]
    pub fn get(&self, id: ActionId) -> Option<&dyn Action> {
        self.0.iter().find(|action| action.meta().id == id).map(AsRef::as_ref)
    }
}

/// Something that an action was handed and does not make: a fault of the caller or of the ledger.
fn not_mine(call: &'static str, id: ActionId) -> Fault {
    Fault::refused(call, format!("the action {id} was handed what it does not make"))
}

#[cfg(test)]
mod tests;
