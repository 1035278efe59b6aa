//! Who a principal is, whatever it is called: IAM gives each an id that no later one of the same name has.

use serde_json::{Value, json};

use super::Site;
use crate::fault::Fault;

/// The id in IAM's description of a principal.
pub(super) fn of(described: &Value) -> Option<String> {
    let id = ["/User/UserId", "/Role/RoleId", "/Group/GroupId"].iter().find_map(|path| described.pointer(path));
    id.and_then(Value::as_str).map(str::to_owned)
}

/// The id of the principal that has this ARN now; `None` where the ARN is of something else, or nobody has it.
///
/// # Errors
/// Where IAM does not say.
pub(crate) async fn now(site: &Site<'_>, arn: &str) -> Result<Option<String>, Fault> {
    let (Some("iam"), Some(resource)) = (arn.split(':').nth(2), arn.splitn(6, ':').nth(5)) else { return Ok(None) };
    // What stands between the kind and the name is a path.
    let (kind, name) =
        (resource.split('/').next().unwrap_or_default(), resource.rsplit('/').next().unwrap_or_default());
    let (call, parameters) = match kind {
        "user" => ("iam:GetUser", json!({ "UserName": name })),
        "role" => ("iam:GetRole", json!({ "RoleName": name })),
        "group" => ("iam:GetGroup", json!({ "GroupName": name, "MaxItems": 1 })),
        _ => return Ok(None),
    };
    Ok(site.find(call, parameters).await?.as_ref().and_then(of))
}
