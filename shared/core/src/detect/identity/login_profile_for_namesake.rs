//! `login-profile-for-namesake`: a console password set by a role session that bears the user's name.

use super::caller::other_user;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct LoginProfileForNamesake;

const META: Meta = Meta {
    id: "login-profile-for-namesake",
    title: "Console password set by a role session of the same name",
    domain: Domain::Identity,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    technique: &["T1098.001", "T1078.004"],
    events: Events::Calls(&[
        EventName { source: "iam.amazonaws.com", name: "CreateLoginProfile" },
        EventName { source: "iam.amazonaws.com", name: "UpdateLoginProfile" },
    ]),
    prose: page(
        "\
## What it does
Fires when a session of a role sets the console password of an IAM user whose name is the session's own: session
`alice` of some role, user `alice`. Where an identity provider names the sessions it is most likely the same
person; where the role is assumed by an API call the caller chooses the name, so that it proves nothing.

Sessions of any other name are `login-profile-for-another`. A user who changes its own password does not match.

## Why is this bad?
An intruder who knows that self-service is let through names the session after the victim. The password then opens
the console as that user, and locks the user out.

## False positives
People who come through a federation and keep an IAM user of their own.

## References
- <https://attack.mitre.org/techniques/T1098/001/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_rolesessionname>
",
    ),
    ..Meta::PLAIN
};

impl Detector for LoginProfileForNamesake {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(user) = other_user(call)?.filter(|user| user.namesake) else { return Ok(Vec::new()) };
        let actor = call.actor();
        let why = format!(
            "`{}` by `{}` set the console password of the user whose name the session bears, `{}`",
            call.event_name(),
            actor.label(),
            user.name
        );
        let target = Target::Resource { service: "iam".to_owned(), id: format!("user/{}", user.name) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
