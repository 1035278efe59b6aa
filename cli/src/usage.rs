//! Wrong usage that only shows when the command runs. The exit code is that of a wrong argument: 2.

use riposte_core::text::plain;
use thiserror::Error;

/// What is wrong with how the command was called. Several lines where several things are.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Words for the record: a reason or a note that says something.
pub(crate) fn words(text: &str) -> Result<String, String> {
    let said = text.trim();
    if said.chars().any(char::is_alphanumeric) {
        return Ok(said.to_owned());
    }
    Err(format!("must say why, in words, not `{}`", plain(text, 40)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        assert_eq!(words(" CHG-1 ").unwrap(), "CHG-1");
        for empty in ["", "  ", "-", "\n"] {
            assert!(words(empty).is_err(), "{empty:?}");
        }
    }
}
