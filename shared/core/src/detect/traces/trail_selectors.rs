//! What of the management events a trail records, read from its selectors.
//!
//! The older selectors say it in four fields, the advanced ones by conditions; both add up, so a trail is
//! complete when some selector takes in all reads and some takes in all writes.

use serde_json::Value;

use crate::event::ApiCall;

/// What the selectors of one call add up to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    /// Whether any selector takes in management events that read.
    pub(super) reads: bool,
    /// Whether any takes in those that write.
    pub(super) writes: bool,
    /// Whether data events of some resource are taken in.
    pub(super) data: bool,
    /// What every selector of management events leaves out, or the one that takes in data events.
    pub(super) leaves_out: Vec<String>,
}

/// One selector.
#[derive(Debug, Default)]
struct Selector {
    management: bool,
    reads: bool,
    writes: bool,
    data: bool,
    leaves_out: Vec<String>,
}

/// The coverage that a call sets; `None` where it names no selectors.
pub(super) fn coverage(call: &ApiCall) -> Option<Coverage> {
    let list = |key: &str| call.request(key).and_then(Value::as_array);
    let selectors: Vec<_> = match (list("eventSelectors"), list("advancedEventSelectors")) {
        (Some(simple), None) => simple.iter().map(simple_selector).collect(),
        (None, Some(advanced)) => advanced.iter().map(advanced_selector).collect(),
        (Some(simple), Some(advanced)) => {
            simple.iter().map(simple_selector).chain(advanced.iter().map(advanced_selector)).collect()
        }
        (None, None) => return None,
    };
    let complete = |takes: fn(&Selector) -> bool| selectors.iter().any(|s| takes(s) && s.leaves_out.is_empty());
    let whole = complete(|s| s.management && s.reads) && complete(|s| s.management && s.writes);
    let partial = selectors.iter().filter(|s| s.data || (s.management && !whole));
    let mut leaves_out: Vec<_> = partial.flat_map(|s| s.leaves_out.clone()).collect();
    leaves_out.sort();
    leaves_out.dedup();
    Some(Coverage {
        reads: selectors.iter().any(|s| s.management && s.reads),
        writes: selectors.iter().any(|s| s.management && s.writes),
        data: selectors.iter().any(|s| s.data),
        leaves_out,
    })
}

fn texts<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A selector of the older kind. Its defaults are AWS's: management events are in, reads and writes.
fn simple_selector(selector: &Value) -> Selector {
    let management = selector.get("includeManagementEvents").and_then(Value::as_bool).unwrap_or(true);
    let kind = selector.get("readWriteType").and_then(Value::as_str).unwrap_or("All");
    let resources = selector.get("dataResources").and_then(Value::as_array);
    // A resource type without values takes in nothing.
    let data = resources.into_iter().flatten().any(|resource| texts(resource, "values").next().is_some());
    let excluded = texts(selector, "excludeManagementEventSources").map(|source| format!("`{source}`"));
    let leaves_out = if management { excluded.collect() } else { Vec::new() };
    Selector { management, reads: kind != "WriteOnly", writes: kind != "ReadOnly", data, leaves_out }
}

/// A selector of conditions, all of which must hold.
fn advanced_selector(selector: &Value) -> Selector {
    let conditions = selector.get("fieldSelectors").and_then(Value::as_array);
    let mut found = Selector { reads: true, writes: true, ..Selector::default() };
    for condition in conditions.into_iter().flatten() {
        match condition.get("field").and_then(Value::as_str).unwrap_or_default() {
            "eventCategory" => {
                found.management = texts(condition, "equals").any(|category| category == "Management");
                found.data = texts(condition, "equals").any(|category| category == "Data");
            }
            "readOnly" => {
                found.reads = texts(condition, "equals").any(|value| value == "true");
                found.writes = texts(condition, "equals").any(|value| value == "false");
            }
            // Which data events are of interest is everybody's own choice.
            field if field.starts_with("resources.") => {}
            field => found.leaves_out.extend(limits(field, condition)),
        }
    }
    if found.data {
        // To choose calls among data events is ordinary; to leave out a principal's is not.
        found.leaves_out.retain(|limit| limit.contains("userIdentity"));
    }
    found
}

/// The limits that a condition sets on a field.
fn limits(field: &str, condition: &Value) -> Vec<String> {
    let operators = ["equals", "startsWith", "endsWith", "notEquals", "notStartsWith", "notEndsWith"];
    let limit = |operator: &&str| {
        let values: Vec<_> = texts(condition, operator).collect();
        // "Only if it begins with nothing" is no limit.
        let empty = values.is_empty() || (!operator.starts_with("not") && values.contains(&""));
        (!empty).then(|| format!("`{field}` {operator} `{}`", values.join("`, `")))
    };
    operators.iter().filter_map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(request: Value) -> Option<Coverage> {
        let record = [("requestParameters".to_owned(), request)].into_iter().collect();
        coverage(&ApiCall::new(record, None, None))
    }

    /// `(reads, writes, data, what is left out)`
    fn told(request: Value) -> (bool, bool, bool, usize) {
        let Coverage { reads, writes, data, leaves_out } = of(request).unwrap();
        (reads, writes, data, leaves_out.len())
    }

    #[test]
    fn the_older_selectors_add_up_and_have_defaults() {
        assert_eq!(told(json!({ "eventSelectors": [{}] })), (true, true, false, 0));
        assert_eq!(told(json!({ "eventSelectors": [] })), (false, false, false, 0));
        let halves = json!({ "eventSelectors": [{ "readWriteType": "ReadOnly" }, { "readWriteType": "WriteOnly" }] });
        assert_eq!(told(halves), (true, true, false, 0));
        let empty_data =
            json!({ "eventSelectors": [{ "includeManagementEvents": false, "dataResources": [{ "values": [] }] }] });
        assert_eq!(told(empty_data), (false, false, false, 0));
        let excluded = json!({ "eventSelectors": [{ "excludeManagementEventSources": ["kms.amazonaws.com"] }] });
        assert_eq!(told(excluded), (true, true, false, 1));
        assert_eq!(of(json!({ "trailName": "x" })), None);
    }

    #[test]
    fn what_one_selector_leaves_out_another_may_take_in() {
        let both = json!({ "eventSelectors": [{ "excludeManagementEventSources": ["kms.amazonaws.com"] }, {}] });
        assert_eq!(told(both), (true, true, false, 0));
    }

    #[test]
    fn advanced_selectors_are_read_by_their_conditions() {
        let management = json!({ "field": "eventCategory", "equals": ["Management"] });
        let with =
            |other: Value| told(json!({ "advancedEventSelectors": [{ "fieldSelectors": [management, other] }] }));
        assert_eq!(with(json!({ "field": "readOnly", "equals": ["true"] })), (true, false, false, 0));
        assert_eq!(with(json!({ "field": "readOnly", "equals": ["false"] })), (false, true, false, 0));
        assert_eq!(with(json!({ "field": "eventSource", "notEquals": ["kms.amazonaws.com"] })), (true, true, false, 1));
        assert_eq!(with(json!({ "field": "eventName", "startsWith": [""] })), (true, true, false, 0));
        let data = json!({ "field": "eventCategory", "equals": ["Data"] });
        let with = |other: Value| told(json!({ "advancedEventSelectors": [{ "fieldSelectors": [data, other] }] }));
        assert_eq!(with(json!({ "field": "eventName", "equals": ["PutObject"] })), (false, false, true, 0));
        assert_eq!(with(json!({ "field": "userIdentity.arn", "notEndsWith": ["/eve"] })), (false, false, true, 1));
    }
}
