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
use super::condition::{Condition, Quantifier, Test};
use super::policy::{Effect, Patterns, Policy, Statement};
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
        let climber = Climber::new(self, Home { partition, account });
        COMBINATIONS.iter().filter_map(|combination| climber.grant(combination)).collect()
    }

    /// How this identity's policy hands one role to something that runs what the holder wants: the first published way by
    /// `iam:PassRole` to one of the services that the role trusts.
    #[must_use]
    pub fn runs_under(
        &self,
        role: &str,
        trusts: &dyn Fn(&str) -> bool,
        partition: &str,
        account: &str,
    ) -> Option<&'static Combination> {
        let climber = Climber::new(self, Home { partition, account });
        let denied = |s: &Statement| s.effect == Effect::Deny && !s.is_conditional() && s.passes(role);
        if self.statements.iter().any(denied) {
            return None;
        }
        COMBINATIONS.iter().find(|combination| {
            let Way::PassRole(services) = combination.way else { return false };
            let left: Vec<&str> =
                services.iter().copied().filter(|s| trusts(s) && !climber.denies_passing_to(s)).collect();
            let others = combination.actions.get(1..).unwrap_or_default();
            self.allows().any(|(_, s)| s.passes(role) && s.lets_pass_to(&left))
                && others.iter().all(|action| climber.opens(&Target::new(action, kind::ANYTHING), true).is_some())
        })
    }

    /// Whether this identity's policy makes its holder an administrator, or gives a published way to become one.
    #[must_use]
    pub fn gives_power(&self, partition: &str, account: &str) -> bool {
        self.grants_admin(partition, account).is_some() || !self.escalations(partition, account).is_empty()
    }
}

/// The statements that allow something, each with its index.
type Allows<'a> = Vec<(usize, &'a Statement)>;

struct Climber<'a> {
    policy: &'a Policy,
    home: Home<'a>,
    /// Whether any `Allow` has a condition: else nothing need be asked twice.
    has_conditions: bool,
    /// Those that allow to pass any role, which two thirds of the combinations ask for.
    pass_role: Allows<'a>,
}

impl<'a> Climber<'a> {
    fn new(policy: &'a Policy, home: Home<'a>) -> Self {
        let has_conditions = policy.allows().any(|(_, s)| s.is_conditional());
        let climber = Self { policy, home, has_conditions, pass_role: Vec::new() };
        let pass_role = Target::new("iam:PassRole", kind::ROLE);
        let open = policy.allows().filter(|(_, s)| s.opens(&pass_role, &home));
        let open = if climber.is_closed(&pass_role) { Vec::new() } else { open.collect() };
        Self { pass_role: open, ..climber }
    }

    fn grant(&self, combination: &'static Combination) -> Option<Escalation> {
        let (key, others) = combination.actions.split_first()?;
        let holds = |with_conditions: bool| {
            let statement = match combination.way {
                Way::PassRole(services) => self.passes_role(services, with_conditions),
                Way::Permissions | Way::Existing => self.opens(&Target::new(key, combination.key), with_conditions),
            }?;
            let allowed =
                |action: &&'static str| self.opens(&Target::new(action, kind::ANYTHING), with_conditions).is_some();
            let escalation = Escalation { combination, conditional: with_conditions, statement: statement + 1 };
            others.iter().all(allowed).then_some(escalation)
        };
        holds(false).or_else(|| if self.has_conditions { holds(true) } else { None })
    }

    /// The first statement that allows to pass any role to one of these services.
    fn passes_role(&self, services: &[&str], with_conditions: bool) -> Option<usize> {
        let mut open = self.pass_role.iter().filter(|(_, s)| with_conditions || !s.is_conditional());
        let left: Vec<&str> = services.iter().copied().filter(|service| !self.denies_passing_to(service)).collect();
        open.find(|(_, s)| s.lets_pass_to(&left)).map(|(index, _)| *index)
    }

    /// Whether a `Deny` under conditions of the service alone keeps roles from one.
    fn denies_passing_to(&self, service: &str) -> bool {
        let pass_role = Target::new("iam:PassRole", kind::ROLE);
        self.policy.statements.iter().any(|s| {
            s.is_conditional()
                && s.conditions.iter().all(|c| c.key == PASSED_TO && holds_for(c, service) == Some(true))
                && s.closes_under_conditions(&pass_role, &self.home)
        })
    }

