//! Whom a permission on a Lambda function lets in, shared by the detectors of opened functions.
//!
//! `AddPermission` takes the parts of a statement one by one. They are put together as AWS does and
//! judged as any other resource policy, so that `sourceArn`, `sourceAccount` and `principalOrgID` narrow
//! a grant as their conditions do.

use serde_json::{Map, Value, json};

use crate::action::RemovePermission;
use crate::detect::fields::{field_error, home, required};
use crate::detect::{DetectError, EventName, Facts};
use crate::event::ApiCall;
use crate::iam::{Home, OutsideGrant, Policy};
use crate::text::plain;

const LAMBDA: &str = "lambda.amazonaws.com";

/// The calls that add a permission.
pub(super) const EVENTS: &[EventName] = &[
    EventName { source: LAMBDA, name: "AddPermission" },
    EventName { source: LAMBDA, name: "AddPermission20150331" },
    EventName { source: LAMBDA, name: "AddPermission20150331v2" },
];

/// The function, and whom the call lets in from outside.
pub(super) fn outside_grants(call: &ApiCall, facts: &Facts) -> Result<(String, Vec<OutsideGrant>), DetectError> {
    let function = required(call, "functionName")?;
    let policy = Policy::from_value(&json!({ "Statement": [statement(call)?] }))
        .map_err(|error| DetectError::Policy { policy: plain(function, 200), wrong: error.to_string() })?;
    let (partition, account) = home(call)?;
    let mut grants = policy.outside_grants(&Home { partition, account: &account });
    grants.retain(|grant| !facts.trusted.holds_outsider(&grant.who));
    Ok((function.to_owned(), grants))
}

/// What takes the statement out again that a call added.
pub(super) fn response(call: &ApiCall) -> Option<RemovePermission> {
    let (function, id) = (call.request_text("functionName")?, call.request_text("statementId")?);
    RemovePermission::of(function, call.request_text("qualifier"), id).filter(|_| !call.failed())
}

fn statement(call: &ApiCall) -> Result<Value, DetectError> {
    let principal = match call.request("principal") {
        Some(Value::String(text)) if !text.is_empty() => text.as_str(),
        _ => return Err(field_error(call, "requestParameters.principal", "is missing or no string")),
    };
    let kind = if principal.contains('.') && !principal.starts_with("arn:") { "Service" } else { "AWS" };
    let mut conditions = Map::new();
    for (operator, key, field) in [
        ("StringEquals", "aws:SourceAccount", "sourceAccount"),
        ("ArnLike", "aws:SourceArn", "sourceArn"),
        ("StringLike", "aws:PrincipalOrgID", "principalOrgID"),
        ("StringEqualsIgnoreCase", "lambda:EventSourceToken", "eventSourceToken"),
    ] {
        if let Some(value) = call.request_text(field).filter(|value| !value.is_empty()) {
            conditions.insert(operator.to_owned(), json!({ key: value }));
        }
    }
    Ok(json!({
        "Effect": "Allow",
        "Principal": if principal == "*" { json!("*") } else { json!({ kind: principal }) },
        "Action": call.request_text("action").unwrap_or("lambda:InvokeFunction"),
        "Resource": "*",
        "Condition": conditions,
    }))
}
