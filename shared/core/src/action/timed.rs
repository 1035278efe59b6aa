//! Which containments may end by the clock.

use super::ActionId;

/// Those that hold somebody or something back for as long as they last, and that a function may take back with
/// permissions that are no way to more. All others repair what an attacker changed: taking them back would let the
/// attacker in again.
const TIMED: &[ActionId] = &[
    ActionId::DenySource,
    ActionId::DenyPrincipal,
    ActionId::RevokeSessions,
    ActionId::StopFunction,
    ActionId::StopInstance,
];

impl ActionId {
    /// Whether what the action does may be taken back by the clock: `/riposte/contain-for/ACTION`.
    #[must_use]
    pub fn can_be_timed(self) -> bool {
        TIMED.contains(&self)
    }

    /// The actions that can be timed, in the catalogue's order.
    pub fn timed() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|action| action.can_be_timed())
    }
}
