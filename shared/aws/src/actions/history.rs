//! What stood before an event, where neither the event nor the live state says it: CloudTrail's history of the last 90
//! days.

use serde_json::{Value, json};

use super::Site;
use crate::fault::Fault;

/// How many pages of fifty events are looked at: CloudTrail answers two of these calls a second.
const PAGES: usize = 10;

/// The records of the calls of this name that went well, the newest first, up to the time `before`, where one is given.
///
/// # Errors
/// AWS's refusal, or no answer. A record that is no JSON is left out.
pub(super) async fn calls(site: &Site<'_>, name: &str, before: Option<&str>) -> Result<Vec<Value>, Fault> {
    let attribute = json!([{ "AttributeKey": "EventName", "AttributeValue": name }]);
    let mut parameters = json!({ "LookupAttributes": attribute, "MaxResults": 50 });
    let add = |parameters: &mut Value, name: &str, value: &str| {
        if let Some(map) = parameters.as_object_mut() {
            map.insert(name.to_owned(), Value::from(value));
        }
    };
    if let Some(before) = before {
        add(&mut parameters, "EndTime", before);
    }
    let mut records = Vec::new();
    for _ in 0..PAGES {
        let page = site.get("cloudtrail:LookupEvents", parameters.clone()).await?;
        let events = page.get("Events").and_then(Value::as_array).into_iter().flatten();
        let texts = events.filter_map(|event| event.get("CloudTrailEvent")?.as_str());
        let read = texts.filter_map(|text| serde_json::from_str::<Value>(text).ok());
        records.extend(read.filter(|record| record.get("errorCode").is_none_or(Value::is_null)));
        match page.get("NextToken").and_then(Value::as_str).filter(|token| !token.is_empty()) {
            Some(token) => add(&mut parameters, "NextToken", token),
            None => break,
        }
    }
    Ok(records)
}
