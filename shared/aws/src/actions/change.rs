//! Each IAM change as the call that makes it. The verb is the same for users, roles and groups; the
//! API has an operation for each.

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::RequestId;
use aws_sdk_iam::types::StatusType;
use riposte_core::finding::IamPrincipal;
use riposte_core::guardrail::{Approved, Undo};
use riposte_core::plan::{Change, KeyStatus, Plan};

use super::Boxed;
use crate::fault::Fault;

/// Sends a built request and returns its request id.
macro_rules! send {
    ($call:literal, $request:expr) => {{
        let answer = $request.send().await.map_err(Fault::of($call))?;
        Ok(answer.request_id().unwrap_or_default().to_owned())
    }};
}

/// Makes an IAM change and returns the request id of the call.
async fn make(iam: &Client, change: &Change) -> Result<String, Fault> {
    use IamPrincipal::{Group, Role, User};
    match change {
        Change::DetachPolicy { principal, policy_arn: arn } => match principal {
            User(name) => send!("iam:DetachUserPolicy", iam.detach_user_policy().user_name(name).policy_arn(arn)),
            Role(name) => send!("iam:DetachRolePolicy", iam.detach_role_policy().role_name(name).policy_arn(arn)),
            Group(name) => send!("iam:DetachGroupPolicy", iam.detach_group_policy().group_name(name).policy_arn(arn)),
        },
        Change::AttachPolicy { principal, policy_arn: arn } => match principal {
            User(name) => send!("iam:AttachUserPolicy", iam.attach_user_policy().user_name(name).policy_arn(arn)),
            Role(name) => send!("iam:AttachRolePolicy", iam.attach_role_policy().role_name(name).policy_arn(arn)),
            Group(name) => send!("iam:AttachGroupPolicy", iam.attach_group_policy().group_name(name).policy_arn(arn)),
        },
        Change::DeletePolicy { principal, policy_name } => match principal {
            User(name) => {
                send!("iam:DeleteUserPolicy", iam.delete_user_policy().user_name(name).policy_name(policy_name))
            }
            Role(name) => {
                send!("iam:DeleteRolePolicy", iam.delete_role_policy().role_name(name).policy_name(policy_name))
            }
            Group(name) => {
                send!("iam:DeleteGroupPolicy", iam.delete_group_policy().group_name(name).policy_name(policy_name))
            }
        },
        Change::PutPolicy { principal, policy_name: policy, document } => match principal {
            User(name) => send!(
                "iam:PutUserPolicy",
                iam.put_user_policy().user_name(name).policy_name(policy).policy_document(document)
            ),
            Role(name) => send!(
                "iam:PutRolePolicy",
                iam.put_role_policy().role_name(name).policy_name(policy).policy_document(document)
            ),
            Group(name) => send!(
                "iam:PutGroupPolicy",
                iam.put_group_policy().group_name(name).policy_name(policy).policy_document(document)
            ),
        },
        Change::SetKeyStatus { user_name, access_key_id, status } => {
            let status = match status {
                KeyStatus::Active => StatusType::Active,
                KeyStatus::Inactive => StatusType::Inactive,
            };
            send!(
                "iam:UpdateAccessKey",
                iam.update_access_key().user_name(user_name).access_key_id(access_key_id).status(status)
            )
        }
        Change::RevokeIngress { .. }
        | Change::AuthorizeIngress { .. }
        | Change::CreateDenyEntry { .. }
        | Change::DeleteDenyEntry { .. } => Err(Fault::refused("iam", "this is not a change of IAM")),
    }
}

/// Makes a plan's changes.
pub(super) fn apply(iam: Client, plan: &Approved<Plan>) -> Boxed<'_, Result<(), Fault>> {
    Box::pin(async move { make_all(&iam, &plan.get().changes, &mut Vec::new()).await })
}

/// Makes a plan's undo changes, and adds the request id of each call to `made`. Each of them changes
/// nothing where it was made already, so an interrupted undo can run again.
pub(super) fn undo<'a>(
    iam: Client,
    undo: &'a Approved<Undo>,
    made: &'a mut Vec<String>,
) -> Boxed<'a, Result<(), Fault>> {
    Box::pin(async move { make_all(&iam, &undo.get().0.undo, made).await })
}

async fn make_all(iam: &Client, changes: &[Change], made: &mut Vec<String>) -> Result<(), Fault> {
    for change in changes {
        made.push(make(iam, change).await?);
    }
    Ok(())
}
