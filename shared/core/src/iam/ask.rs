//! Plain questions of one document, or of several that one principal holds.

use super::access::{Home, covers_pattern};
use super::condition::Test;
use super::policy::{Effect, Patterns, Policy, Statement};
use super::principal::{Principal, Principals};
use crate::arn::{covers, matches, matches_ignoring_case};

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

    /// Whether an identity's policy allows an action on anything at all.
    #[must_use]
    pub fn speaks_of(&self, action: &str) -> bool {
        self.allows().any(|(_, statement)| statement.names_action(action))
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

    /// How a role's trust policy lets another role or user of the account become the role, where it does. Of conditions
    /// those count that name principals by their ARNs; a `Deny` counts where it has none.
    #[must_use]
    pub fn trusts_principal(&self, arn: &str, home: &Home<'_>) -> Trusts {
        const ASSUME: &str = "sts:assumerole";
        let is_own = |principal: &Principal| match principal {
            Principal::Arn { arn: named, .. } => named == arn,
            Principal::Everyone => true,
            Principal::Account { account, .. } => account == home.account,
            _ => false,
        };
        let denies = |s: &Statement| match &s.principals {
            Some(Principals::Only(denied)) => denied.iter().any(is_own),
            Some(Principals::AllBut(spared)) => !spared.iter().any(is_own),
            None => false,
        };
        let denied = self.statements.iter().filter(|s| s.effect == Effect::Deny && !s.is_conditional());
        if denied.filter(|s| covers_pattern(&s.actions, ASSUME)).any(denies) {
            return Trusts::No;
        }
        let mut trusts = Trusts::No;
        for (_, statement) in self.allows().filter(|(_, s)| covers_pattern(&s.actions, ASSUME) && s.may_mean(arn)) {
            let Some(Principals::Only(principals)) = &statement.principals else { continue };
            for principal in principals.iter().filter(|principal| is_own(principal)) {
                if matches!(principal, Principal::Arn { .. }) {
                    return Trusts::ByName;
                }
                trusts = Trusts::ByAccount;
            }
        }
        trusts
    }

    /// The policy as it hangs on a resource, or on several such as a bucket and its objects (`own`, ARNs or patterns of
    /// them). An `Allow` that covers some of them names just these, so that each is looked at by itself. A `Deny` that
    /// covers all of them covers everything, and so does one of every action of the service, of whose actions alone a
    /// resource's policy can speak. `service` is the prefix of the service's actions.
    #[must_use]
    pub fn on(&self, service: &str, own: &[&str]) -> Self {
        let all_actions = format!("{service}:*");
        let narrowed = |statement: &Statement| {
            let mut statement = statement.clone();
            match (statement.effect, &statement.actions, &statement.resources) {
                (Effect::Deny, actions, resources) => {
                    let (acts, covers) =
                        (covers_pattern(actions, &all_actions), own.iter().all(|own| covers_pattern(resources, own)));
                    if acts {
                        statement.actions = Patterns::Only(vec!["*".to_owned()]);
                    }
                    if covers {
                        statement.resources = Patterns::Only(vec!["*".to_owned()]);
                    }
                }
                (Effect::Allow, actions, resources) => {
                    let nothing =
                        matches!(actions, Patterns::AllBut(spared) if spared.iter().any(|s| covers(s, &all_actions)));
                    statement.resources = Patterns::Only(match resources {
                        Patterns::Only(patterns) => patterns.iter().flat_map(|p| named_by(p, own)).collect(),
                        // Of its own what is not left out whole.
                        Patterns::AllBut(spared) => {
                            let left = own.iter().filter(|own| !spared.iter().any(|spared| covers(spared, own)));
                            left.map(|own| (*own).to_owned()).collect()
                        }
                    });
                    if nothing {
                        statement.actions = Patterns::Only(Vec::new());
                    }
                }
            }
            statement
        };
        Self { statements: self.statements.iter().map(narrowed).collect() }
    }
}

/// Those of a resource's ARNs that a pattern covers; the pattern itself where it covers none.
fn named_by(pattern: &str, own: &[&str]) -> Vec<String> {
    let covered: Vec<String> = own.iter().filter(|own| covers(pattern, own)).map(|own| (*own).to_owned()).collect();
    if covered.is_empty() { vec![pattern.to_owned()] } else { covered }
}

impl Statement {
    pub(super) fn names_action(&self, action: &str) -> bool {
        let named = |patterns: &[String]| patterns.iter().any(|pattern| matches_ignoring_case(pattern, action));
        match &self.actions {
            Patterns::Only(patterns) => named(patterns),
            Patterns::AllBut(patterns) => !named(patterns),
        }
    }

