//! The versions of one resource: what it was, since when, and who changed it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parts::{State, Whose};

/// So many versions are kept: older ones are folded into the next.
const MOST_VERSIONS: usize = 60;

/// The longest history, in bytes of JSON: a ledger's item has 400 KB.
const LONGEST: usize = 250_000;

/// Who made a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The principal, as the event names it.
    pub who: String,
    /// The call.
    pub call: String,
    /// The event's id.
    pub event: String,
    /// The address that the call came from, where the event says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// How a resource was from a time on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// When the call was made, or else when it was seen.
    pub at: Timestamp,
    /// Who made it so; `None` where it was seen without an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// The parts that differ from the version before; all of them in the first.
    pub parts: State,
    /// The checks that the resource failed then.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub failing: BTreeSet<String>,
    /// Whether the resource was deleted: it was what the version before says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// What is known of one resource, oldest version first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Which resource.
    #[serde(flatten)]
    pub whose: Whose,
    /// Never empty.
    pub versions: Vec<Version>,
}

/// A version that was good, with all of its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Good {
    /// Since when it was so.
    pub since: Timestamp,
    /// How it was.
    pub state: State,
}

impl History {
    /// Begins with how a resource is.
    #[must_use]
    pub fn new(whose: Whose, state: State, failing: BTreeSet<String>, at: Timestamp, by: Option<By>) -> Self {
        Self { whose, versions: vec![Version { at, by, parts: state, failing, gone: false }] }
    }

    /// Takes in how the resource is now, and says whether that is another version. What AWS did not tell stays as it was.
    pub fn note(&mut self, state: &State, failing: &BTreeSet<String>, at: Timestamp, by: Option<By>) -> bool {
        let before = self.now();
        let differs = |(path, value): &(&String, &Value)| before.get(*path).is_none_or(|old| !same(old, value));
        let parts: State = state.iter().filter(differs).map(|(path, value)| (path.clone(), value.clone())).collect();
        // One that was deleted is there again, be it as it was.
        let back = self.is_gone() && !state.is_empty();
        if parts.is_empty() && !back {
            return false;
        }
        self.versions.push(Version { at, by, parts, failing: failing.clone(), gone: false });
        while self.versions.len() > 2 && (self.versions.len() > MOST_VERSIONS || self.length() > LONGEST) {
            self.fold();
        }
        true
    }

    /// Takes in that the resource was deleted, and says whether that is news.
    pub fn note_gone(&mut self, at: Timestamp, by: Option<By>) -> bool {
        if self.is_gone() {
            return false;
        }
        self.versions.push(Version { at, by, parts: State::new(), failing: BTreeSet::new(), gone: true });
        true
    }

    /// Whether the resource was deleted, as far as is known.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.versions.last().is_some_and(|version| version.gone)
    }

    /// All parts of each version.
    pub fn states(&self) -> impl Iterator<Item = (State, &Version)> {
        self.versions.iter().scan(State::new(), |state, version| {
            state.extend(version.parts.iter().map(|(path, value)| (path.clone(), value.clone())));
            Some((state.clone(), version))
        })
    }

    /// How the resource was seen last.
    #[must_use]
    pub fn now(&self) -> State {
        self.states().last().map(|(state, _)| state).unwrap_or_default()
    }

    /// The last version that failed no check which the good one before it passed. The version that an event made, and
    /// what came after it, is not looked at: that event is being responded to.
    #[must_use]
    pub fn last_good(&self, before_event: Option<&str>) -> Option<Good> {
        self.good(before_event).map(|(_, good)| good)
    }

    fn good(&self, before_event: Option<&str>) -> Option<(usize, Good)> {
        let made = |version: &Version| {
            before_event.is_some() && version.by.as_ref().map(|by| by.event.as_str()) == before_event
        };
        let mut good: Option<(usize, Good)> = None;
        let mut passed: Option<&BTreeSet<String>> = None;
        for (number, (state, version)) in self.states().enumerate() {
            if made(version) {
                break;
            }
            if !version.gone && passed.is_none_or(|failing| version.failing.is_subset(failing)) {
                passed = Some(&version.failing);
                good = Some((number, Good { since: version.at, state }));
            }
        }
        good
    }

    fn length(&self) -> usize {
        serde_json::to_string(&self.versions).map_or(usize::MAX, |text| text.len())
    }

    /// Folds the oldest version into the next one; the second oldest where the oldest is the last good one: whoever
    /// makes very many changes must not push that out.
    fn fold(&mut self) {
        let at = usize::from(self.good(None).is_some_and(|(number, _)| number == 0));
        if at + 1 >= self.versions.len() {
            return;
        }
        let folded = self.versions.remove(at);
        if let Some(next) = self.versions.get_mut(at) {
            for (path, value) in folded.parts {
                next.parts.entry(path).or_insert(value);
            }
        }
    }
}

