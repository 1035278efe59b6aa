//! `login-profile-for-self`: a user that gave itself a console password without knowing an old one.

use serde_json::Value;

use super::caller::own_user;
use crate::action::{ActionId, DenyPrincipal};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, IamPrincipal, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct LoginProfileForSelf;

const META: Meta = Meta {
    id: "login-profile-for-self",
    title: "User gave itself a console password",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1098.001", "T1078.004"],
    actions: &[ActionId::DenyPrincipal],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "CreateLoginProfile" },
        EventName { source: "iam.amazonaws.com", name: "UpdateLoginProfile" },
    ]),
    prose: page(
        "\
## What it does
Fires when an IAM user makes a console password for itself, or sets itself another one by `UpdateLoginProfile` with
its long-lived access key: a call that does not ask for the old password.

A user who changes its password by `ChangePassword`, or in the console, does not match. Another user's password is
`login-profile-for-another`, and root's is `root-login-profile-created`.

## Why is this bad?
Whoever finds an access key has a program's way in. With a password of the same user it has the console as well, and
goes on when the key is deactivated. A user who never had a password, or has forgotten it, asks an administrator.

## False positives
An administrator without a console password who sets one up for itself on the command line.

## References
- <https://attack.mitre.org/techniques/T1098/001/>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for LoginProfileForSelf {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let actor = call.actor();
        let Some(own) = own_user(call, &actor)? else { return Ok(Vec::new()) };
        let named = call.request("userName").and_then(Value::as_str);
        if !named.is_none_or(|name| own.eq_ignore_ascii_case(name)) {
            return Ok(Vec::new());
        }
        // In the console an administrator may come past itself in the list of users.
        let by_key = actor.access_key_id.as_deref().is_some_and(|key| key.starts_with("AKIA"));
        if call.event_name() == "UpdateLoginProfile" && !by_key {
            return Ok(Vec::new());
        }
        let why = format!("`{}`: the user `{own}` gave itself a console password", call.event_name());
        let target = Target::Resource { service: "iam".to_owned(), id: format!("user/{own}") };
        let response = DenyPrincipal { principal: IamPrincipal::User(own.to_owned()) };
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(Some(response))])
    }
}
