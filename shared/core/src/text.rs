//! Strings that somebody else chose, made safe to show.
//!
//! User agents, names and log lines are the attacker's to write: a line break forges a second log
//! line, a terminal escape rewrites the screen, a right-to-left mark turns a name around.

use std::borrow::Cow;
use std::fmt::Write as _;

use percent_encoding::percent_decode_str;

/// `text` on one line, with control, formatting and direction characters escaped as `\u{…}`, and cut
/// after `max` characters (an ellipsis tells).
#[must_use]
pub fn plain(text: &str, max: usize) -> String {
    // Most texts are plain already.
    if text.len() <= max && text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len().min(max));
    for (index, c) in text.chars().enumerate() {
        if index == max {
            out.push('…');
            break;
        }
        if is_unsafe(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// A document as IAM's API returns it, URL-encoded, as the text that it stands for. One that is plain
/// already, or is not the encoding of UTF-8, stays as it is.
#[must_use]
pub fn url_decoded(document: &str) -> Cow<'_, str> {
    if document.trim_start().starts_with('%') {
        percent_decode_str(document).decode_utf8().unwrap_or(Cow::Borrowed(document))
    } else {
        Cow::Borrowed(document)
    }
}

/// Whether a character may steer what shows it: control, formatting and direction characters.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// A number with what it counts: `1 file`, `2 files`.
#[must_use]
pub fn counted(number: impl TryInto<u64>, what: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = match what.strip_suffix('y') {
        Some(stem) if !what.ends_with("ay") => format!("{stem}ies"),
        _ => format!("{what}s"),
    };
    format!("{number} {}", if number == 1 { what } else { &plural })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_are_escaped() {
        assert_eq!(plain("a\nb\x1b[31m\u{202e}c", 40), "a\\u{a}b\\u{1b}[31m\\u{202e}c");
    }

    #[test]
    fn documents_are_decoded_once() {
        assert_eq!(url_decoded("%7B%22a%22%3A%20%22%2541%22%7D"), "{\"a\": \"%41\"}");
        assert_eq!(url_decoded("{\"a\": \"%41\"}"), "{\"a\": \"%41\"}");
        assert_eq!(url_decoded("%ff"), "%ff");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(plain("äöüß", 2), "äö…");
        assert_eq!(plain("äö", 2), "äö");
    }

    #[test]
    fn one_is_counted_as_one() {
        assert_eq!(counted(1_usize, "policy"), "1 policy");
        assert_eq!(counted(2_u64, "policy"), "2 policies");
        assert_eq!(counted(0_u32, "file"), "0 files");
        assert_eq!(counted(3_u32, "day"), "3 days");
    }
}