/// Whether two values are the same: AWS gives lists in any order.
#[must_use]
pub(super) fn same(a: &Value, b: &Value) -> bool {
    a == b || ordered(a) == ordered(b)
}

fn ordered(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().map(ordered).collect();
            items.sort_by_cached_key(Value::to_string);
            items.into()
        }
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), ordered(value))).collect(),
        Value::String(text) => document(text).as_ref().map_or_else(|| value.clone(), ordered),
        other => other.clone(),
    }
}

/// A policy that stands in a text.
fn document(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whose() -> Whose {
        let text = |text: &str| text.to_owned();
        Whose {
            account: text("111122223333"),
            region: text("eu-west-1"),
            service: text("s3"),
            kind: text("bucket"),
            arn: text("arn:aws:s3:::mine"),
            id: text("mine"),
            name: text("mine"),
        }
    }

    fn at(hour: u32) -> Timestamp {
        format!("2026-11-27T{hour:02}:00:00Z").parse().unwrap()
    }

    fn by(event: &str) -> Option<By> {
        Some(By {
            who: "user/eve".to_owned(),
            call: "PutBucketVersioning".to_owned(),
            event: event.to_owned(),
            address: None,
        })
    }

    fn state(status: &str) -> State {
        State::from([("Status".to_owned(), json!(status)), ("Policy".to_owned(), Value::Null)])
    }

    fn failing(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    fn begun() -> History {
        History::new(whose(), state("Enabled"), failing(&["old"]), at(0), None)
    }

    #[test]
    fn only_what_differs_is_another_version() {
        let mut history = begun();
        assert!(!history.note(&state("Enabled"), &failing(&[]), at(1), None));
        assert!(!history.note(&State::new(), &failing(&[]), at(1), None), "AWS told nothing");
        assert!(history.note(&state("Suspended"), &failing(&["old", "new"]), at(2), by("e-1")));
        assert_eq!(history.versions[1].parts, State::from([("Status".to_owned(), json!("Suspended"))]));
        assert_eq!(history.now(), state("Suspended"));
        assert_eq!(serde_json::from_str::<History>(&serde_json::to_string(&history).unwrap()).unwrap(), history);
    }

    #[test]
    fn the_order_of_lists_and_the_spelling_of_policies_are_no_change() {
        let of = |value: Value| State::from([("P".to_owned(), value)]);
        let mut history = History::new(whose(), of(json!([{"a": 1}, {"b": [1, 2]}])), failing(&[]), at(0), None);
        assert!(!history.note(&of(json!([{"b": [2, 1]}, {"a": 1}])), &failing(&[]), at(1), None));
        let mut history = History::new(whose(), of(json!("{\"a\": [1,2]}")), failing(&[]), at(0), None);
        assert!(!history.note(&of(json!("{\"a\":[2,1]}")), &failing(&[]), at(1), None));
        assert!(history.note(&of(json!("{\"a\":[2]}")), &failing(&[]), at(1), None));
    }

    #[test]
    fn the_last_good_version_is_the_last_that_fails_nothing_new() {
        let mut history = begun();
        assert_eq!(history.last_good(None).unwrap().state, state("Enabled"), "what it always failed is no turn");
        history.note(&state("Suspended"), &failing(&["old", "new"]), at(2), by("e-1"));
        // More changes by the attacker, which fail nothing more, are not good.
        history.note(&state("Other"), &failing(&["new"]), at(3), by("e-2"));
        assert_eq!(history.last_good(None).unwrap(), Good { since: at(0), state: state("Enabled") });
        history.note(&state("Better"), &failing(&[]), at(4), by("e-3"));
        assert_eq!(history.last_good(None).unwrap().state, state("Better"));
        history.note(&state("Worse"), &failing(&["old"]), at(5), by("e-4"));
        assert_eq!(history.last_good(None).unwrap().state, state("Better"), "what was repaired counts as repaired");
    }

    #[test]
    fn what_an_event_made_is_not_good_to_its_own_response() {
        let mut history = begun();
        history.note(&state("Suspended"), &failing(&[]), at(2), by("e-1"));
        history.note(&state("Later"), &failing(&[]), at(3), by("e-2"));
        assert_eq!(history.last_good(Some("e-1")).unwrap().state, state("Enabled"));
        assert_eq!(history.last_good(Some("e-2")).unwrap().state, state("Suspended"));
        assert_eq!(history.last_good(Some("unseen")).unwrap().state, state("Later"));
        let made = History::new(whose(), state("Suspended"), failing(&[]), at(0), by("e-1"));
        assert_eq!(made.last_good(Some("e-1")), None, "nothing is known from before");
    }

    #[test]
    fn what_was_deleted_keeps_how_it_was_and_who_deleted_it() {
        let mut history = begun();
        assert!(history.note_gone(at(2), by("e-1")) && history.is_gone());
        assert!(!history.note_gone(at(3), by("e-2")), "it is gone already");
        let last = history.versions.last().unwrap();
        assert_eq!((last.at, &last.by, last.parts.len()), (at(2), &by("e-1"), 0));
        assert_eq!(history.now(), state("Enabled"), "what it was");
        assert_eq!(history.last_good(None).unwrap(), Good { since: at(0), state: state("Enabled") });
        assert_eq!(serde_json::from_str::<History>(&serde_json::to_string(&history).unwrap()).unwrap(), history);
        // Made again, as it was.
        assert!(!history.note(&State::new(), &failing(&[]), at(4), None), "AWS told nothing");
        assert!(history.note(&state("Enabled"), &failing(&[]), at(4), by("e-3")) && !history.is_gone());
        assert_eq!(history.last_good(None).unwrap().since, at(4));
    }

    #[test]
    fn many_changes_push_out_old_versions_and_never_the_last_good_one() {
        let mut history = begun();
        for number in 0..200 {
            history.note(&state(&format!("v{number}")), &failing(&["old", "new"]), at(2), by("e"));
        }
        assert_eq!(history.versions.len(), MOST_VERSIONS);
        assert_eq!(history.last_good(None).unwrap().state, state("Enabled"));
        assert_eq!(history.now(), state("v199"));
        let mut history = begun();
        for number in 0..200 {
            history.note(&state(&format!("v{number}")), &failing(&["old"]), at(2), by("e"));
        }
        assert_eq!(history.last_good(None).unwrap().state, state("v199"));
        assert_eq!(history.states().next().unwrap().0.len(), 2, "the first version has all parts");
    }

    #[test]
    fn a_long_history_stays_short_enough_for_the_ledger() {
        let mut history = begun();
        for number in 0..40 {
            history.note(&state(&format!("{number}{}", "x".repeat(20_000))), &failing(&[]), at(2), by("e"));
        }
        assert!(history.length() <= LONGEST, "{}", history.length());
        assert!(history.versions.len() > 5);
    }
}
