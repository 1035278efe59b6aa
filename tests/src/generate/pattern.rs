//! The `detail` of an EventBridge pattern: fields that must match, and alternatives of further ones.

use riposte_core::detect::Need;

/// Fields of an event's `detail`, by their paths, each with what matches: plain values, or EventBridge's matchers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    fields: Vec<(&'static str, Vec<String>)>,
    /// Of which one must hold besides.
    either: Vec<Need>,
}

impl Pattern {
    /// What must match one of `values`; any value where there are none.
    pub(super) fn with(mut self, path: &'static str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let values: Vec<_> = values.into_iter().map(Into::into).collect();
        if !values.is_empty() {
            self.fields.push((path, values));
        }
        self
    }

    /// What must meet one of the alternatives; anything where there are none.
    pub(super) fn meeting(mut self, needs: &[Need]) -> Self {
        match needs {
            [need] => need.iter().fold(self, |pattern, (path, matchers)| pattern.with(path, matchers.iter().copied())),
            _ => {
                self.either = needs.to_vec();
                self
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.either.is_empty()
    }

    /// Its length as JSON, or a little more.
    pub(super) fn length(&self) -> usize {
        self.lines().iter().map(|line| line.trim_start().len() + 4).sum()
    }

    /// The YAML, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let fields: Vec<_> = self.fields.iter().map(|(path, values)| (*path, values.as_slice())).collect();
        nested(&fields, 0, &mut lines);
        if !self.either.is_empty() {
            lines.push("$or:".to_owned());
            for need in &self.either {
                let fields: Vec<(&str, Vec<String>)> =
                    need.iter().map(|(path, all)| (*path, all.iter().map(|one| (*one).to_owned()).collect())).collect();
                let fields: Vec<_> = fields.iter().map(|(path, values)| (*path, values.as_slice())).collect();
                let mut own = Vec::new();
                nested(&fields, 4, &mut own);
                if let Some(first) = own.first_mut() {
                    first.replace_range(2..4, "- ");
                }
                lines.extend(own);
            }
        }
        lines
    }
}

/// Fields that begin alike stand together, where the first of them stands.
fn nested(fields: &[(&str, &[String])], indent: usize, lines: &mut Vec<String>) {
    let first = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
    let mut done: Vec<String> = Vec::new();
    for (path, values) in fields {
        let name = first(path);
        if done.contains(&name) {
            continue;
        }
        lines.push(format!("{:indent$}{name}:", ""));
        if *path == name {
            lines.extend(values.iter().map(|value| format!("{:indent$}  - {value}", "")));
        } else {
            let within: Vec<_> = fields
                .iter()
                .filter_map(|(path, values)| Some((path.strip_prefix(&name)?.strip_prefix('.')?, *values)))
                .collect();
            nested(&within, indent + 2, lines);
        }
        done.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_within_each_other_and_alternatives_beside_each_other() {
        let roles: Need = &[("userIdentity.type", &["\"AssumedRole\""]), ("vpcEndpointId", &["{\"exists\": false}"])];
        let tools: Need = &[("userAgent", &["\"a\"", "\"b\""])];
        let pattern = Pattern::default()
            .with("eventSource", ["ssm.amazonaws.com"])
            .with("userIdentity.type", ["anything-but: AWSService"])
            .with("userIdentity.accountId", ["anonymous"])
            .with("errorCode", Vec::<String>::new())
            .meeting(&[roles, tools]);
        let lines = pattern.lines().join("\n");
        assert_eq!(
            lines,
            "eventSource:\n  - ssm.amazonaws.com\nuserIdentity:\n  type:\n    - anything-but: AWSService\n  accountId:\n    - \
             anonymous\n$or:\n  - userIdentity:\n      type:\n        - \"AssumedRole\"\n    vpcEndpointId:\n      - \
             {\"exists\": false}\n  - userAgent:\n      - \"a\"\n      - \"b\""
        );
        assert!(Pattern::default().meeting(&[]).is_empty());
        assert_eq!(Pattern::default().meeting(&[tools]).lines().join("\n"), "userAgent:\n  - \"a\"\n  - \"b\"");
    }
}
