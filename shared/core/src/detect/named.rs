//! What a call is about, where calls put it in different places. EC2 alone writes `vpcId` at the top of
//! an old call's request, `CreateVpcEndpointRequest.VpcId` in a newer one's, and
//! `FlowLogId: {"tag": 1, "content": …}` where there may be several.

use serde_json::Value;

use crate::event::ApiCall;

/// What stands under the first of these keys that is there at all: anywhere in the request, else
/// anywhere in the response. Keys are compared without case.
pub(super) fn named(call: &ApiCall, keys: &[&str]) -> Option<String> {
    parts(call).find_map(|part| keys.iter().find_map(|key| values(part, key).into_iter().next()))
}

/// All that stands under a key, anywhere in the request and in the response.
pub(super) fn all_named(call: &ApiCall, key: &str) -> Vec<String> {
    parts(call).flat_map(|part| values(part, key)).collect()
}

/// The texts under a key, anywhere within a value.
pub(super) fn values(value: &Value, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, key, &mut found);
    found
}

/// Whether a flag is set, which stands as a boolean or as a text.
pub(super) fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn parts(call: &ApiCall) -> impl Iterator<Item = &Value> {
    ["requestParameters", "responseElements"].into_iter().filter_map(|part| call.member(part))
}

fn collect(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            let here = object.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
            here.for_each(|(_, value)| texts(value, found));
            let others = object.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(key));
            others.for_each(|(_, value)| collect(value, key, found));
        }
        Value::Array(members) => members.iter().for_each(|member| collect(member, key, found)),
        _ => {}
    }
}

/// A text or a number, each of a list, or the `content` that EC2 wraps it in.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(members) => members.iter().for_each(|member| texts(member, found)),
        Value::Object(object) => object.get("content").into_iter().for_each(|content| texts(content, found)),
        _ => {}
    }
}
