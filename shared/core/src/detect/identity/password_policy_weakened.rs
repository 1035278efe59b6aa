//! `password-policy-weakened`: the account's rules for passwords made too weak, or removed.

use serde_json::Value;

use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct PasswordPolicyWeakened;

const META: Meta = Meta {
    id: "password-policy-weakened",
    title: "Password policy weakened or removed",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1556", "T1098"],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "UpdateAccountPasswordPolicy" },
        EventName { source: "iam.amazonaws.com", name: "DeleteAccountPasswordPolicy" },
    ]),
    prose: page(
        "\
## What it does
Fires when the account's password policy is deleted, or is set so that it lets weak passwords through: shorter than
8 characters, or shorter than 14 while fewer than three of the four kinds of characters are asked for. What the call
leaves out has its default, since IAM resets it: 6 characters and no kinds.

A policy of 14 and more characters, or of 8 with three kinds, does not match, whatever it says of age and reuse. What the
policy was before is not known to the event.

## Why is this bad?
It is done to set a short password that a tool or a person can guess or remember, or by accident with a call that
names one setting and so resets all the others. Every password set from then on may be weak.

## False positives
Accounts without console users, where the policy does not matter.

## References
- <https://attack.mitre.org/techniques/T1556/>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html>
",
    ),
    ..Meta::PLAIN
};

/// IAM's own, where the call names none.
const DEFAULT_LENGTH: u64 = 6;
/// Too short, whatever else is asked for.
const SHORT: u64 = 8;
/// Long enough, whatever else is not.
const LONG: u64 = 14;

impl Detector for PasswordPolicyWeakened {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let lets_through = if call.event_name() == "DeleteAccountPasswordPolicy" {
            "is gone, and with it everything that it asked for".to_owned()
        } else {
            let length = call.request("minimumPasswordLength").and_then(number).unwrap_or(DEFAULT_LENGTH);
            let kinds = ["Symbols", "Numbers", "UppercaseCharacters", "LowercaseCharacters"]
                .into_iter()
                .filter(|kind| call.request(&format!("require{kind}")).is_some_and(is_true))
                .count();
            if length >= LONG || (length >= SHORT && kinds >= 3) {
                return Ok(Vec::new());
            }
            format!("now accepts passwords of {length} characters with {kinds} of 4 kinds asked for")
        };
        let account = call.account().unwrap_or_default();
        let why = format!("`{}`: the password policy of the account {lets_through}", call.event_name());
        let target = Target::Resource { service: "iam".to_owned(), id: format!("password-policy/{account}") };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}

/// Numbers stand as strings in some records.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}
