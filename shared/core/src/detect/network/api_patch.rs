//! The patches of a change in API Gateway. Its records keep the body of a call in a part of its own,
//! such as `updateMethodInput`; some have it beside the rest.

use serde_json::Value;

/// The operations of the patch, wherever in the request they stand.
pub(in crate::detect) fn patches(request: &Value) -> Vec<&Value> {
    let Some(object) = request.as_object() else { return Vec::new() };
    let here = object.get("patchOperations").and_then(Value::as_array).into_iter().flatten();
    here.chain(object.values().flat_map(patches)).collect()
}
