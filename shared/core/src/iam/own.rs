//! The ways up that lead over the holder of a policy itself: one named role is somebody's work, and one's own is not.
//!
//! [`Policy::escalations`] asks for arbitrary users, roles and policies. A policy that lets its holder write policies
//! onto the holder alone, or rewrite the very policy that says so, is as good.

use super::access::Home;
use super::escalation::{Combination, Escalation, Way};
use super::policy::{Effect, Patterns, Policy, Statement};
use super::reach::{Target, kind};
use crate::arn::matches;

/// What the holder does to itself.
const OWN: [Combination; 7] = [
    own("put-own-user-policy", "writes policies onto itself", &["iam:PutUserPolicy"], kind::USER),
    own("attach-own-user-policy", "attaches policies to itself", &["iam:AttachUserPolicy"], kind::USER),
    own("put-own-role-policy", "writes policies onto itself", &["iam:PutRolePolicy"], kind::ROLE),
    own("attach-own-role-policy", "attaches policies to itself", &["iam:AttachRolePolicy"], kind::ROLE),
    own("put-own-group-policy", "writes policies onto its own group", &["iam:PutGroupPolicy"], kind::GROUP),
    own("attach-own-group-policy", "attaches policies to its own group", &["iam:AttachGroupPolicy"], kind::GROUP),
    own("rewrite-own-policy", "rewrites the policy that it holds", &["iam:CreatePolicyVersion"], kind::POLICY),
];

const fn own(
    id: &'static str,
    title: &'static str,
    actions: &'static [&'static str],
    key: super::reach::Kind,
) -> Combination {
    Combination { id, title, way: Way::Permissions, actions, key }
}

impl Policy {
    /// The ways up that this policy gives over `own`, the ARNs of whoever holds it and of the policy itself, and over
    /// nothing else: what holds for all of a kind is [`Policy::escalations`]. The path of a user, a role or a group may
    /// be missing in its ARN, as it is in events.
    #[must_use]
    pub fn escalations_over(&self, own: &[String], partition: &str, account: &str) -> Vec<Escalation> {
        let home = Home { partition, account };
        OWN.iter().filter_map(|combination| self.over(combination, own, &home)).collect()
    }

    fn over(&self, combination: &'static Combination, own: &[String], home: &Home<'_>) -> Option<Escalation> {
        let target = Target::new(combination.actions.first()?, combination.key);
        let arn = own.iter().find(|arn| target.kind.is_of(arn, home))?;
        let denies = |s: &Statement| s.effect == Effect::Deny && !s.is_conditional() && s.reaches(&target, arn);
        if self.statements.iter().any(denies) {
            return None;
        }
        let reach = |(_, s): &(usize, &Statement)| s.reaches(&target, arn) && !s.opens(&target, home);
        let mut all: Vec<_> = self.allows().filter(reach).collect();
        all.sort_by_key(|(index, s)| (s.is_conditional(), *index));
        let (index, statement) = all.into_iter().next()?;
        Some(Escalation { combination, conditional: statement.is_conditional(), statement: index + 1 })
    }
}

impl Statement {
    /// Whether it speaks of the action on this one resource.
    fn reaches(&self, target: &Target, arn: &str) -> bool {
        self.covers_action(target)
            && match &self.resources {
                Patterns::Only(patterns) => patterns.iter().any(|pattern| is(pattern, arn)),
                Patterns::AllBut(patterns) => !patterns.iter().any(|pattern| is(pattern, arn)),
            }
    }
}

/// Whether a pattern is the ARN, with or without a path before the name.
fn is(pattern: &str, arn: &str) -> bool {
    if matches(pattern, arn) {
        return true;
    }
    let Some((kind, name)) = arn.split_once('/').filter(|(_, name)| !name.contains('/')) else { return false };
    let below = pattern.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/'));
    below.is_some_and(|rest| rest.rsplit('/').next() == Some(name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn over(own: &str, statements: Value) -> Vec<&'static str> {
        let policy = Policy::from_value(&Value::from_iter([("Statement", statements)])).unwrap();
        let found = policy.escalations_over(&[own.to_owned()], "aws", "111122223333");
        found.iter().map(|escalation| escalation.combination.id).collect()
    }

    #[test]
    fn only_what_the_holder_may_do_to_itself_counts() {
        let allow = |action: &str, resource: &str| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        let role = "arn:aws:iam::111122223333:role/app";
        for (statement, want) in [
            (allow("iam:PutRolePolicy", role), vec!["put-own-role-policy"]),
            (allow("iam:putrolepolicy", "arn:aws:iam::111122223333:role/ops/app"), vec!["put-own-role-policy"]),
            (
                allow("iam:*RolePolicy", "arn:aws:iam::*:role/ap?"),
                vec!["put-own-role-policy", "attach-own-role-policy"],
            ),
            (allow("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/other"), vec![]),
            (allow("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/my-app"), vec![]),
            (allow("iam:PutUserPolicy", role), vec![]),
            (allow("iam:GetRolePolicy", role), vec![]),
            // Any role is the other evaluation's.
            (allow("iam:PutRolePolicy", "*"), vec![]),
        ] {
            assert_eq!(over(role, statement.clone()), want, "{statement}");
        }
        let denied = json!([
            allow("iam:PutRolePolicy", role),
            { "Effect": "Deny", "Action": "iam:Put*", "Resource": "arn:aws:iam::111122223333:role/app" },
        ]);
        assert!(over(role, denied).is_empty());
        let policy = "arn:aws:iam::111122223333:policy/team/deploy";
        assert_eq!(over(policy, allow("iam:CreatePolicyVersion", policy)), ["rewrite-own-policy"]);
        assert!(over(policy, allow("iam:CreatePolicyVersion", "arn:aws:iam::111122223333:policy/deploy")).is_empty());
    }

    #[test]
    fn a_condition_leaves_it_standing_and_marked() {
        let role = "arn:aws:iam::111122223333:role/app";
        let statement = json!({
            "Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": role,
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } },
        });
        let policy = Policy::from_value(&json!({ "Statement": statement })).unwrap();
        let found = policy.escalations_over(&[role.to_owned()], "aws", "111122223333");
        assert!(found.len() == 1 && found[0].conditional);
    }
}
