//! Whose behavior a call shows.

use crate::event::{Actor, ApiCall};

/// The principal of a call, as the history names it. `None` for AWS's services and the roles that are made for them:
/// they are no principals, and what they do follows somebody else's wish.
pub(super) fn principal(call: &ApiCall, actor: &Actor) -> Option<String> {
    if call.by_service() {
        return None;
    }
    let kind = actor.kind.as_deref();
    if kind == Some("AWSService") || actor.role_arn.as_deref().is_some_and(is_service_linked) {
        return None;
    }
    // Other names than these do not tell who it is: whoever fails to sign in chooses one.
    let person = actor.name.as_deref().filter(|_| matches!(kind, Some("IdentityCenterUser" | "IAMUser")));
    let text = actor.principal_arn().or(person).or(actor.access_key_id.as_deref())?;
    // Attackers choose session names and not the names of principals, but a record's key stays small all the same.
    Some(text.chars().take(256).collect())
}

/// A role that only an AWS service can take.
fn is_service_linked(arn: &str) -> bool {
    arn.contains(":role/aws-service-role/")
}

/// Whether it is a person, as far as the identity tells: a user, root, or a session of IAM Identity Center.
pub(super) fn is_person(actor: &Actor) -> bool {
    matches!(actor.kind.as_deref(), Some("IAMUser" | "Root" | "IdentityCenterUser"))
        || actor.role_arn.as_deref().is_some_and(|arn| arn.contains("/AWSReservedSSO_"))
}
