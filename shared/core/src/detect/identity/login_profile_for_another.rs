//! `login-profile-for-another`: a console password set for a user other than the caller.

use super::caller::other_user;
use crate::action::{ActionId, DenyPrincipal};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, IamPrincipal, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct LoginProfileForAnother;

const META: Meta = Meta {
    id: "login-profile-for-another",
    title: "Console password set for another user",
    domain: Domain::Identity,
    severity: Severity::High,
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
Fires when `CreateLoginProfile` gives a console password to a user other than the one who called, or
`UpdateLoginProfile` changes that of another user. For the root user and for roles every user is another one,
except where a role's session bears that user's name: this is `login-profile-for-namesake`.

A user who changes its own password by `ChangePassword` does not match; one that gives itself a password without knowing an
old one is `login-profile-for-self`.

## Why is this bad?
Whoever sets a user's password can sign in as that user, with its permissions and under its name. A user that had
no password, made for a program, gets one this way and with it the console; a user that had one is locked out.
Where the user may do more than the caller this is an escalation in one call.

## False positives
Administrators who make users or help with lost passwords. Prefer IAM Identity Center for people; name the
pipelines that make users as protected principals.

## References
- <https://attack.mitre.org/techniques/T1098/001/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-create-user-login-profile/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_admin-change-user.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for LoginProfileForAnother {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(user) = other_user(call)?.filter(|user| !user.namesake) else { return Ok(Vec::new()) };
        let actor = call.actor();
        let why = format!(
            "`{}` by `{}` set the console password of another user, `{}`",
            call.event_name(),
            actor.label(),
            user.name
        );
        let target = Target::Resource { service: "iam".to_owned(), id: format!("user/{}", user.name) };
        let response = DenyPrincipal { principal: IamPrincipal::User(user.name.to_string()) };
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(Some(response))])
    }
}
