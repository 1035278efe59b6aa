//! The cases, one file for each action.

mod two_steps;

use riposte_core::action::ActionId;

use super::Case;

/// Every case.
pub(crate) const CASES: &[&Case] = &[&two_steps::CASE];

/// Actions whose cases stand behind the SDK's own clients (`testing/cases.rs`) and not here.
pub(crate) const ON_THE_WIRE: &[ActionId] = &[
    ActionId::RevokeIngress,
    ActionId::DetachManagedPolicy,
    ActionId::DeleteInlinePolicy,
    ActionId::DeactivateAccessKey,
    ActionId::DenySource,
];
