//! JSON as callers of APIs make it.
//!
//! RFC 8259 lets a text hold half of a surrogate pair (`"\ud800"`) and numbers of any size. A reader that refuses them
//! refuses the whole event, and whoever chooses a user agent or a parameter could choose to be unseen. Such a value costs
//! itself: the half pair becomes U+FFFD, the number null.

use serde_json::Value;

/// Reads a JSON text.
///
/// # Errors
/// It is none. The error is that of the text as it was given.
pub fn parse(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text).or_else(|error| serde_json::from_str(&mended(text)).map_err(|_| error))
}

/// The text with what no value can hold replaced: half surrogate pairs by U+FFFD, numbers out of range by null.
#[must_use]
pub fn mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        let (before, from) = rest.split_at(at);
        mended.push_str(before);
        let end = if from.starts_with('"') { string(from, &mut mended) } else { number(from, &mut mended) };
        rest = from.get(end..).unwrap_or_default();
    }
    mended.push_str(rest);
    mended
}

/// Copies the string at the beginning of `text`, and returns its length.
fn string(text: &str, mended: &mut String) -> usize {
    let mut at = 1;
    mended.push('"');
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find(['"', '\\']).unwrap_or(rest.len());
        mended.push_str(rest.get(..plain).unwrap_or_default());
        at += plain;
        let rest = rest.get(plain..).unwrap_or_default();
        if rest.starts_with('"') {
            mended.push('"');
            return at + 1;
        }
        let length = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str("\\ufffd");
                at += 6;
                continue;
            }
            // Another escape, or the end.
            _ => rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end),
        };
        mended.push_str(rest.get(..length).unwrap_or_default());
        at += length;
    }
    text.len()
}

/// The code unit of a `\uXXXX` at the beginning of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

/// Copies the number at the beginning of `text`, and returns its length.
fn number(text: &str, mended: &mut String) -> usize {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(text.len());
    let number = text.get(..end).unwrap_or_default();
    let out_of_range = number.parse::<f64>().is_ok_and(f64::is_infinite);
    mended.push_str(if out_of_range { "null" } else { number });
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_that_cannot_be_costs_itself_alone() {
        let text = r#"{"a":"x\ud800y","b":[1e999,-1E+400,2],"c":"\udc00","d":"\ud83d\ude00","e":"\\ud800","f":"\ud800\ud83d\ude00"}"#;
        assert!(serde_json::from_str::<Value>(text).is_err());
        let wanted = json!({
            "a": "x\u{fffd}y", "b": [null, null, 2], "c": "\u{fffd}", "d": "😀", "e": "\\ud800", "f": "\u{fffd}😀",
        });
        assert_eq!(parse(text).unwrap(), wanted);
    }

    #[test]
    fn what_is_no_json_stays_none_and_its_place_is_told() {
        for text in
            ["", "{", "{\"a\":\"\\ud800", "{\"a\":1e999", "\"\\", "\"\\u", "\"\\ud8", "nul", "[1e999,]", "{\"é\\"]
        {
            let error = parse(text).unwrap_err();
            assert_eq!(error.to_string(), serde_json::from_str::<Value>(text).unwrap_err().to_string(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_needs_no_mending_is_left_as_it_is(value in any::<(String, f64, i64, Vec<String>)>()) {
            let text = json!({ "a": value.0, "b": value.1, "c": value.2, "d": value.3 }).to_string();
            prop_assert_eq!(mended(&text), text);
        }

        #[test]
        fn any_text_is_mended_without_a_panic(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
