//! From the action that a rule names to what exactly it asks for.
//!
//! A rule says where its target stands; the rest is read from the same event. Where that is not there,
//! the finding stands without a response: it is told, and nothing is guessed.

use super::{Record, text_at};
use crate::detect::fields::principal;
use crate::event::ApiCall;
use crate::finding::Target;
use crate::net::ingress::{self, GroupRef};
use crate::plan::{ActionId, Response};

/// The response: `path` is where the target stands, `target` what stands there.
pub(super) fn response(
    action: ActionId,
    path: &str,
    target: &str,
    call: &ApiCall,
    event: &Record<'_>,
) -> Option<Response> {
    match action {
        // The user stands beside the key.
        ActionId::DeactivateAccessKey => {
            let (parent, _) = path.rsplit_once('.')?;
            let user_name = text_at(event, &format!("{parent}.userName"))?;
            Some(Response::DeactivateAccessKey { user_name, access_key_id: target.to_owned() })
        }
        ActionId::DetachManagedPolicy => {
            Some(Response::DetachManagedPolicy { principal: principal(call).ok()?, policy_arn: target.to_owned() })
        }
        ActionId::DeleteInlinePolicy => {
            Some(Response::DeleteInlinePolicy { principal: principal(call).ok()?, policy_name: target.to_owned() })
        }
        // All rules that the call added.
        ActionId::RevokeIngress => {
            let write = ingress::authorized(call).ok()?;
            match write.group {
                GroupRef::Id(group_id) => Some(Response::RevokeIngress { group_id, rules: write.rules }),
                _ => None,
            }
        }
        // Answers log lines, which have the address and the host.
        ActionId::DenySource => None,
    }
}

/// The target that a response changes.
pub(super) fn target(response: &Response) -> Target {
    match response.clone() {
        Response::RevokeIngress { group_id, .. } => Target::SecurityGroup { group_id },
        Response::DetachManagedPolicy { principal, policy_arn } => Target::AttachedPolicy { principal, policy_arn },
        Response::DeleteInlinePolicy { principal, policy_name } => Target::InlinePolicy { principal, policy_name },
        Response::DeactivateAccessKey { user_name, access_key_id } => Target::AccessKey { user_name, access_key_id },
        Response::DenySource { address, group, stream } => Target::Source { address, group, stream },
    }
}
