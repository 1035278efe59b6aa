//! Whether a policy makes its holder an administrator.
//!
//! An administrator can give itself anything. It does so through a few *doors*: the calls that write
//! policies onto principals or change what a policy says. A policy grants administrator power when
//!
//! 1. its `Allow` statements, taken for what they are meant to cover, open **every** door, each for
//!    arbitrary resources of its kind in the account, and
//! 2. after all exceptions, **at least one** door stands open.
//!
//! Exceptions are what `NotAction` and `NotResource` leave out of an `Allow`, and what a `Deny` closes.
//! They do not count in the first step, so that `NotAction: iam:AttachUserPolicy`, which leaves seven
//! doors open, is an administrator; and they count in the second, so that the usual power user
//! (`NotAction: iam:*`) is none.
//!
//! A policy that opens only some doors, `iam:PutRolePolicy` on `*` say, is a way to escalate, not an
//! administrator: deployment roles hold such grants, and they are another detector's business.
//!
//! A condition cannot be judged without the request it will meet. So a condition on an `Allow` leaves
//! the grant standing but marks it [`AdminGrant::conditional`], and a `Deny` with a condition closes
//! nothing: to trust it would be to let `Deny … unless MFA` hide an administrator.

use std::fmt;

use super::access::Home;
use super::policy::{Patterns, Policy, Statement};
use super::reach::{Target, kind};

/// Administrator power, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdminGrant {
    /// Whether it holds only under a condition.
    pub conditional: bool,
    /// The statement that opens the first open door, counted from 1.
    pub statement: usize,
}

impl fmt::Display for AdminGrant {
    /// The end of a sentence: `by statement 2, under a condition`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let condition = if self.conditional { ", under a condition" } else { "" };
        write!(f, "by statement {}{condition}", self.statement)
    }
}

/// The calls that give a principal any permission, each with the kind of resource that it is allowed on.
const DOORS: [Target; 8] = [
    Target::new("iam:AttachUserPolicy", kind::USER),
    Target::new("iam:AttachRolePolicy", kind::ROLE),
    Target::new("iam:AttachGroupPolicy", kind::GROUP),
    Target::new("iam:PutUserPolicy", kind::USER),
    Target::new("iam:PutRolePolicy", kind::ROLE),
    Target::new("iam:PutGroupPolicy", kind::GROUP),
    Target::new("iam:CreatePolicyVersion", kind::POLICY),
    Target::new("iam:SetDefaultPolicyVersion", kind::POLICY),
];

impl Policy {
    /// The administrator power that this policy grants in an account, where it does.
    #[must_use]
    pub fn grants_admin(&self, partition: &str, account: &str) -> Option<AdminGrant> {
        let room = Home { partition, account };
        let grant = |with_conditions: bool| {
            let allows = || self.allows().filter(move |(_, s)| with_conditions || !s.is_conditional());
            let meant = |door: &Target| allows().any(|(_, s)| s.is_meant_to_open(door, &room));
            let opened_by = |door: &Target| allows().find(|(_, s)| s.opens(door, &room)).map(|(index, _)| index);
            let closed = |door: &Target| self.statements.iter().any(|s| s.closes(door, &room));
            if !DOORS.iter().all(meant) {
                return None;
            }
            let index = DOORS.iter().filter(|door| !closed(door)).find_map(opened_by)?;
            Some(AdminGrant { conditional: with_conditions, statement: index + 1 })
        };
        grant(false).or_else(|| grant(true))
    }
}

impl Statement {
    /// The first step: exceptions do not count.
    fn is_meant_to_open(&self, door: &Target, room: &Home<'_>) -> bool {
        let names = match &self.actions {
            Patterns::Only(actions) => door.is_named_by(actions),
            Patterns::AllBut(_) => true,
        };
        names
            && match &self.resources {
                Patterns::Only(patterns) => door.kind.all(patterns, room),
                Patterns::AllBut(_) => true,
            }
    }
}

#[cfg(test)]
mod tests;
