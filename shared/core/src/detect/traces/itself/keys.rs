//! The private keys that sign the ledger's records.

use super::super::paths::texts;
use super::{OwnPart, events, names};
use crate::detect::meta::needs;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::settings::PRIVATE_KEYS_PREFIX;

/// See its [`Meta`].
pub(in crate::detect) const KEY_READ: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-key-read",
        title: "Riposte's own signing key read",
        domain: Domain::Traces,
        severity: Severity::Critical,
        confidence: Confidence::High,
        technique: &["T1552.004", "T1555.006"],
        no_response: "A key that was read has to be replaced, and what it signed since to be looked through: a function \
            that made keys could forge records.",
        events: Events::Calls(EVENTS),
        needs: needs(&[
            &[("requestParameters.name", NAMED)],
            &[("requestParameters.names", NAMED)],
            &[("requestParameters.parameterFilters.values", NAMED)],
            &[("requestParameters.path", NAMED)],
        ]),
        prose: PROSE,
        ..Meta::PLAIN
    },
    what: "key",
    keys: KEYS,
    own: key,
    harms: |call| KEYS.iter().flat_map(|name| texts(call, name)).filter_map(key).any(|key| !may_read(call, key)),
};

const KEYS: &[&str] = &["name", "names", "path", "parameterFilters.values"];

const NAMED: &[&str] = &[r#"{"wildcard": "*riposte-keys*"}"#];

const EVENTS: &[EventName] = events! {
    "ssm.amazonaws.com": ["GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory"],
};

const PROSE: &str = "\
## What it does
Fires when a parameter below `/riposte-keys/` is read by anybody but the function whose key it is: alone, in a list, by
its history or by its path. Each function signs what it writes into the ledger with a key that its role alone may read.
The key of the operators, `/riposte-keys/operator`, is read by whoever approves or undoes something, and does not fire
where it is named alone.

A function is recognized by its role, whose name begins with the stack's and holds the function's. A call that was refused does
not match.

## Why is this bad?
Whoever has a function's key writes records that pass for that function's: a forged way back, which `riposte undo`
then carries out with an operator's permissions.

## False positives
Backups that copy every parameter of the account, and inventories that decrypt what they list. Neither should be allowed
to read these.

## References
- <https://attack.mitre.org/techniques/T1552/004/>
- <https://attack.mitre.org/techniques/T1555/006/>
- <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>
";

/// The path of a key: alone, in a parameter's ARN, with a version or a label behind it; or of all of them.
fn key(text: &str) -> Option<&str> {
    const ALL: &str = "/riposte-keys";
    if text == ALL {
        return Some(text);
    }
    names::setting(text).filter(|path| path.starts_with(PRIVATE_KEYS_PREFIX))
}

/// Whether the caller may read a key: its own function, or anybody that of the operators.
fn may_read(call: &ApiCall, path: &str) -> bool {
    let name = path.strip_prefix(PRIVATE_KEYS_PREFIX).unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default();
    if name == "operator" {
        return true;
    }
    // `riposte-IngressGuardRole-1A2B` of `ingress-guard`.
    let role = call.actor().role_arn.clone().unwrap_or_default();
    let role = role.rsplit('/').next().and_then(names::resource).unwrap_or_default().to_owned();
    let of = format!("-{}Role", name.split('-').map(capitalized).collect::<String>());
    !name.is_empty() && role.contains(&of)
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::detect::{Detector, Facts};

    fn found(role: &str, request: &serde_json::Value, name: &str) -> usize {
        let record = json!({
            "eventSource": "ssm.amazonaws.com", "eventName": name, "requestParameters": request,
            "userIdentity": {
                "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/x/y",
                "sessionContext": { "sessionIssuer": { "type": "Role", "arn": format!("arn:aws:iam::111122223333:role/{role}") } },
            },
        });
        let serde_json::Value::Object(record) = record else { panic!() };
        KEY_READ.judge(&ApiCall::new(record, None, None), &Facts::default()).unwrap().len()
    }

    #[test]
    fn a_function_may_read_its_own_key_and_nobody_any_other() {
        let own = json!({ "names": ["/riposte/mode", "/riposte-keys/ingress-guard"], "withDecryption": true });
        for (role, found_keys) in [
            ("riposte-IngressGuardRole-1A2B", 0),
            ("riposte-IdentityGuardRole-1A2B", 1),
            ("IngressGuardRole", 1),
            ("admin", 1),
        ] {
            assert_eq!(found(role, &own, "GetParameters"), found_keys, "{role}");
        }
    }

    #[test]
    fn the_operators_key_is_read_by_operators_and_all_keys_at_once_by_nobody() {
        for (request, name, found_keys) in [
            (json!({ "name": "/riposte-keys/operator" }), "GetParameter", 0),
            (json!({ "name": "/riposte-keys/operator:3" }), "GetParameter", 0),
            (json!({ "name": "/riposte-keys/log-watch:3" }), "GetParameterHistory", 1),
            (
                json!({ "name": "arn:aws:ssm:eu-west-1:111122223333:parameter/riposte-keys/log-watch" }),
                "GetParameter",
                1,
            ),
            (json!({ "path": "/riposte-keys" }), "GetParametersByPath", 1),
            (json!({ "path": "/riposte-keys/" }), "GetParametersByPath", 1),
            (json!({ "path": "/riposte/" }), "GetParametersByPath", 0),
        ] {
            assert_eq!(found("admin", &request, name), found_keys, "{request}");
        }
    }
}
