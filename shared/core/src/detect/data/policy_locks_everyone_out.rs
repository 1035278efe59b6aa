//! `policy-locks-everyone-out`: resource policy that denies everything to everyone.

use serde_json::Value;

use super::json::{each, texts};
use super::opened_policy;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct PolicyLocksEveryoneOut;

const META: Meta = Meta {
    id: "policy-locks-everyone-out",
    title: "Policy denies everything to everyone",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1531", "T1486"],
    events: Events::Calls(opened_policy::ALL),
    prose: page(
        "\
## What it does
Fires when the policy that is written onto a bucket, a key, a secret, a queue or another resource has a
`Deny` of all actions (`*`, or `*` of a service) to every principal without any condition. Denials that
hold under a condition, such as without TLS or from another network, that spare somebody by `NotPrincipal`,
or that forbid single actions do not match.

## Why is this bad?
Nobody in the account can read the data any more, whatever IAM says, and for most services nobody but root
can undo it. It is ransom without encryption, and it is done in one call.

## False positives
A bucket that is taken out of use or put under quarantine by the security team. It says so in the ticket.

## References
- <https://attack.mitre.org/techniques/T1531/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
- <https://repost.aws/knowledge-center/s3-accidentally-denied-access>
",
    ),
    ..Meta::PLAIN
};

impl Detector for PolicyLocksEveryoneOut {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some((resource, document)) = opened_policy::written(call) else { return Ok(Vec::new()) };
        let statements = each(document.get("Statement"));
        let Some(number) = statements.iter().position(locks_out) else { return Ok(Vec::new()) };
        let why = format!(
            "`{}` denies everything to everyone on `{}` (statement {})",
            call.event_name(),
            plain(&resource, 200),
            number + 1
        );
        let service = call.service().to_owned();
        Ok(vec![Claim::of(Target::Resource { service, id: plain(&resource, 300) }, plain(&why, 600))])
    }
}

fn locks_out(statement: &Value) -> bool {
    let is = |key: &str, value: &str| statement.get(key).and_then(Value::as_str) == Some(value);
    let principal = statement.get("Principal");
    let everyone = is("Principal", "*") || texts(principal.and_then(|p| p.get("AWS"))).any(|who| who == "*");
    let everything = texts(statement.get("Action")).any(|action| action == "*" || action.ends_with(":*"));
    let condition = statement.get("Condition").and_then(Value::as_object);
    is("Effect", "Deny") && everyone && everything && condition.is_none_or(serde_json::Map::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::locks_out;

    fn statement(change: impl Fn(&mut Value)) -> Value {
        let mut statement = json!({"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": ["s3:*"], "Resource": "*"});
        change(&mut statement);
        statement
    }

    #[test]
    fn a_denial_of_everything_to_everyone_locks_out() {
        assert!(locks_out(&statement(|_| {})));
        assert!(locks_out(&statement(|s| s["Principal"] = json!("*"))));
        assert!(locks_out(&statement(|s| s["Action"] = json!("*"))));
        assert!(locks_out(&statement(|s| s["Condition"] = json!({}))));
    }

    #[test]
    fn whatever_spares_somebody_or_something_does_not() {
        assert!(!locks_out(&statement(|s| s["Effect"] = json!("Allow"))));
        assert!(!locks_out(&statement(|s| s["Action"] = json!(["s3:DeleteObject", "s3:Delete*"]))));
        assert!(!locks_out(&statement(|s| s["Condition"] = json!({"Bool": {"aws:SecureTransport": "false"}}))));
        assert!(!locks_out(&statement(|s| s["Principal"] = json!({"AWS": "arn:aws:iam::444455556666:root"}))));
        let spared = statement(|s| {
            let principal = s.as_object_mut().unwrap().remove("Principal").unwrap();
            s["NotPrincipal"] = principal;
        });
        assert!(!locks_out(&spared));
    }
}
