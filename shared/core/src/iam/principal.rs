//! Whom a statement of a resource's or a role's policy speaks of.

use serde_json::{Map, Value};

use super::policy::{element, named_twice, strings};
use crate::arn::is_account;

/// `Principal`, or whom `NotPrincipal` leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Principals {
    Only(Vec<Principal>),
    AllBut(Vec<Principal>),
}

/// One principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Principal {
    /// `*`, alone or under `AWS`, with or without credentials.
    Everyone,
    /// A whole account, by its number or its root's ARN.
    Account { partition: Option<String>, account: String },
    /// A user, role or session by its ARN.
    Arn { partition: String, account: String, arn: String },
    /// A service principal: `s3.amazonaws.com`.
    Service(String),
    /// A provider of identities: its ARN, or a name such as `cognito-identity.amazonaws.com`.
    Federated(String),
    /// A canonical user id, a unique id (`AIDA…`, what remains of a principal that was deleted), or what
    /// is none of these: it names somebody, and the document does not tell whose it is.
    Unknown(String),
}

impl Principals {
    /// Reads `Principal` or `NotPrincipal`, where there is one.
    pub(super) fn read(statement: &Map<String, Value>) -> Result<Option<Self>, String> {
        match (element(statement, "Principal"), element(statement, "NotPrincipal")) {
            (None, None) => Ok(None),
            (Some(value), None) => read("Principal", value).map(Self::Only).map(Some),
            (None, Some(value)) => read("NotPrincipal", value).map(Self::AllBut).map(Some),
            (Some(_), Some(_)) => Err("both `Principal` and `NotPrincipal`".to_owned()),
        }
    }
}

fn read(element: &str, value: &Value) -> Result<Vec<Principal>, String> {
    match value {
        Value::Object(kinds) => {
            if let Some(name) = named_twice(kinds) {
                return Err(format!("`{element}` holds `{name}` twice"));
            }
            let mut all = Vec::new();
            for (kind, value) in kinds {
                let read: fn(String) -> Principal = match kind.to_ascii_lowercase().as_str() {
                    "aws" => Principal::aws,
                    "service" => |name| Principal::Service(name.to_ascii_lowercase()),
                    "federated" => Principal::federated,
                    "canonicaluser" => Principal::Unknown,
                    _ => return Err(format!("`{element}` holds `{kind}`")),
                };
                all.extend(strings(kind, value)?.into_iter().map(read));
            }
            Ok(all)
        }
        // `"Principal": "*"`; a list, or an ARN without its kind, is refused by AWS, and clear all the same.
        other => Ok(strings(element, other)?.into_iter().map(Principal::aws).collect()),
    }
}

impl Principal {
    fn aws(text: String) -> Self {
        let trimmed = text.trim();
        if trimmed == "*" {
            return Self::Everyone;
        }
        if is_account(trimmed) {
            return Self::Account { partition: None, account: trimmed.to_owned() };
        }
        let mut parts = trimmed.splitn(6, ':');
        let (scheme, partition, service) = (parts.next(), parts.next(), parts.next());
        let (_, account, resource) = (parts.next(), parts.next(), parts.next());
        match (scheme, partition, service, account, resource) {
            (Some("arn"), Some(partition), Some("iam" | "sts"), Some(account), Some(resource)) => {
                if is_account(account) {
                    let (partition, account) = (partition.to_owned(), account.to_owned());
                    match resource {
                        "root" | "*" => Self::Account { partition: Some(partition), account },
                        _ => Self::Arn { partition, account, arn: trimmed.to_owned() },
                    }
                } else if account.contains(['*', '?']) {
                    // AWS knows no wildcard but the lone one; a policy that holds such a one names anybody.
                    Self::Everyone
                } else {
                    // `arn:aws:iam::cloudfront:user/…`, for one.
                    Self::Unknown(text)
                }
            }
            _ => Self::Unknown(text),
        }
    }

    fn federated(text: String) -> Self {
        if text.trim() == "*" { Self::Everyone } else { Self::Federated(text) }
    }
}

#[cfg(test)]
mod tests;
