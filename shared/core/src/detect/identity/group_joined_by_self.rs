//! `group-joined-by-self`: a user that put itself into a group.

use super::caller::own_user;
use crate::action::{ActionId, RemoveFromGroup};
use crate::detect::fields::required;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct GroupJoinedBySelf;

const META: Meta = Meta {
    id: "group-joined-by-self",
    title: "User put itself into a group",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1098.007"],
    actions: &[ActionId::RemoveFromGroup],
    events: Events::Calls(&[EventName { source: "iam.amazonaws.com", name: "AddUserToGroup" }]),
    prose: page(
        "\
## What it does
Fires when an IAM user adds itself to a group. Names are compared without case.

A user that adds somebody else, and a role or the root user that adds anybody, do not match and are recorded by
`user-added-to-group`. What the group may do is not known to the event.

## Why is this bad?
Whoever can put itself into any group has the permissions of every group, the administrators' among them: one of
the published ways to more. People are put into groups by others.

## False positives
An administrator who gives itself another duty by group.

## References
- <https://attack.mitre.org/techniques/T1098/007/>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html>
- <https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/>
",
    ),
    ..Meta::PLAIN
};

impl Detector for GroupJoinedBySelf {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (user, group) = (required(call, "userName")?, required(call, "groupName")?);
        let actor = call.actor();
        if !own_user(call, &actor)?.is_some_and(|own| own.eq_ignore_ascii_case(user)) {
            return Ok(Vec::new());
        }
        let why = format!("`{}`: the user `{user}` put itself into the group `{group}`", call.event_name());
        let target = Target::Resource { service: "iam".to_owned(), id: format!("user/{user}") };
        let response = RemoveFromGroup { user_name: user.to_owned(), group_name: group.to_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(Some(response))])
    }
}
