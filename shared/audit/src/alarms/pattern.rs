//! The filter patterns of CloudWatch Logs over JSON: which events they count.
//!
//! `{ ($.eventName = CreateTrail) || ($.errorCode = "*Denied") }`, as
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html> describes them. Braces within
//! are read as parentheses, which CIS's own text has in one place. Regular expressions (`%…%`) are not read.

use riposte_core::arn::matches;
use serde_json::Value;

/// A pattern that was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    All(Vec<Pattern>),
    Any(Vec<Pattern>),
    /// A property, by its path, and what it is compared with.
    Test(String, Test),
}

/// What a property must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// `=`, with `*` for any characters.
    Is(String),
    IsNot(String),
    /// `<`, `>`, `<=` and `>=`: whether smaller, whether the same counts, and the number.
    Beside(bool, bool, f64),
    Exists,
    NotExists,
    Null,
    True,
    False,
}

/// Patterns are 1,024 characters at most.
const DEEPEST: usize = 32;

impl Pattern {
    /// Reads a pattern; `None` where it is none over JSON, or one that is not understood.
    pub(super) fn read(text: &str) -> Option<Self> {
        let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
        let mut reader = Reader { rest: inner };
        let pattern = reader.any(0)?;
        reader.rest.trim().is_empty().then_some(pattern)
    }

    /// Whether it counts an event.
    pub(super) fn counts(&self, event: &Value) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.counts(event)),
            Self::Any(any) => any.iter().any(|one| one.counts(event)),
            Self::Test(path, test) => {
                let found = path.split('.').try_fold(event, |value, name| value.get(name));
                test.holds(found)
            }
        }
    }
}

impl Test {
    fn holds(&self, found: Option<&Value>) -> bool {
        let text = || match found {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(Value::Bool(truth)) => Some(truth.to_string()),
            _ => None,
        };
        match self {
            Self::Is(wanted) => text().is_some_and(|text| matches(wanted, &text)),
            Self::IsNot(wanted) => text().is_none_or(|text| !matches(wanted, &text)),
            Self::Beside(smaller, same, number) => found.and_then(Value::as_f64).is_some_and(|found| {
                (*same && (found - number).abs() < f64::EPSILON)
                    || if *smaller { found < *number } else { found > *number }
            }),
            Self::Exists => found.is_some(),
            Self::NotExists => found.is_none(),
            Self::Null => found.is_some_and(Value::is_null),
            Self::True => found.and_then(Value::as_bool) == Some(true),
            Self::False => found.and_then(Value::as_bool) == Some(false),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Takes a token where it stands next.
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.get(..token.len()) {
            Some(start) if start.eq_ignore_ascii_case(token) => {
                self.rest = rest.get(token.len()..).unwrap_or_default();
                true
            }
            _ => false,
        }
    }

    fn any(&mut self, depth: usize) -> Option<Pattern> {
        let mut parts = vec![self.all(depth)?];
        while self.take("||") {
            parts.push(self.all(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Pattern::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Option<Pattern> {
        let mut parts = vec![self.one(depth)?];
        while self.take("&&") {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Pattern::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Option<Pattern> {
        if depth > DEEPEST {
            return None;
        }
        for (open, close) in [("(", ")"), ("{", "}")] {
            if self.take(open) {
                let inner = self.any(depth.saturating_add(1))?;
                return self.take(close).then_some(inner);
            }
        }
        let path = self.path()?;
        self.test().map(|test| Pattern::Test(path, test))
    }

    /// `$.a.b`
    fn path(&mut self) -> Option<String> {
        if !self.take("$.") {
            return None;
        }
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(self.rest.len());
        let (path, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!path.is_empty()).then(|| path.to_owned())
    }

    fn test(&mut self) -> Option<Test> {
        if self.take("NOT") {
            return self.take("EXISTS").then_some(Test::NotExists);
        }
        if self.take("EXISTS") {
            return Some(Test::Exists);
        }
        if self.take("IS") {
            let words = [("NULL", Test::Null), ("TRUE", Test::True), ("FALSE", Test::False)];
            return words.into_iter().find_map(|(word, test)| self.take(word).then_some(test));
        }
        for (operator, smaller, same) in
            [("<=", true, true), (">=", false, true), ("<", true, false), (">", false, false)]
        {
            if self.take(operator) {
                return self.value()?.parse().ok().map(|number| Test::Beside(smaller, same, number));
            }
        }
        if self.take("!=") {
            return self.value().map(Test::IsNot);
        }
        self.take("=").then(|| self.value()).flatten().map(Test::Is)
    }

    /// A word, or a text in quotes.
    fn value(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        let (value, rest) = match rest.chars().next()? {
            quote @ ('"' | '\'') => rest.get(1..)?.split_once(quote)?,
            '%' => return None,
            _ => rest.split_at(rest.find(|c: char| c.is_whitespace() || "(){}&|".contains(c)).unwrap_or(rest.len())),
        };
        self.rest = rest;
        (!value.is_empty()).then(|| value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_count_what_they_say() {
        let event = json!({"eventName": "StopLogging", "errorCode": "AccessDenied", "n": 5, "userIdentity": {"type": "Root"}, "gone": null, "on": true});
        for (pattern, counts) in [
            ("{ $.eventName = StopLogging }", true),
            ("{$.eventName=\"Stop*\"}", true),
            ("{ $.eventName = 'StopLogging' }", true),
            ("{ $.eventName = stoplogging }", false),
            ("{ $.eventName = Stop }", false),
            ("{ $.eventName != StopLogging }", false),
            ("{ $.other != x }", true),
            ("{ ($.eventName = A) || ($.eventName = StopLogging) }", true),
            ("{ ($.eventName = A) && ($.eventName = StopLogging) }", false),
            ("{ $.eventName = A && $.eventName = B || $.n = 5 }", true),
            ("{ $.n = 5 && ({ $.eventName = A || $.eventName = StopLogging }) }", true),
            ("{ $.userIdentity.type = \"Root\" && $.userIdentity.invokedBy NOT EXISTS }", true),
            ("{ $.userIdentity.invokedBy EXISTS }", false),
            ("{ $.n >= 5 && $.n < 6 }", true),
            ("{ $.n > 5 }", false),
            ("{ $.gone IS NULL && $.on IS TRUE }", true),
        ] {
            let read = Pattern::read(pattern).unwrap_or_else(|| panic!("{pattern} is not read"));
            assert_eq!(read.counts(&event), counts, "{pattern}");
        }
        let deep = format!("{{ {}$.a = b{} }}", "(".repeat(200), ")".repeat(200));
        for none in
            ["", "ERROR", "{ }", "{ $.a }", "{ $.a = }", "{ ($.a = b }", "{ $.a = b || }", "{ $.a = %x% }", &deep]
        {
            assert_eq!(Pattern::read(none), None, "{none}");
        }
    }
}
