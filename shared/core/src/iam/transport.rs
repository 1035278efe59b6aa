//! Whether a resource's policy turns away whoever comes without TLS.
//!
//! It does where, for each resource that is asked about, one `Deny` covers every action of the service, everybody,
//! and every request without TLS. A second condition in such a statement leaves requests that it does not deny, and
//! an `Allow` under `aws:SecureTransport` denies nothing to those whom another policy lets in.

use super::access::covers_pattern;
use super::condition::{Condition, Test};
use super::policy::{Effect, Policy, Statement};
use super::principal::{Principal, Principals};

impl Policy {
    /// Whether every request without TLS for these resources (ARNs or patterns of them) is denied. `service` is the
    /// prefix of the service's actions, `s3` for one.
    #[must_use]
    pub fn denies_clear_text(&self, service: &str, resources: &[&str]) -> bool {
        let actions = format!("{service}:*");
        let denied = |resource: &&str| {
            let covers =
                |s: &&Statement| covers_pattern(&s.resources, resource) && covers_pattern(&s.actions, &actions);
            self.statements.iter().filter(covers).any(Statement::denies_clear_text_to_all)
        };
        !resources.is_empty() && resources.iter().all(denied)
    }
}

impl Statement {
    fn denies_clear_text_to_all(&self) -> bool {
        let everyone = match &self.principals {
            Some(Principals::Only(principals)) => principals.contains(&Principal::Everyone),
            _ => false,
        };
        self.effect == Effect::Deny && everyone && self.conditions.iter().all(holds_without_tls)
    }
}

/// Whether a condition holds for every request without TLS.
fn holds_without_tls(condition: &Condition) -> bool {
    let says = |truth: &str| condition.values.iter().any(|value| value.eq_ignore_ascii_case(truth));
    match (condition.key.as_str(), &condition.operator.test) {
        // The key is in every request.
        ("aws:securetransport", Test::Bool | Test::Is) => says("false"),
        ("aws:securetransport", Test::IsNot) => says("true") && !says("false"),
        // A request without TLS has no version of it, so that only `Null` and `…IfExists` hold.
        ("s3:tlsversion", Test::Null) => says("true") && !says("false"),
        ("s3:tlsversion", Test::Other(test)) => condition.operator.if_exists && test.starts_with("numericlessthan"),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "documents are written in place")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn denies(statements: Value) -> bool {
        let policy = Policy::from_value(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
        policy.denies_clear_text("s3", &["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"])
    }

    fn deny(resource: Value, condition: Value) -> Value {
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource, "Condition": condition})
    }

    #[test]
    fn every_shape_that_turns_clear_text_away() {
        let both = || json!(["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]);
        for condition in [
            json!({"Bool": {"aws:SecureTransport": "false"}}),
            json!({"Bool": {"AWS:securetransport": false}}),
            json!({"BoolIfExists": {"aws:SecureTransport": ["false"]}}),
            json!({"StringEquals": {"aws:SecureTransport": "false"}}),
            json!({"StringNotEquals": {"aws:SecureTransport": "true"}}),
            json!({"NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}}),
        ] {
            assert!(denies(json!([deny(both(), condition.clone())])), "{condition}");
        }
        let clear = || json!({"Bool": {"aws:SecureTransport": "false"}});
        assert!(denies(json!([deny(json!("*"), clear())])));
        assert!(denies(json!([deny(json!("arn:aws:s3:::logs*"), clear())])));
        assert!(denies(json!([
            deny(json!("arn:aws:s3:::logs"), clear()),
            deny(json!("arn:aws:s3:::logs/*"), clear())
        ])));
        let aws = json!({"Effect": "Deny", "Principal": {"AWS": "*"}, "NotAction": [], "Resource": "*", "Condition": clear()});
        assert!(denies(json!([aws])));
    }

    #[test]
    fn shapes_that_leave_a_way() {
        let both = || json!(["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]);
        for condition in [
            json!({"Bool": {"aws:SecureTransport": "true"}}),
            json!({"Bool": {"aws:SecureTransport": "false"}, "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
            json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
        ] {
            assert!(!denies(json!([deny(both(), condition.clone())])), "{condition}");
        }
        let clear = || json!({"Bool": {"aws:SecureTransport": "false"}});
        assert!(!denies(json!([deny(json!("arn:aws:s3:::logs/*"), clear())])), "the bucket itself is left");
        assert!(!denies(json!([deny(json!("arn:aws:s3:::other*"), clear())])));
        for (key, value) in [
            ("Action", json!("s3:GetObject")),
            ("Principal", json!({"AWS": "arn:aws:iam::111122223333:role/x"})),
            ("Effect", json!("Allow")),
        ] {
            let mut statement = deny(both(), clear());
            statement[key] = value;
            assert!(!denies(json!([statement])), "{key}");
        }
        let spared = json!({"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/x"},
            "Action": "s3:*", "Resource": both(), "Condition": clear()});
        assert!(!denies(json!([spared])));
        assert!(!denies(json!([])));
    }
}
