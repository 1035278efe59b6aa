//! Reading AWS's answers: untyped JSON in the shapes of the public models.

use jiff::Timestamp;
use serde_json::Value;

/// A member's text; empty where it is not there or no text.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The same, `None` where it is empty.
pub(crate) fn some(value: &Value, name: &str) -> Option<String> {
    Some(text(value, name)).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A member's whole number; 0 where it is not there.
pub(crate) fn count(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}

/// The elements of a list; none where it is not there.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A time in milliseconds since 1970: RFC 3339, without seconds as Systems Manager writes a window's next time, or in
/// seconds since 1970.
pub(crate) fn time(value: &Value, name: &str) -> Option<i64> {
    match value.get(name)? {
        Value::String(text) => parsed(text),
        Value::Number(seconds) => {
            let seconds = seconds.as_f64().filter(|seconds| (0.0..1e11).contains(seconds))?;
            #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
            Some((seconds * 1000.0) as i64)
        }
        _ => None,
    }
}

/// A time's text in milliseconds since 1970.
pub(crate) fn parsed(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_millisecond());
    }
    // `2026-03-01T02:00Z`: no seconds.
    let (minutes, zone) = text.split_at_checked(16)?;
    format!("{minutes}:00{zone}").parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// Tags as AWS lists them, by key.
pub(crate) fn tags(list: Option<&Value>) -> std::collections::BTreeMap<String, String> {
    let all = list.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|tag| Some((tag.get("Key")?.as_str()?.to_owned(), text(tag, "Value").to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_read_in_the_three_ways_that_aws_writes_them() {
        let value = json!({ "a": "2026-03-01T02:00:00Z", "b": "2026-03-01T02:00Z", "c": 1_772_330_400, "d": "soon" });
        assert_eq!(time(&value, "a"), Some(1_772_330_400_000));
        assert_eq!(time(&value, "b"), time(&value, "a"));
        assert_eq!(time(&value, "c"), time(&value, "a"));
        assert_eq!((time(&value, "d"), time(&value, "e")), (None, None));
    }
}
