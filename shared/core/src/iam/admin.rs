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

use super::policy::{Effect, Patterns, Policy, Statement};
use crate::arn::matches;

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

/// A call that gives a principal any permission, and the kind of resource that it is allowed on.
struct Door {
    /// In lower case, as actions are compared.
    action: &'static str,
    kind: &'static str,
}

const fn door(action: &'static str, kind: &'static str) -> Door {
    Door { action, kind }
}

const DOORS: [Door; 8] = [
    door("iam:attachuserpolicy", "user"),
    door("iam:attachrolepolicy", "role"),
    door("iam:attachgrouppolicy", "group"),
    door("iam:putuserpolicy", "user"),
    door("iam:putrolepolicy", "role"),
    door("iam:putgrouppolicy", "group"),
    door("iam:createpolicyversion", "policy"),
    door("iam:setdefaultpolicyversion", "policy"),
];

impl Policy {
    /// The administrator power that this policy grants in an account, where it does.
    #[must_use]
    pub fn grants_admin(&self, partition: &str, account: &str) -> Option<AdminGrant> {
        let room = Room { partition, account };
        let grant = |with_conditions: bool| {
            let allows = || {
                let of_effect = self.statements.iter().enumerate().filter(|(_, s)| s.effect == Effect::Allow);
                of_effect.filter(move |(_, s)| with_conditions || !s.conditional)
            };
            let meant = |door: &Door| allows().any(|(_, s)| s.is_meant_to_open(door, &room));
            let opened_by = |door: &Door| allows().find(|(_, s)| s.opens(door, &room)).map(|(index, _)| index);
            let closed = |door: &Door| self.statements.iter().any(|s| s.closes(door, &room));
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
    fn is_meant_to_open(&self, door: &Door, room: &Room<'_>) -> bool {
        let names = match &self.actions {
            Patterns::Only(actions) => names(actions, door),
            Patterns::AllBut(_) => true,
        };
        names
            && match &self.resources {
                Patterns::Only(patterns) => room.all_of_kind(patterns, door),
                Patterns::AllBut(_) => true,
            }
    }

    /// The second step, for an `Allow`.
    fn opens(&self, door: &Door, room: &Room<'_>) -> bool {
        self.covers_action(door)
            && match &self.resources {
                Patterns::Only(patterns) => room.all_of_kind(patterns, door),
                Patterns::AllBut(patterns) => !room.all_of_kind(patterns, door),
            }
    }

    /// Whether it is a `Deny` that leaves nothing of the door open.
    fn closes(&self, door: &Door, room: &Room<'_>) -> bool {
        self.effect == Effect::Deny
            && !self.conditional
            && self.covers_action(door)
            && match &self.resources {
                Patterns::Only(patterns) => room.all_of_kind(patterns, door),
                // One resource left out is enough: the holder itself may be the one.
                Patterns::AllBut(patterns) => !room.any_of_kind(patterns, door),
            }
    }

    fn covers_action(&self, door: &Door) -> bool {
        match &self.actions {
            Patterns::Only(actions) => names(actions, door),
            Patterns::AllBut(actions) => !names(actions, door),
        }
    }
}

fn names(actions: &[String], door: &Door) -> bool {
    actions.iter().any(|pattern| matches(pattern, door.action))
}

/// The account whose resources are meant.
struct Room<'a> {
    partition: &'a str,
    account: &'a str,
}

impl Room<'_> {
    fn prefix(&self, door: &Door) -> String {
        format!("arn:{}:iam::{}:{}/", self.partition, self.account, door.kind)
    }

    /// Whether one of the patterns covers arbitrary resources of the door's kind. The probe's name is
    /// made of a character that no name may hold, so only a wildcard can match it; and it is longer
    /// than the pattern's `?`s can reach, so it must be a `*`.
    fn all_of_kind(&self, patterns: &[String], door: &Door) -> bool {
        const NO_NAME: &str = "\u{10FFFF}";
        patterns.iter().any(|pattern| {
            let single = pattern.chars().filter(|c| *c == '?').count();
            matches(pattern, &(self.prefix(door) + &NO_NAME.repeat(single + 1)))
        })
    }

    /// Whether one of the patterns might match some resource of the door's kind: its text before the
    /// first wildcard does not contradict the kind's prefix.
    fn any_of_kind(&self, patterns: &[String], door: &Door) -> bool {
        let prefix = self.prefix(door);
        patterns.iter().any(|pattern| {
            let literal = pattern.split(['*', '?']).next().unwrap_or_default();
            literal.starts_with(&prefix) || prefix.starts_with(literal)
        })
    }
}

#[cfg(test)]
mod tests;