    /// Whether its conditions may hold for a principal: those on `aws:PrincipalArn` tell.
    fn may_mean(&self, arn: &str) -> bool {
        self.conditions.iter().filter(|c| c.key == "aws:principalarn").all(|condition| {
            let named = condition.values.iter().any(|value| matches(value, arn));
            match condition.operator.test {
                Test::Is => named,
                Test::IsNot => !named,
                _ => true,
            }
        })
    }

    pub(super) fn names_resource(&self, resource: &str) -> bool {
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
    fn a_policy_on_its_resource() {
        let home = Home { partition: "aws", account: "111122223333" };
        let queue = "arn:aws:sqs:eu-west-1:111122223333:jobs";
        let open = |statements: Value| !policy(statements).on("sqs", &[queue]).outside_grants(&home).is_empty();
        let allow = |resource: &str| json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": resource});
        let deny = |action: &str, resource: &str| json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource});
        assert!(open(json!([allow("*")])) && open(json!([allow(queue)])));
        assert!(!open(json!([allow("*"), deny("sqs:*", queue)])), "its own name is all of it");
        assert!(!open(json!([allow("arn:aws:sqs:*:*:jo*"), deny("sqs:*", "*")])));
        assert!(open(json!([allow("*"), deny("sqs:SendMessage", queue)])));
        assert!(open(json!([allow("*"), deny("sqs:*", "arn:aws:sqs:eu-west-1:111122223333:other")])));
        let spared =
            |action: &str| json!({"Effect": "Allow", "Principal": "*", "NotAction": action, "Resource": queue});
        assert!(open(json!([spared("sqs:DeleteQueue")])) && !open(json!([spared("sqs:*")])));
        assert!(!open(json!([spared("sqs:DeleteQueue"), deny("sqs:*", "*")])));
    }

    #[test]
    fn a_bucket_and_its_objects_are_looked_at_by_themselves() {
        let home = Home { partition: "aws", account: "111122223333" };
        let (bucket, objects) = ("arn:aws:s3:::b", "arn:aws:s3:::b/*");
        let may = |statements: Value, action: &str| {
            !policy(statements).on("s3", &[bucket, objects]).outside_grants_of(&home, &[action]).is_empty()
        };
        let allow = |action: Value| json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": [bucket, objects]});
        let deny = |action: Value, resource: &str| json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource});
        let get = || allow(json!("s3:GetObject"));
        assert!(!may(json!([get(), deny(json!("s3:*"), objects)]), "s3:GetObject"), "on the bucket it is no action");
        assert!(may(json!([get(), deny(json!("s3:*"), bucket)]), "s3:GetObject"));
        assert!(may(json!([get(), deny(json!("s3:*"), "arn:aws:s3:::b/private/*")]), "s3:GetObject"));
        let both = json!([allow(json!("s3:*")), deny(json!("s3:*"), bucket), deny(json!("s3:*"), objects)]);
        assert!(!may(both.clone(), "s3:GetObject") && !may(both, "s3:ListBucket"));
        let some = json!([allow(json!("s3:*")), deny(json!(["s3:Get*", "s3:List*"]), "*")]);
        assert!(!may(some.clone(), "s3:GetObject") && may(some, "s3:PutObject"));
        let spared = json!([{"Effect": "Allow", "Principal": "*", "NotAction": "s3:Get*", "Resource": "*"}]);
        assert!(!may(spared.clone(), "s3:GetObject") && may(spared, "s3:PutObject"));
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
        let denied = |deny: Value| {
            let allow = json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"});
            policy(json!([allow, deny])).trusts_principal(own, &home)
        };
        let deny = |principal: Value| json!({"Effect": "Deny", "Principal": principal, "Action": "sts:*"});
        assert_eq!(denied(deny(json!({"AWS": own}))), Trusts::No);
        assert_eq!(denied(deny(json!({"AWS": "arn:aws:iam::111122223333:role/other"}))), Trusts::ByAccount);
        let spared = json!({"Effect": "Deny", "NotPrincipal": {"AWS": own}, "Action": "sts:AssumeRole"});
        assert_eq!(denied(spared), Trusts::ByAccount);
        let when = |operator: &str, value: &str| {
            policy(json!([{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole",
                "Condition": {operator: {"aws:PrincipalArn": value}}}]))
            .trusts_principal(own, &home)
        };
        assert_eq!(when("ArnLike", "arn:aws:iam::111122223333:role/c?"), Trusts::ByAccount);
        assert_eq!(when("ArnEquals", "arn:aws:iam::111122223333:role/other"), Trusts::No);
        assert_eq!(when("ArnNotEquals", own), Trusts::No);
        let service = trust(json!({"Service": "ec2.amazonaws.com"}));
        assert_eq!(service.trusts_principal(own, &home), Trusts::No);
        assert!(service.trusts_service("ec2.amazonaws.com") && !service.trusts_service("lambda.amazonaws.com"));
    }
}