    /// The first statement that allows an action which is not denied again.
    fn opens(&self, target: &Target, with_conditions: bool) -> Option<usize> {
        let mut allows = self.policy.allows().filter(|(_, s)| with_conditions || !s.is_conditional());
        let opens = |s: &Statement| s.opens(target, &self.home) || s.opens_own_user(target, &self.home);
        let (index, _) = allows.find(|(_, s)| opens(s) && !s.holds_down(target.action))?;
        (!self.is_closed(target)).then_some(index)
    }

    fn is_closed(&self, target: &Target) -> bool {
        let statements = &self.policy.statements;
        statements.iter().any(|s| s.closes(target, &self.home) || s.closes_but_held_down(target, &self.home))
            // A role that is left out by name is somebody's work, as one that is allowed by name is.
            || (["iam:PassRole", "sts:AssumeRole"].contains(&target.action)
                && statements.iter().any(|s| !s.is_conditional() && s.closes_under_conditions(target, &self.home)))
    }
}

/// `iam:PassedToService`
const PASSED_TO: &str = "iam:passedtoservice";

/// Whether a condition of a service holds for one; `None` where it is no comparison of names.
fn holds_for(condition: &Condition, service: &str) -> Option<bool> {
    let named = condition.values.iter().any(|value| matches(value, service));
    match condition.operator.test {
        Test::Is => Some(named),
        Test::IsNot => Some(!named),
        _ => None,
    }
}

impl Statement {
    /// Whether it speaks of passing one role.
    fn passes(&self, role: &str) -> bool {
        self.names_action("iam:PassRole") && self.names_resource(role)
    }

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

    /// Whether its conditions leave of an action what makes nobody more: users and roles under a named boundary, or
    /// policies that are named and no administrator's.
    fn holds_down(&self, action: &str) -> bool {
        self.conditions.iter().any(|condition| {
            let operator = &condition.operator;
            let lax = operator.if_exists || operator.quantifier == Some(Quantifier::All);
            operator.test == Test::Is && !lax && names_policies(condition, action)
        })
    }

    /// Whether it is a `Deny` of whatever [`Self::holds_down`] would not hold down: to all but those under a named
    /// boundary, or of all but named policies.
    fn closes_but_held_down(&self, target: &Target, home: &Home<'_>) -> bool {
        let [condition] = self.conditions.as_slice() else { return false };
        condition.operator.test == Test::IsNot
            && condition.operator.quantifier != Some(Quantifier::Any)
            && names_policies(condition, target.action)
            && self.closes_under_conditions(target, home)
    }

    /// Whether it is a `Deny` that leaves no resources of a kind but named ones, where its conditions hold.
    fn closes_under_conditions(&self, target: &Target, home: &Home<'_>) -> bool {
        self.effect == Effect::Deny
            && self.covers_action(target)
            && match &self.resources {
                Patterns::Only(patterns) => target.kind.all(patterns, home),
                Patterns::AllBut(patterns) => !target.kind.all(patterns, home),
            }
    }

    /// Whether its conditions let a role be passed to one of these services.
    fn lets_pass_to(&self, services: &[&str]) -> bool {
        let conditions = || self.conditions.iter().filter(|c| c.key == PASSED_TO);
        services.iter().any(|service| conditions().all(|c| holds_for(c, service) != Some(false)))
    }
}

/// Whether a condition compares an action's boundary or policy with named ones.
fn names_policies(condition: &Condition, action: &str) -> bool {
    let actions = match condition.key.as_str() {
        "iam:permissionsboundary" => &BOUNDED[..],
        "iam:policyarn" => &ATTACHING[..],
        _ => return false,
    };
    actions.contains(&action) && !condition.values.is_empty() && condition.values.iter().all(|v| names_policy(v))
}

/// Actions whose requests name the boundary of the user or role that they change or make.
const BOUNDED: [&str; 6] = [
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
];

/// Actions whose requests name a managed policy.
const ATTACHING: [&str; 3] = ["iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy"];

/// Whether a value names managed policies none of which is one of AWS's administrators'.
fn names_policy(value: &str) -> bool {
    let named = value.split_once(":policy/").is_some_and(|(_, name)| !name.is_empty() && !name.starts_with(['*', '?']));
    let is_admin = |name: &str| {
        let arn = format!("arn:aws:iam::aws:policy/{name}");
        matches(value, &arn)
    };
    named
        && !value.contains("${")
        && !["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"].into_iter().any(is_admin)
}

#[cfg(test)]
mod tests;
