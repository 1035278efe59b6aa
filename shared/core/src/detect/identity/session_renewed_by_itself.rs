//! `session-renewed-by-itself`: a session of a role that took the same role again.

use serde_json::Value;

use crate::detect::fields::required;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct SessionRenewedByItself;

const META: Meta = Meta {
    id: "session-renewed-by-itself",
    title: "Session of a role renewed by itself",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1550.001", "T1078.004"],
    events: Events::Calls(&[EventName { source: "sts.amazonaws.com", name: "AssumeRole" }]),
    prose: page(
        "\
## What it does
Fires when a session of a role takes the same role once more, with all that it has already. IAM allows this only
where the role's trust policy names the role itself.

A session that narrows the new one by a session policy, or marks it by tags, as programs do that serve many tenants,
does not match. So are roles that take another role (`role-chained`), AWS's services, and refused attempts.

## Why is this bad?
A session that was stolen ends by itself. One that takes its own role again before that lives for as long as its
holder repeats it, without the credential or the sign-in that it came from: disabling the user, the key or the
provider's account no longer ends it. Revoke the role's sessions by a policy instead.

## False positives
Programs whose code takes its role by name wherever it runs, under that role too.

## References
- <https://attack.mitre.org/techniques/T1550/001/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html>
- <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for SessionRenewedByItself {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.by_service() || call.caller("type").as_deref() != Some("AssumedRole") {
            return Ok(Vec::new());
        }
        let role = required(call, "roleArn")?;
        let issuer =
            call.part("userIdentity").and_then(|identity| identity.get("sessionContext")?.get("sessionIssuer"));
        if issuer.and_then(|issuer| issuer.get("arn")?.string()).as_deref() != Some(role) {
            return Ok(Vec::new());
        }
        if ["policy", "policyArns", "tags"].iter().any(|key| call.request(key).is_some_and(says_something)) {
            return Ok(Vec::new());
        }
        let why = format!("`AssumeRole`: `{}` took its own role `{role}` once more", call.actor().label());
        let target = Target::Resource { service: "iam".to_owned(), id: role.to_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(members) => !members.is_empty(),
        _ => true,
    }
}
