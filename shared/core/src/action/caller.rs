//! Who made a call, as what can be stopped: a user by denying it everything, a role by revoking its sessions.

use super::{DenyPrincipal, Response, RevokeSessions};
use crate::event::ApiCall;
use crate::finding::IamPrincipal;

/// What would stop whoever made the call: of a user all that it may do, of a role the sessions of that time, of a
/// federated user what made its session. `None` for the root user, for services, and for who is of another account.
pub(crate) fn against(call: &ApiCall) -> Option<Response> {
    let account = call.account()?;
    match principal(call.actor().principal_arn()?, &account)? {
        IamPrincipal::Role(role_name) => {
            let before = call.event_time()?.to_owned();
            Some(RevokeSessions { role_name, before }.into())
        }
        principal => Some(DenyPrincipal { principal }.into()),
    }
}

/// The user or the role of an ARN (`…:user/PATH/NAME`, `…:role/PATH/NAME`, `…:assumed-role/NAME/SESSION`), where it is
/// of this account.
pub(super) fn principal(arn: &str, account: &str) -> Option<IamPrincipal> {
    let mut parts = arn.splitn(6, ':').skip(4);
    let (owner, resource) = (parts.next()?, parts.next()?);
    let (kind, rest) = resource.split_once('/')?;
    let name = match kind {
        "user" | "role" => rest.rsplit('/').next()?,
        "assumed-role" => rest.split('/').next()?,
        _ => return None,
    };
    let made = if kind == "user" { IamPrincipal::User } else { IamPrincipal::Role };
    (arn.starts_with("arn:") && owner == account && !name.is_empty()).then(|| made(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_roles_of_the_account_are_known_by_their_arns() {
        let of = |arn: &str| principal(arn, "111122223333").map(|principal| principal.to_string());
        for (arn, want) in [
            ("arn:aws:iam::111122223333:user/eve", Some("user/eve")),
            ("arn:aws:iam::111122223333:user/staff/eve", Some("user/eve")),
            ("arn:aws:iam::111122223333:role/ops/app", Some("role/app")),
            ("arn:aws-cn:sts::111122223333:assumed-role/app/i-1", Some("role/app")),
            ("arn:aws:iam::444455556666:user/eve", None),
            ("arn:aws:iam::111122223333:root", None),
            ("arn:aws:sts::111122223333:federated-user/eve", None),
            ("arn:aws:iam::111122223333:user/", None),
            ("eve", None),
        ] {
            assert_eq!(of(arn).as_deref(), want, "{arn}");
        }
    }
}
