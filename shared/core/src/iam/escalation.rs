//! The published ways from some permissions to more.
//!
//! [`COMBINATIONS`] holds them, from Rhino Security's first list, Bishop Fox's *iam-vulnerable* and
//! pathfinding.cloud. A policy grants one where
//! - its *key* action is allowed on arbitrary resources of its kind: any user, any role. Permission for one
//!   named role, or for those of a path, is taken for somebody's work. The exception is one's own user,
//!   `user/${aws:username}`, on which it is as good to put a policy as on any;
//! - the other actions are allowed on something, since what they make is named by whoever makes it;
//! - and no `Deny` without a condition closes an action altogether.
//!
//! `NotAction` and `NotResource` are understood. A condition on an `Allow` leaves the grant standing but
//! marks it [`Escalation::conditional`]; only `iam:PassedToService` is judged, since it says outright which
//! service's combinations are meant. A `Deny` with a condition closes nothing.
//!
//! A combination within EC2 alone (a new start script for an instance) is left out: whoever may do all
//! with instances is expected to be able to. Every administrator holds every combination; ask
//! [`Policy::grants_admin`] first.

use std::fmt;

use super::access::Home;
use super::combinations::COMBINATIONS;
use super::policy::{Patterns, Policy, Statement};
use super::reach::{Target, kind};
use crate::arn::matches;

/// Permissions that together lead to more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Combination {
    /// A name of its own, in kebab case.
    pub id: &'static str,
    /// What its holder does, as a clause: `runs a new Lambda function under any role`.
    pub title: &'static str,
    /// By which way it leads up.
    pub way: Way,
    /// All of the actions, the key action first, as IAM spells them.
    pub actions: &'static [&'static str],
    /// What the key action is allowed on.
    pub(super) key: super::reach::Kind,
}

/// By which way a combination leads up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It changes what somebody may do, or makes credentials for somebody.
    Permissions,
    /// It hands a role to something that runs what the holder wants: `iam:PassRole` to one of these
    /// services.
    PassRole(&'static [&'static str]),
    /// It takes over something that has a role already. Found in many ordinary policies.
    Existing,
}

/// A combination that a policy grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    /// Which.
    pub combination: &'static Combination,
    /// Whether it holds only under a condition.
    pub conditional: bool,
    /// The statement that allows the key action, counted from 1.
    pub statement: usize,
}

impl fmt::Display for Escalation {
    /// The end of a sentence: ``runs a new Lambda function under any role (`iam:PassRole`,
    /// `lambda:CreateFunction` and `lambda:InvokeFunction`; statement 1)``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Combination { title, actions, .. } = self.combination;
        write!(f, "{title} (")?;
        for (index, action) in actions.iter().enumerate() {
            let before = match index {
                0 => "",
                last if last + 1 == actions.len() => " and ",
                _ => ", ",
            };
            write!(f, "{before}`{action}`")?;
        }
        let condition = if self.conditional { ", under a condition" } else { "" };
        write!(f, "{condition}; statement {})", self.statement)
    }
}

impl Policy {
    /// The published combinations that this identity's policy grants in an account, in the order of
    /// [`COMBINATIONS`].
    #[must_use]
    pub fn escalations(&self, partition: &str, account: &str) -> Vec<Escalation> {
        let climber = Climber { policy: self, home: Home { partition, account } };
        // Two thirds of the combinations want it, and most policies do not have it.
        let passes_roles = climber.open(&Target::new(PASS_ROLE, kind::ROLE), None, true).is_some();
        let worth = |c: &&Combination| passes_roles || !matches!(c.way, Way::PassRole(_));
        COMBINATIONS.iter().filter(worth).filter_map(|combination| climber.grant(combination)).collect()
    }
}

const PASS_ROLE: &str = "iam:PassRole";

struct Climber<'a> {
    policy: &'a Policy,
    home: Home<'a>,
}

impl Climber<'_> {
    fn grant(&self, combination: &'static Combination) -> Option<Escalation> {
        let passed_to = match combination.way {
            Way::PassRole(services) => Some(services),
            Way::Permissions | Way::Existing => None,
        };
        let (key, others) = combination.actions.split_first()?;
        let holds = |with_conditions: bool| {
            let statement = self.open(&Target::new(key, combination.key), passed_to, with_conditions)?;
            let others = others
                .iter()
                .all(|action| self.open(&Target::new(action, kind::ANYTHING), None, with_conditions).is_some());
            others.then_some(Escalation { combination, conditional: with_conditions, statement: statement + 1 })
        };
        holds(false).or_else(|| holds(true))
    }

    /// The first statement that allows an action and is not denied again.
    fn open(&self, target: &Target, passed_to: Option<&[&str]>, with_conditions: bool) -> Option<usize> {
        let allows = |s: &Statement| {
            (s.opens(target, &self.home) || s.opens_own_user(target, &self.home))
                && passed_to.is_none_or(|services| s.lets_pass_to(services))
        };
        let index = self
            .policy
            .allows()
            .filter(|(_, s)| with_conditions || !s.is_conditional())
            .find(|(_, s)| allows(s))
            .map(|(index, _)| index)?;
        (!self.policy.statements.iter().any(|s| s.closes(target, &self.home))).then_some(index)
    }
}

impl Statement {
    /// Whether it lets every user put policies on itself, by the variable that stands for its name.
    fn opens_own_user(&self, target: &Target, home: &Home<'_>) -> bool {
        const OWN: &str = "${aws:username}";
        if !["iam:AttachUserPolicy", "iam:PutUserPolicy"].contains(&target.action) {
            return false;
        }
        let Patterns::Only(patterns) = &self.resources else { return false };
        let own = patterns.iter().filter(|p| p.to_ascii_lowercase().ends_with(OWN));
        let any: Vec<String> = own.map(|p| p.to_ascii_lowercase().replace(OWN, "*")).collect();
        self.covers_action(target) && target.kind.all(&any, home)
    }

    /// Whether its conditions let a role be passed to one of these services.
    fn lets_pass_to(&self, services: &[&str]) -> bool {
        use super::condition::Test;
        self.conditions.iter().filter(|c| c.key == "iam:passedtoservice" && c.operator.test == Test::Is).all(
            |condition| condition.values.iter().any(|value| services.iter().any(|service| matches(value, service))),
        )
    }
}
