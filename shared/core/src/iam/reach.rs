//! Whether a statement allows or denies an action on arbitrary resources of a kind.
//!
//! Permission for one named role is a part of somebody's work; permission for any role is a way to every
//! role there is. So the question is always whether a statement reaches *all* resources of a kind in the
//! account, or, for what is regional, all of one region.

use super::access::Home;
use super::policy::{Effect, Patterns, Statement};
use crate::arn::{matches, matches_ignoring_case};

/// An action, and the kind of resource that it is allowed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) action: &'static str,
    pub(super) kind: Kind,
}

/// Resources whose ARNs begin alike: `arn:PARTITION:SERVICE:REGION:ACCOUNT:PATH…`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    service: &'static str,
    path: &'static str,
    scope: Scope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The ARN names no region.
    Account,
    Region,
    /// Any resource at all: what is made anew is named by whoever makes it.
    Anything,
}

/// The kinds of resources that are asked about.
pub(super) mod kind {
    use super::{Kind, Scope};

    pub(in crate::iam) const USER: Kind = of_account("user/");
    pub(in crate::iam) const ROLE: Kind = of_account("role/");
    pub(in crate::iam) const GROUP: Kind = of_account("group/");
    pub(in crate::iam) const POLICY: Kind = of_account("policy/");
    pub(in crate::iam) const SAML_PROVIDER: Kind = of_account("saml-provider/");
    pub(in crate::iam) const ANYTHING: Kind = Kind { service: "", path: "", scope: Scope::Anything };

    const fn of_account(path: &'static str) -> Kind {
        Kind { service: "iam", path, scope: Scope::Account }
    }

    pub(in crate::iam) const fn regional(service: &'static str, path: &'static str) -> Kind {
        Kind { service, path, scope: Scope::Region }
    }
}

impl Target {
    pub(super) const fn new(action: &'static str, kind: Kind) -> Self {
        Self { action, kind }
    }

    pub(super) fn is_named_by(&self, actions: &[String]) -> bool {
        // Most patterns name another service. Their first letter tells, a hundred times an evaluation.
        let first = self.action.as_bytes().first();
        let near = |pattern: &&String| match (pattern.as_bytes().first(), first) {
            (Some(b'*' | b'?'), _) => true,
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            _ => false,
        };
        actions.iter().filter(near).any(|pattern| matches_ignoring_case(pattern, self.action))
    }
}

impl Statement {
    /// For an `Allow`: whether it allows the target's action on arbitrary resources of its kind.
    pub(super) fn opens(&self, target: &Target, home: &Home<'_>) -> bool {
        self.covers_action(target)
            && match &self.resources {
                Patterns::Only(patterns) if target.kind.scope == Scope::Anything => !patterns.is_empty(),
                Patterns::Only(patterns) => target.kind.all(patterns, home),
                Patterns::AllBut(patterns) => !target.kind.all(patterns, home),
            }
    }

    /// Whether it is a `Deny` that leaves nothing of what [`Self::opens`] asks for.
    pub(super) fn closes(&self, target: &Target, home: &Home<'_>) -> bool {
        self.effect == Effect::Deny
            && !self.is_conditional()
            && self.covers_action(target)
            && match &self.resources {
                Patterns::Only(patterns) => target.kind.all(patterns, home),
                // One resource left out is enough: the holder itself may be the one.
                Patterns::AllBut(patterns) => !target.kind.any(patterns, home),
            }
    }

    pub(super) fn covers_action(&self, target: &Target) -> bool {
        match &self.actions {
            Patterns::Only(actions) => target.is_named_by(actions),
            Patterns::AllBut(actions) => !target.is_named_by(actions),
        }
    }
}

impl Kind {
    /// Whether an ARN is one of this kind, of the account.
    pub(super) fn is_of(&self, arn: &str, home: &Home<'_>) -> bool {
        let Kind { service, path, .. } = self;
        arn.starts_with(&format!("arn:{}:{service}::{}:{path}", home.partition, home.account))
    }

    /// Whether one of the patterns covers arbitrary resources of the kind. The probe's name is made of a
    /// character that no name may hold, so only a wildcard can match it; and it is longer than the
    /// pattern's `?`s can reach, so it must be a `*`.
    pub(super) fn all(&self, patterns: &[String], home: &Home<'_>) -> bool {
        // The common case first: it takes no probe.
        patterns.iter().any(|p| p == "*") || patterns.iter().any(|pattern| self.is_all_in(pattern, home))
    }

    fn is_all_in(&self, pattern: &str, home: &Home<'_>) -> bool {
        const NO_NAME: &str = "\u{10FFFF}";
        if !pattern.contains('*') {
            return false;
        }
        if pattern.chars().all(|c| c == '*') {
            return true;
        }
        let name = || NO_NAME.repeat(pattern.chars().filter(|c| *c == '?').count() + 1);
        let region = match self.scope {
            Scope::Anything => return false,
            Scope::Account => "",
            // All of one region is enough.
            Scope::Region => match pattern.split(':').nth(3) {
                Some(region) if !region.is_empty() && !region.contains(['*', '?']) => region,
                _ => "any-region-1",
            },
        };
        let Home { partition, account } = home;
        matches(pattern, &format!("arn:{partition}:{}:{region}:{account}:{}{}", self.service, self.path, name()))
    }

    /// Whether one of the patterns might match some resource of the kind: its text before the first
    /// wildcard does not contradict the kind's prefix, or what of it comes before the region.
    fn any(&self, patterns: &[String], home: &Home<'_>) -> bool {
        let Home { partition, account } = home;
        let prefix = match self.scope {
            Scope::Anything => String::new(),
            Scope::Account => format!("arn:{partition}:{}::{account}:{}", self.service, self.path),
            Scope::Region => format!("arn:{partition}:{}:", self.service),
        };
        patterns.iter().any(|pattern| {
            let literal = pattern.split(['*', '?']).next().unwrap_or_default();
            literal.starts_with(&prefix) || prefix.starts_with(literal)
        })
    }
}
