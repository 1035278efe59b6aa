//! The cases, one file for each action.

mod two_steps;

use riposte_core::action::ActionId;

use super::Case;

pub(crate) use two_steps::CASE as TWO_STEPS;

/// Every case.
pub(crate) const CASES: &[&Case] = &[&TWO_STEPS];

/// Actions whose cases stand behind the SDK's own clients (`testing/cases.rs`) and not here.
pub(crate) const ON_THE_WIRE: &[ActionId] = &[
    ActionId::RevokeIngress,
    ActionId::DetachManagedPolicy,
    ActionId::DeleteInlinePolicy,
    ActionId::DeactivateAccessKey,
    ActionId::DenySource,
];
