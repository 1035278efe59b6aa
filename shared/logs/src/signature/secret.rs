//! Secrets in lines: found, and masked wherever a line is shown.

use std::borrow::Cow;
use std::ops::Range;

use super::Signs;
use super::dns::entropy;

/// How a key begins, how many characters follow, and which; and what it is.
const KEYS: [(&str, usize, &str, &str); 12] = [
    ("AKIA", 16, "AWS access key id", "upper"),
    ("ghp_", 36, "GitHub token", "word"),
    ("gho_", 36, "GitHub token", "word"),
    ("ghs_", 36, "GitHub token", "word"),
    ("github_pat_", 40, "GitHub token", "word"),
    ("glpat-", 20, "GitLab token", "word"),
    ("xoxb-", 20, "Slack token", "word"),
    ("xoxp-", 20, "Slack token", "word"),
    ("sk_live_", 24, "Stripe key", "word"),
    ("sk-ant-", 24, "API key", "word"),
    ("npm_", 36, "npm token", "word"),
    ("AIza", 35, "Google API key", "word"),
];

/// Names whose value is a secret.
const NAMES: [&str; 14] = [
    "password",
    "passwd",
    "secret",
    "api_key",
    "apikey",
    "api-key",
    "access_token",
    "auth_token",
    "secret_key",
    "secretaccesskey",
    "secret_access_key",
    "client_secret",
    "private_key",
    "sessiontoken",
];

/// Values that are none.
const NO_SECRETS: [&str; 14] = [
    "null",
    "none",
    "true",
    "false",
    "undefined",
    "required",
    "invalid",
    "missing",
    "expired",
    "incorrect",
    "wrong",
    "changed",
    "redacted",
    "reset",
];

/// The secrets of a text: where they stand, and what they are.
fn secrets(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = Vec::new();
    for (prefix, length, what, kind) in KEYS {
        for (at, _) in text.match_indices(prefix) {
            let fresh =
                !text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric);
            let body = text.get(at + prefix.len()..).unwrap_or_default();
            let is_part = |c: char| {
                if kind == "upper" {
                    c.is_ascii_uppercase() || c.is_ascii_digit()
                } else {
                    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
                }
            };
            let run = body.find(|c| !is_part(c)).unwrap_or(body.len());
            let exact = if kind == "upper" { run == length } else { run >= length };
            if fresh && exact && !body.get(..run).unwrap_or_default().contains("EXAMPLE") {
                found.push((at..at + prefix.len() + run, what));
            }
        }
    }
    if let Some(at) = text.find("-----BEGIN ")
        && text.get(at..).is_some_and(|rest| rest.contains("PRIVATE KEY-----"))
    {
        found.push((at..text.len(), "private key"));
    }
    // JSON web tokens: three parts, the first two objects.
    for (at, _) in text.match_indices("eyJ") {
        let rest = text.get(at..).unwrap_or_default();
        let run =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))).unwrap_or(rest.len());
        let token = rest.get(..run).unwrap_or_default();
        let parts: Vec<&str> = token.split('.').collect();
        if parts.len() == 3
            && parts.get(1).is_some_and(|part| part.starts_with("eyJ"))
            && parts.iter().all(|part| part.len() >= 10)
        {
            found.push((at..at + run, "JSON web token"));
        }
    }
    named(text, &mut found);
    addresses(text, &mut found);
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    found
}

/// `password=…`, `"secret": "…"`.
fn named(text: &str, found: &mut Vec<(Range<usize>, &'static str)>) {
    let small = text.to_ascii_lowercase();
    for name in NAMES {
        for (at, _) in small.match_indices(name) {
            let start = at + name.len();
            let rest = text.get(start..).unwrap_or_default();
            let sign = rest.trim_start_matches(['"', '\'', ' ', '\\']);
            let Some(value) = sign.strip_prefix('=').or_else(|| sign.strip_prefix(':')) else { continue };
            let value = value.trim_start_matches(['"', '\'', ' ', '\\']);
            let end = value.find(['"', '\'', ' ', ',', '&', ';', '}', ')', '\t', '\\', ']']).unwrap_or(value.len());
            let value_text = value.get(..end).unwrap_or_default();
            if is_secret(value_text) {
                let begin = text.len() - value.len();
                found.push((begin..begin + end, "secret by its name"));
            }
        }
    }
}

/// `scheme://user:password@host`
fn addresses(text: &str, found: &mut Vec<(Range<usize>, &'static str)>) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(['/', ' ', '"', '\'', '?']).unwrap_or(rest.len());
        let Some((login, _)) = rest.get(..end).unwrap_or_default().rsplit_once('@') else { continue };
        let Some((user, password)) = login.split_once(':') else { continue };
        if is_secret(password) {
            let begin = start + user.len() + 1;
            found.push((begin..begin + password.len(), "password in an address"));
        }
    }
}

/// Whether a value could be a secret: long enough, no placeholder, no mask, no word that says how it went.
fn is_secret(value: &str) -> bool {
    let small = value.to_ascii_lowercase();
    value.len() >= 6
        && !NO_SECRETS.contains(&small.as_str())
        && !small.contains("redacted")
        && !value.contains("EXAMPLE")
        && !value.starts_with(['<', '$', '{', '%', '[', '('])
        && !value.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '#' | '•'))
        && !value.starts_with("***")
        && entropy(value) > 1.5
}

/// A text with its secrets masked: what they are is told, and not what they say.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let all = secrets(text);
    if all.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, what) in all {
        if range.start < at {
            continue;
        }
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push('[');
        out.push_str(what);
        out.push(']');
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether a line may hold a secret: what most lines cost.
fn may_hold(line: &[u8]) -> bool {
    const HINTS: [&[u8]; 10] =
        [b"AKIA", b"_", b"eyJ", b"-----BEGIN", b"://", b"assw", b"ecret", b"ASSW", b"ECRET", b"okens"];
    HINTS.iter().any(|hint| memchr::memmem::find(line, hint).is_some())
        || memchr::memmem::find(line, b"-").is_some()
        || memchr::memmem::find(line, b"pi").is_some()
        || memchr::memmem::find(line, b"AIza").is_some()
}

pub(super) fn scan(line: &[u8], signs: &mut Signs<'_>) {
    if !may_hold(line) {
        return;
    }
    let text = String::from_utf8_lossy(line);
    let mut kinds: Vec<&str> = secrets(&text).into_iter().map(|(_, what)| what).collect();
    kinds.dedup();
    for what in kinds {
        signs.one("secret-in-logs", what, None, format!("a line holds a secret ({what}): {text}"));
    }
}
