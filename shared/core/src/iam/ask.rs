//! Plain questions of one document, or of several that one principal holds.

use super::access::{Home, covers_pattern};
use super::policy::{Effect, Patterns, Policy, Statement};
use super::principal::{Principal, Principals};
use crate::arn::{matches, matches_ignoring_case};

/// How a trust policy lets a principal of the role's own account become the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trusts {
    /// It names the principal: no other permission is needed.
    ByName,
    /// It names the account: the principal needs the permission as well.
    ByAccount,
    /// It does not.
    No,
}

impl Policy {
    /// What several documents say together; `None` where there is none.
    #[must_use]
    pub fn all_of(policies: Vec<Self>) -> Option<Self> {
        let any = !policies.is_empty();
        let statements = policies.into_iter().flat_map(|policy| policy.statements).collect();
        any.then_some(Self { statements })
    }

    /// Whether an identity's policy allows an action on a resource, under a condition or not, and no `Deny` without a
    /// condition takes it back.
    #[must_use]
    pub fn allows_action_on(&self, action: &str, resource: &str) -> bool {
        let covers = |s: &Statement| s.names_action(action) && s.names_resource(resource);
        let of = |effect: Effect| self.statements.iter().filter(move |s| s.effect == effect && covers(s));
        of(Effect::Allow).next().is_some() && !of(Effect::Deny).any(|s| !s.is_conditional())
    }

    /// The services of which it allows every action on every resource, `s3` for `s3:*`. `*` is no service.
    #[must_use]
    pub fn whole_services(&self) -> Vec<String> {
        let mut services = Vec::new();
        for (_, statement) in self.allows() {
            let (Patterns::Only(actions), Patterns::Only(resources)) = (&statement.actions, &statement.resources)
            else {
                continue;
            };
            if resources.iter().any(|resource| resource == "*") {
                let whole = actions.iter().filter_map(|action| action.strip_suffix(":*"));
                services.extend(whole.filter(|service| !service.contains('*')).map(str::to_owned));
            }
        }
        services.sort();
        services.dedup();
        services
    }

    /// Whether a role's trust policy lets a service become the role.
    #[must_use]
    pub fn trusts_service(&self, service: &str) -> bool {
        self.allows().any(|(_, statement)| match &statement.principals {
            Some(Principals::Only(all)) => all.iter().any(|p| matches!(p, Principal::Service(name) if name == service)),
            _ => false,
        })
    }

    /// How a role's trust policy lets another role or user of the account become the role, where it does, under a
    /// condition or not.
    #[must_use]
    pub fn trusts_principal(&self, arn: &str, home: &Home<'_>) -> Trusts {
        const ASSUME: &str = "sts:assumerole";
        let mut trusts = Trusts::No;
        for (_, statement) in self.allows().filter(|(_, s)| covers_pattern(&s.actions, ASSUME)) {
            let Some(Principals::Only(principals)) = &statement.principals else { continue };
            for principal in principals {
                match principal {
                    Principal::Arn { arn: named, .. } if named == arn => return Trusts::ByName,
                    Principal::Everyone => trusts = Trusts::ByAccount,
                    Principal::Account { account, .. } if account == home.account => trusts = Trusts::ByAccount,
                    _ => {}
                }
            }
        }
        trusts
    }
}

impl Statement {
    fn names_action(&self, action: &str) -> bool {
        let named = |patterns: &[String]| patterns.iter().any(|pattern| matches_ignoring_case(pattern, action));
        match &self.actions {
            Patterns::Only(patterns) => named(patterns),
            Patterns::AllBut(patterns) => !named(patterns),
        }
    }

    fn names_resource(&self, resource: &str) -> bool {
        let named = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, resource));
        match &self.resources {
            Patterns::Only(patterns) => named(patterns),
            Patterns::AllBut(patterns) => !named(patterns),
        }
    }
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "documents are written in place")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn policy(statements: Value) -> Policy {
        Policy::from_value(&json!({"Statement": statements})).unwrap()
    }

    const ADMIN: &str = "arn:aws:iam::111122223333:role/admin";

    #[test]
    fn an_action_on_a_resource() {
        let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let asks = |statements: Value| policy(statements).allows_action_on("sts:AssumeRole", ADMIN);
        assert!(asks(json!([allow("sts:*", "*")])));
        assert!(asks(json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": ADMIN}])));
        assert!(!asks(json!([allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/other")])));
        assert!(!asks(json!([allow("s3:*", "*")])));
        assert!(!asks(json!([allow("*", "*"), {"Effect": "Deny", "Action": "sts:*", "Resource": "*"}])));
        let unless = json!({"Effect": "Deny", "Action": "sts:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}});
        assert!(asks(json!([allow("*", "*"), unless])), "a condition may not hold");
    }

    #[test]
    fn several_documents_are_one() {
        let pass = policy(json!([{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}]));
        let make = policy(json!([{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}]));
        assert!(
            pass.escalations("aws", "111122223333").is_empty() && make.escalations("aws", "111122223333").is_empty()
        );
        let both = Policy::all_of(vec![pass, make]).unwrap();
        assert!(!both.escalations("aws", "111122223333").is_empty());
        assert_eq!(Policy::all_of(Vec::new()), None);
    }

    #[test]
    fn whole_services() {
        let all = policy(json!([
            {"Effect": "Allow", "Action": ["s3:*", "ec2:Describe*", "*"], "Resource": "*"},
            {"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:eu-west-1:111122223333:jobs"},
        ]));
        assert_eq!(all.whole_services(), ["s3"]);
    }

    #[test]
    fn who_is_trusted_and_how() {
        let home = Home { partition: "aws", account: "111122223333" };
        let trust =
            |principal: Value| policy(json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]));
        let own = "arn:aws:iam::111122223333:role/ci";
        assert_eq!(trust(json!({"AWS": own})).trusts_principal(own, &home), Trusts::ByName);
        assert_eq!(trust(json!({"AWS": "111122223333"})).trusts_principal(own, &home), Trusts::ByAccount);
        assert_eq!(trust(json!({"AWS": "444455556666"})).trusts_principal(own, &home), Trusts::No);
        let service = trust(json!({"Service": "ec2.amazonaws.com"}));
        assert_eq!(service.trusts_principal(own, &home), Trusts::No);
        assert!(service.trusts_service("ec2.amazonaws.com") && !service.trusts_service("lambda.amazonaws.com"));
    }
}
