//! What a person says to an incident: yes to its plan, no, or whether the finding was right.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A person's yes to one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who: the ARN of the caller, as AWS says it.
    pub by: String,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// The plan that the person saw, by [`crate::plan::Plan::hash`]. It counts for no other.
    pub plan: String,
}

/// A person's no, or that nobody answered in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// Who; `None` where the time was over.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// Whether a finding was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgment {
    /// It was what it looked like.
    TruePositive,
    /// It was something else.
    FalsePositive,
}

impl Judgment {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TruePositive => "true-positive",
            Self::FalsePositive => "false-positive",
        }
    }
}

/// What a person says of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Whether it was right.
    pub judgment: Judgment,
    /// Why, in the person's words.
    pub note: Option<String>,
    /// Who; `None` where AWS did not say.
    pub by: Option<String>,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// How many persons have approved. The sessions of a role are one person, whatever each is named: who assumes a role
/// chooses the session's name. Only IAM Identity Center names its sessions after who signed in.
#[must_use]
pub fn persons(approvals: &[Approval]) -> usize {
    approvals.iter().map(|approval| person(&approval.by)).collect::<BTreeSet<_>>().len()
}

/// Whom an ARN stands for.
#[must_use]
pub fn person(arn: &str) -> &str {
    let session = arn.contains(":assumed-role/") && !arn.contains(":assumed-role/AWSReservedSSO_");
    if session { arn.rsplit_once('/').map_or(arn, |(role, _)| role) } else { arn }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_counted_once_whatever_their_sessions_are_named() {
        let by = |arn: &str| Approval { by: arn.to_owned(), reason: None, at_ms: 0, plan: "p".to_owned() };
        let sts = |session: &str| by(&format!("arn:aws:sts::111122223333:assumed-role/{session}"));
        let user = |name: &str| by(&format!("arn:aws:iam::111122223333:user/{name}"));
        assert_eq!(persons(&[]), 0);
        assert_eq!(persons(&[user("ann"), user("ann")]), 1);
        assert_eq!(persons(&[user("ann"), user("bob")]), 2);
        assert_eq!(persons(&[sts("ops/ann"), sts("ops/bob")]), 1, "the caller chose the names");
        assert_eq!(persons(&[sts("ops/ann"), sts("admin/ann")]), 2);
        let reserved = |name: &str| sts(&format!("AWSReservedSSO_ops_0123456789abcdef/{name}"));
        assert_eq!(persons(&[reserved("ann@example.com"), reserved("bob@example.com")]), 2);
    }
}
