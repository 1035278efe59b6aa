//! How a resource differs from its last good state.

use riposte_core::finding::Severity;
use riposte_core::text::plain;
use serde_json::{Map, Value};

use super::history::{History, Version, same};
use super::parts::Seen;
use crate::finding::AuditFinding;
use crate::verdict::{Status, Unknown};

/// The name under which findings of the baseline stand.
pub const DRIFT: &str = "baseline-differs";

/// So much of a value is shown.
const SHOWN: usize = 160;

/// What is to be said of a resource whose history is known, or why it is not. `None` where it has no history.
#[must_use]
pub fn drift(seen: &Seen, history: Result<Option<&History>, Unknown>) -> Option<AuditFinding> {
    let mut evidence = Map::new();
    let (status, why) = match history {
        Err(Unknown(why)) => (Status::NotAssessed, why),
        Ok(history) => {
            let history = history?;
            let good = history.last_good(None)?;
            let differs =
                |(path, value): &(&String, &Value)| good.state.get(*path).is_some_and(|was| !same(was, value));
            let mut parts = Vec::new();
            for (path, value) in seen.state.iter().filter(differs) {
                let was = good.state.get(path).unwrap_or(&Value::Null);
                parts.push(format!(
                    "`{path}` was {} and is {}{}",
                    shown(was, SHOWN),
                    shown(value, SHOWN),
                    made(history, path, value)
                ));
                evidence.insert(path.clone(), plain(&value.to_string(), 400).into());
            }
            if parts.is_empty() {
                (Status::Pass, format!("it is as it was since {}", good.since))
            } else {
                (Status::Fail, parts.join("; "))
            }
        }
    };
    let whose = &seen.whose;
    let label = [&whose.id, &whose.name].into_iter().find(|text| !text.is_empty()).unwrap_or(&whose.arn);
    Some(AuditFinding {
        check: DRIFT.to_owned(),
        title: "A resource is other than it was when it was good".to_owned(),
        severity: Severity::Medium,
        service: whose.service.clone(),
        account: whose.account.clone(),
        region: whose.region.clone(),
        resource: whose.arn.clone(),
        resource_id: label.clone(),
        status,
        controls: Vec::new(),
        why,
        evidence,
        muted: None,
        change: None,
        cloud: None,
    })
}

/// Who made a part so, where the history says it.
fn made(history: &History, path: &str, value: &Value) -> String {
    let last = history.versions.iter().rev().find(|version| version.parts.contains_key(path));
    let is_it = |version: &&Version| version.parts.get(path).is_some_and(|noted| same(noted, value));
    let Some(version) = last.filter(is_it) else { return " (nobody has seen who changed it)".to_owned() };
    match &version.by {
        Some(by) => format!(" ({} by {} at {})", plain(&by.call, 80), plain(&by.who, 200), version.at),
        None => format!(" (seen so at {})", version.at),
    }
}

/// A part's value on one line, cut after `most` characters; nothing is "none".
#[must_use]
pub fn shown(value: &Value, most: usize) -> String {
    match value {
        Value::Null => "none".to_owned(),
        other => plain(&other.to_string(), most),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::baseline::{By, State, Whose};

    fn seen(status: &Value) -> Seen {
        let text = |text: &str| text.to_owned();
        let whose = Whose {
            account: text("111122223333"),
            region: text("eu-west-1"),
            service: text("s3"),
            kind: text("bucket"),
            arn: text("arn:aws:s3:::mine"),
            id: text("mine"),
            name: text("mine"),
        };
        Seen { whose, state: State::from([(text("GetBucketVersioning.Status"), status.clone())]) }
    }

    #[test]
    fn it_says_what_differs_and_who_made_it_so() {
        let at = |hour: u8| format!("2026-11-27T{hour:02}:00:00Z").parse().unwrap();
        let (good, bad) = (seen(&json!("Enabled")), seen(&json!("Suspended")));
        let mut history = History::new(good.whose.clone(), good.state.clone(), BTreeSet::new(), at(1), None);
        let of = |seen: &Seen, history: &History| drift(seen, Ok(Some(history))).unwrap();
        assert_eq!(of(&good, &history).status, Status::Pass);
        let unseen = of(&bad, &history);
        assert_eq!(unseen.status, Status::Fail);
        assert!(unseen.why.contains("was \"Enabled\" and is \"Suspended\" (nobody has seen"), "{}", unseen.why);
        let by = By {
            who: "user/eve".to_owned(),
            call: "PutBucketVersioning".to_owned(),
            event: "e-1".to_owned(),
            address: None,
        };
        history.note(&bad.state, &BTreeSet::from(["s3-bucket-not-versioned".to_owned()]), at(2), Some(by));
        let told = of(&bad, &history);
        assert!(told.why.contains("(PutBucketVersioning by user/eve at 2026-11-27T02:00:00Z)"), "{}", told.why);
        assert_eq!(told.evidence["GetBucketVersioning.Status"], "\"Suspended\"");
    }

    #[test]
    fn what_is_not_known_is_no_pass() {
        let one = seen(&json!("Enabled"));
        assert!(drift(&one, Ok(None)).is_none());
        assert_eq!(drift(&one, Err(Unknown("forged".to_owned()))).unwrap().status, Status::NotAssessed);
    }
}
