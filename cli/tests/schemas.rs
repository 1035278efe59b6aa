//! The published shapes of findings and incidents, held to what is written.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use riposte_core::action::RevokeIngress;
use riposte_core::document::{self, Links};
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Confidence, Finding, Severity, Target};
use riposte_core::incident::{Incident, State};
use riposte_core::outcome::Outcome;
use riposte_core::plan::{Change, Plan, Snapshot};
use riposte_core::settings::Mode;
use serde_json::{Value, json};

fn docs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The lines of JSON that `riposte detect` writes over these files.
fn detected(more: &[&str], files: &[&Path]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_riposte"));
    let ran = command.env_clear().args(["detect", "--format", "jsonl"]).args(more).args(files).output().unwrap();
    assert!(ran.status.success());
    let text = String::from_utf8(ran.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn schema(name: &str) -> Value {
    let file = docs().join("schemas").join(name);
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// What of a value does not fit a schema of the words that ours use.
fn faults(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(wanted) = schema.get("const")
        && wanted != value
    {
        faults.push(format!("{at} is {value} and not {wanted}"));
    }
    if let Some(wanted) = schema["enum"].as_array()
        && !wanted.contains(value)
    {
        faults.push(format!("{at} is {value}, none of {wanted:?}"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() || number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    if !(kinds.is_empty() || kinds.contains(&kind) || kind == "integer" && kinds.contains(&"number")) {
        faults.push(format!("{at} is {kind}, none of {kinds:?}"));
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        faults.extend(values.iter().flat_map(|item| self::faults(items, item, &format!("{at}[]"))));
    }
    if let (Some(properties), Some(values)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, value) in values {
            match properties.get(name) {
                Some(property) => faults.extend(self::faults(property, value, &format!("{at}.{name}"))),
                None => faults.push(format!("{at}.{name} is not in the schema")),
            }
        }
        let required = schema["required"].as_array().unwrap();
        let missing = required.iter().filter(|name| !values.contains_key(name.as_str().unwrap()));
        faults.extend(missing.map(|name| format!("{at}.{name} is missing")));
    }
    faults
}

#[test]
fn findings_fit_their_schema() {
    let schema = schema("finding.json");
    let mut bare = json!({"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com"});
    bare["requestParameters"] = json!({"name": "t"});
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bare.json");
    fs::write(&file, bare.to_string()).unwrap();
    let events = docs().join("guardrails");
    let mut all = detected(&["--each"], &[&file, &events]);
    all.extend(detected(&[], &[&file, &events]));
    assert!(all.len() > 6 && all.iter().any(|line| line.get("count").is_some()), "{all:?}");
    assert!(all.iter().any(|line| line["event_id"].is_null()), "{all:?}");
    for line in &all {
        assert_eq!(faults(&schema, line, "finding"), Vec::<String>::new());
    }
    let mut wrong = all[0].clone();
    wrong["severity"] = json!("loud");
    wrong["more"] = json!(1);
    wrong.as_object_mut().unwrap().remove("why");
    assert_eq!(faults(&schema, &wrong, "finding").len(), 3, "the schema would not notice");
}

fn incident(state: State) -> Incident {
    let response = RevokeIngress { group_id: "sg-1".to_owned(), rules: Vec::new() }.into();
    let finding = Finding {
        detector: "open-admin-port".to_owned(),
        title: "Administration port open to the internet".to_owned(),
        severity: Severity::High,
        confidence: Confidence::High,
        technique: vec!["T1562.007".to_owned()],
        scope: Scope { event_id: "e-1".to_owned(), account: "111122223333".to_owned(), region: "eu-west-1".to_owned() },
        event_name: "AuthorizeSecurityGroupIngress".to_owned(),
        event_source: Some("ec2.amazonaws.com".to_owned()),
        error_code: None,
        event_time: None,
        principal: Actor::default(),
        target: Target::SecurityGroup { group_id: "sg-1".to_owned() },
        why: "tcp 22 from 0.0.0.0/0 (SSH)".to_owned(),
        response: Some(response),
    };
    let response = finding.response.clone().unwrap();
    let mut incident = Incident::open(finding, "ingress-guard", Mode::Live, 0);
    let change = Change { call: "ec2:Revoke".to_owned(), parameters: json!({"GroupId": "sg-1"}), delta: [].into() };
    incident.plan = Some(Plan::of(response, "arn:x".to_owned(), Snapshot::default()).then(change, []));
    incident.state = state;
    incident
}

#[test]
fn incidents_of_every_state_fit_their_schema() {
    let schema = schema("incident.json");
    let states = [
        State::Observed,
        State::Asked,
        State::Denied,
        State::Intended,
        State::Applied,
        State::Verified,
        State::Failed,
        State::Undone,
    ];
    for state in states {
        let links = Links { event: None, runbook: Some("https://x.example".to_owned()) };
        let document = document::of(&incident(state), links).unwrap();
        assert_eq!(faults(&schema, &document, "incident"), Vec::<String>::new(), "{state}");
    }
    let words = |name: &str| -> BTreeSet<String> {
        let words = schema["properties"][name]["enum"].as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(words("outcome"), Outcome::ALL.iter().map(ToString::to_string).collect());
}

#[test]
fn what_the_recipes_of_alerts_ask_for_is_in_the_document() {
    let page = fs::read_to_string(docs().join("alerting.md")).unwrap();
    let mut hostile = incident(State::Verified);
    hostile.finding.why = "a \"quote\", a \\ and a\nline".to_owned();
    let event = json!({"detail": document::of(&hostile, Links::default()).unwrap(), "time": "t"});
    let recipes: Vec<_> = page.split("```json transformer\n").skip(1).collect();
    assert_eq!(recipes.len(), 4);
    for recipe in recipes {
        let recipe: Value = serde_json::from_str(recipe.split("```").next().unwrap()).unwrap();
        let mut text = recipe["InputTemplate"].as_str().unwrap().to_owned();
        for (name, path) in recipe["InputPathsMap"].as_object().unwrap() {
            let pointer = path.as_str().unwrap().trim_start_matches('$').replace('.', "/");
            let value = event.pointer(&pointer).unwrap_or_else(|| panic!("there is no {path}"));
            assert!(text.contains(&format!("<{name}>")), "{name} is not used");
            text = text.replace(&format!("<{name}>"), &value.to_string());
        }
        assert!(!text.contains('<'), "{text}");
        serde_json::from_str::<Value>(&text).unwrap();
    }
    let mut asked = 0;
    for block in page.split("```json\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let value: Value = serde_json::from_str(block).unwrap();
        let text = value.to_string();
        for path in text.split("$states.input.detail.").skip(1) {
            let name = path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap();
            assert!(event["detail"].get(name).is_some(), "{name}");
            asked += 1;
        }
    }
    assert!(asked > 5, "{asked} paths");
}
