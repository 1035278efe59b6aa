//! Fields of a call that a detector cannot do without, and the errors about them.

use std::borrow::Cow;

use serde_json::Value;

use super::DetectError;
use crate::event::ApiCall;
use crate::finding::IamPrincipal;
use crate::text::plain;

/// The principal whose policies the call changes: the request names it by `userName`, `roleName` or
/// `groupName`, after the kind of call.
pub(crate) fn principal(call: &ApiCall) -> Result<IamPrincipal, DetectError> {
    let name = call.event_name();
    let (field, of): (_, fn(String) -> IamPrincipal) = if name.ends_with("UserPolicy") {
        ("userName", IamPrincipal::User)
    } else if name.ends_with("RolePolicy") {
        ("roleName", IamPrincipal::Role)
    } else {
        ("groupName", IamPrincipal::Group)
    };
    required(call, field).map(|name| of(name.to_owned()))
}

/// A string of the request that the call cannot be without.
pub(super) fn required<'a>(call: &'a ApiCall, field: &str) -> Result<&'a str, DetectError> {
    let text = call.request_text(field).filter(|text| !text.is_empty());
    text.ok_or_else(|| field_error(call, &format!("requestParameters.{field}"), "is missing or no string"))
}

/// The partition and the account that the event is of.
pub(super) fn home(call: &ApiCall) -> Result<(&'static str, Cow<'_, str>), DetectError> {
    let account = call.account().ok_or_else(|| field_error(call, "recipientAccountId", "is missing"))?;
    Ok((call.partition(), account))
}

/// A number, which some services write as a string.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Whether CloudTrail left the request out of the record since it was too large. It writes a flag, or its name as a
/// text, where the parameters would stand.
pub(super) fn request_omitted(call: &ApiCall) -> bool {
    match call.request("omitted") {
        Some(Value::Bool(omitted)) => *omitted,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// A part of the event that cannot be judged.
pub(super) fn field_error(call: &ApiCall, field: &str, wrong: impl Into<String>) -> DetectError {
    let event_id = plain(call.event_id().unwrap_or("(no id)"), 80);
    DetectError::Field { event_id, field: field.to_owned(), wrong: wrong.into() }
}
