//! Whether a call that names a user is about the caller itself.

use serde_json::Value;

use crate::detect::fields::{field_error, principal};
use crate::detect::{Claim, DetectError};
use crate::event::{Actor, ApiCall};
use crate::finding::{IamPrincipal, Target};
use crate::text::plain;

/// A user that a call names and that is not the one who called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Other<'a> {
    /// As the request spells it.
    pub(super) name: &'a str,
    /// Whether the caller is a session of a role whose name is that user's. Such a name proves nothing:
    /// whoever assumes a role by an API call chooses it. But where an identity provider sets it, it is the
    /// same person.
    pub(super) namesake: bool,
}

/// The user in `requestParameters.userName`, unless it is the caller. A request that names nobody is about
/// the caller. For the root user and for roles every user is another one. Names are compared without case,
/// since IAM allows no two users that differ only in case.
pub(super) fn other_user(call: &ApiCall) -> Result<Option<Other<'_>>, DetectError> {
    let name = match call.request("userName") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(name)) => name.as_str(),
        Some(_) => return Err(field_error(call, "requestParameters.userName", "is no string")),
    };
    let actor = call.actor();
    if own_user(call, &actor)?.is_some_and(|own| own.eq_ignore_ascii_case(name)) {
        return Ok(None);
    }
    Ok(Some(Other { name, namesake: session_name(&actor).is_some_and(|own| own.eq_ignore_ascii_case(name)) }))
}

/// The claim that a call did something, such as `made a credential of another user`, to a user who is not the caller.
pub(super) fn about_other_user(call: &ApiCall, did: &str) -> Result<Vec<Claim>, DetectError> {
    let Some(user) = other_user(call)? else { return Ok(Vec::new()) };
    let why = format!("`{}` by `{}` {did}, `{}`", call.event_name(), call.actor().label(), user.name);
    let target = Target::Resource { service: "iam".to_owned(), id: format!("user/{}", user.name) };
    Ok(vec![Claim::of(target, plain(&why, 600))])
}

/// The IAM user that made the call; `None` for every other kind of caller, which has no credentials of its
/// own.
pub(super) fn own_user<'a>(call: &ApiCall, actor: &'a Actor) -> Result<Option<&'a str>, DetectError> {
    match actor.kind.as_deref() {
        None => Err(field_error(call, "userIdentity.type", "is missing")),
        Some("IAMUser") => {
            let of_arn = || actor.arn.as_deref()?.rsplit_once('/').map(|(_, name)| name);
            let name = actor.name.as_deref().or_else(of_arn);
            name.map(Some).ok_or_else(|| field_error(call, "userIdentity.userName", "is missing"))
        }
        Some(_) => Ok(None),
    }
}

/// The role whose session made the call.
pub(super) fn own_role(actor: &Actor) -> Option<&str> {
    let role = actor.role_arn.as_deref().filter(|_| actor.kind.as_deref() == Some("AssumedRole"))?;
    role.rsplit_once('/').map(|(_, name)| name)
}

/// The user or role whose policies a call changes, where it is the one that made the call.
pub(super) fn own_principal(call: &ApiCall) -> Result<Option<IamPrincipal>, DetectError> {
    let holder = principal(call)?;
    let actor = call.actor();
    let own = match &holder {
        IamPrincipal::Role(_) => own_role(&actor),
        _ => own_user(call, &actor)?,
    };
    let same = own.is_some_and(|own| own.eq_ignore_ascii_case(holder.name()));
    Ok(same.then_some(holder))
}

/// Whether IAM Identity Center made the call for itself, as it does when it writes a permission set into an account.
/// Nobody else can act under that role. What was assigned to whom is told where it was done.
pub(super) fn is_identity_center(call: &ApiCall) -> bool {
    call.actor().role_arn.is_some_and(|role| role.contains(":role/aws-service-role/sso.amazonaws.com/"))
}

fn session_name(actor: &Actor) -> Option<&str> {
    let arn = actor.arn.as_deref().filter(|_| actor.kind.as_deref() == Some("AssumedRole"))?;
    arn.rsplit_once('/').map(|(_, name)| name)
}
