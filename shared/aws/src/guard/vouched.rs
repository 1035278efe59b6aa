//! Whether CloudTrail knows an event that EventBridge did not deliver: a dead letter that was moved back, or whatever
//! somebody says who may invoke the function.

use riposte_core::event::{ApiCall, Scope};
use serde_json::{Value, json};

use crate::api::{Api, Call};
use crate::fault::Fault;

/// What must be the same in CloudTrail's own record.
const FIELDS: [&str; 8] = [
    "eventSource",
    "eventName",
    "eventTime",
    "awsRegion",
    "errorCode",
    "userIdentity",
    "requestParameters",
    "responseElements",
];

/// Whether CloudTrail has recorded this call, as it is told here. A call of the last minutes it may not show yet.
pub(super) async fn by_cloudtrail(api: &dyn Api, call: &ApiCall, scope: &Scope) -> Result<bool, Fault> {
    let attribute = json!({ "AttributeKey": "EventId", "AttributeValue": scope.event_id });
    let parameters = json!({ "LookupAttributes": [attribute], "MaxResults": 1 });
    let answer = api.send(&Call::new("cloudtrail:LookupEvents", &scope.region, parameters)).await?;
    let recorded = answer.body.pointer("/Events/0/CloudTrailEvent").and_then(Value::as_str).unwrap_or("null");
    let recorded: Value = serde_json::from_str(recorded)
        .map_err(|error| Fault::refused("cloudtrail:LookupEvents", format!("a record that is not JSON: {error}")))?;
    let told = call.record();
    let part = |record: &Value, name: &str| record.get(name).filter(|value| !value.is_null()).cloned();
    let same = FIELDS.iter().all(|name| part(told, name) == part(&recorded, name));
    Ok(same && recorded.get("eventID").and_then(Value::as_str) == Some(scope.event_id.as_str()))
}
