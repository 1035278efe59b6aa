//! Every check, over resources that fail it, that pass it, and that cannot be assessed.
//!
//! `fixtures/SERVICE.jsonl` has a line a check: `{"check", "fail": […], "pass": […], "skip": […]}`. Each item is the facts
//! of a resource, or the resource itself where it has `facts`, with those `beside` it.

use std::collections::{BTreeMap, BTreeSet};

use riposte_core::catalogue::all_metas;
use serde_json::{Map, Value, json};

use super::*;

#[allow(clippy::needless_pass_by_value, reason = "documents are written in place")]
mod expectations;

const NOW: &str = "2026-11-27T12:00:00Z";

struct Case {
    want: Option<Status>,
    resource: Resource,
    beside: Vec<Resource>,
}

fn fixtures() -> BTreeMap<String, Vec<Case>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            let place = format!("{}:{}", path.display(), number + 1);
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{place}: {error}"));
            let id = value["check"].as_str().unwrap().to_owned();
            let check = check_of(&id).unwrap_or_else(|| panic!("{place}: there is no check `{id}`"));
            let mut cases = Vec::new();
            for (name, want) in [
                ("fail", Some(Status::Fail)),
                ("pass", Some(Status::Pass)),
                ("manual", Some(Status::Manual)),
                ("skip", None),
            ] {
                for item in value[name].as_array().into_iter().flatten() {
                    let mut own = resource(check.of, check.kind, item);
                    let beside =
                        item["beside"].as_array().into_iter().flatten().filter(|_| item.get("facts").is_some());
                    let mut beside: Vec<_> = beside
                        .map(|b| resource(b["service"].as_str().unwrap_or(check.of), b["type"].as_str().unwrap(), b))
                        .collect();
                    listed(check, &mut own, &mut beside);
                    cases.push(Case { want, resource: own, beside });
                }
            }
            assert!(all.insert(id, cases).is_none(), "{place}: twice");
        }
    }
    all
}

fn resource(service: &str, kind: &str, item: &Value) -> Resource {
    let whole = item.get("facts").is_some();
    let text = |name: &str, default: &str| item[name].as_str().filter(|_| whole).unwrap_or(default).to_owned();
    let id = text("id", "probe");
    let facts = if whole { &item["facts"] } else { item };
    Resource {
        version: 1,
        service: service.to_owned(),
        kind: kind.to_owned(),
        account: text("account", "111122223333"),
        region: text("region", "eu-west-1"),
        arn: text("arn", &format!("arn:aws:{service}:eu-west-1:111122223333:{kind}/{id}")),
        name: text("name", &id),
        id,
        tags: serde_json::from_value(item["tags"].clone()).unwrap_or_default(),
        facts: facts.as_object().unwrap().clone(),
    }
}

/// The account resources of a collector that listed all.
fn listed(check: &Check, own: &mut Resource, beside: &mut Vec<Resource>) {
    for (service, _) in check.keeps() {
        let counts: Map<String, Value> = shapes::SHAPES
            .iter()
            .filter(|s| s.service == service && !s.listed_by.is_empty())
            .map(|s| (s.listed_by.to_owned(), json!({"count": 1})))
            .collect();
        if own.is(service, "account") {
            own.facts.extend(counts.into_iter().filter(|(op, _)| !own.facts.contains_key(op)).collect::<Vec<_>>());
            continue;
        }
        match beside.iter_mut().find(|r| r.is(service, "account")) {
            Some(account) => account
                .facts
                .extend(counts.into_iter().filter(|(op, _)| !account.facts.contains_key(op)).collect::<Vec<_>>()),
            None => beside.push(resource(service, "account", &json!({"id": "111122223333", "facts": counts}))),
        }
    }
}

fn look(check: &'static Check, resource: &Resource, beside: &[Resource]) -> Vec<AuditFinding> {
    let mut audit = Audit::new(vec![check], NOW.parse().unwrap());
    let mut findings = Vec::new();
    for one in beside.iter().chain([resource]) {
        audit.add(one.clone(), |finding| findings.push(finding));
    }
    audit.finish(|finding| findings.push(finding));
    findings.retain(|finding| finding.resource == resource.arn);
    findings
}

#[test]
fn every_check_fails_passes_and_says_nothing_as_it_should() {
    let fixtures = fixtures();
    let mut wrong = Vec::new();
    for check in checks() {
        let Some(cases) = fixtures.get(check.id) else {
            wrong.push(format!("{}: no fixtures", check.id));
            continue;
        };
        let fails = if check.id.ends_with("-units-to-review") { Status::Manual } else { Status::Fail };
        for want in [Some(fails), Some(if check.id.ends_with("-to-review") { Status::Manual } else { Status::Pass })] {
            if !cases.iter().any(|case| case.want == want) {
                wrong.push(format!("{}: no {want:?}", check.id));
            }
        }
        for (number, case) in cases.iter().enumerate() {
            let found = look(check, &case.resource, &case.beside);
            let status = found.first().map(|finding| finding.status);
            if status != case.want || found.len() > 1 {
                wrong.push(format!("{} case {number}: wanted {:?}, found {found:#?}", check.id, case.want));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_missing_or_denied_is_never_a_pass() {
    let mut wrong = Vec::new();
    for (id, cases) in fixtures() {
        let check = check_of(&id).unwrap();
        for case in cases.iter().filter(|case| case.want.is_some()) {
            let denied = json!({"error": {"code": "AccessDenied", "message": "no"}});
            let errors = case.resource.facts.keys().map(|operation| (operation.clone(), denied.clone())).collect();
            for facts in [Map::new(), errors] {
                let found = look(check, &Resource { facts, ..case.resource.clone() }, &[]);
                if found.iter().any(|finding| finding.status != Status::NotAssessed) || found.is_empty() {
                    wrong.push(format!("{id}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A value of another type than it is.
fn garbled(value: &Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => json!("?!"),
        // A number is a time or a version to some.
        Value::String(_) => json!({"?!": 7}),
        Value::Null | Value::Array(_) | Value::Object(_) => json!(7),
    }
}

/// The value with each part of it garbled, one at a time, and the paths of the parts.
fn garbles(value: &Value, path: &str) -> Vec<(String, Value)> {
    let mut all = vec![(path.to_owned(), garbled(value))];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                for (path, garbled) in garbles(member, &format!("{path}.{name}")) {
                    let mut members = members.clone();
                    members.insert(name.clone(), garbled);
                    all.push((path, members.into()));
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                for (path, garbled) in garbles(item, &format!("{path}[{index}]")) {
                    let mut items = items.clone();
                    items[index] = garbled;
                    all.push((path, items.into()));
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn an_answer_that_cannot_be_read_is_never_a_pass() {
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (id, cases) in fixtures() {
        let check = check_of(&id).unwrap();
        for case in cases.iter().filter(|case| case.want == Some(Status::Fail)) {
            for (operation, fact) in &case.resource.facts {
                // How many there are is the collector's own word.
                if fact.get("count").is_some() || fact.is_null() {
                    continue;
                }
                for (path, garbled) in garbles(fact, operation) {
                    let mut resource = case.resource.clone();
                    resource.facts.insert(operation.clone(), garbled);
                    tried += 1;
                    let found = look(check, &resource, &case.beside);
                    let good =
                        found.is_empty() || found.iter().any(|f| matches!(f.status, Status::Pass | Status::Manual));
                    if good {
                        wrong.push(format!("{id}: {path}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_table_has_every_operation_that_is_read() {
    let mut read: BTreeSet<(String, String, String)> = BTreeSet::new();
    let now = NOW.parse().unwrap();
    for (id, cases) in fixtures() {
        let check = check_of(&id).unwrap();
        for case in cases {
            let mut note = |resource: &Resource| {
                for operation in resource.facts.keys() {
                    read.insert((resource.service.clone(), resource.kind.clone(), operation.clone()));
                }
            };
            case.beside.iter().filter(|b| b.kind != "account").for_each(&mut note);
            note(&case.resource);
            if let Look::Each(look) = check.look {
                let view = View::new(&case.resource, now);
                let _ = look(&view);
                for operation in view.operations() {
                    let shape = shapes::shape_of(check.of, check.kind).unwrap_or_else(|| panic!("{id}: no shape"));
                    assert!(
                        shape.reads.contains(&operation.as_str()),
                        "{id} reads `{operation}`, which the table has not"
                    );
                }
            }
        }
    }
    for (service, kind, operation) in &read {
        let shape = shapes::shape_of(service, kind).unwrap_or_else(|| panic!("{service} {kind} is not in the table"));
        assert!(shape.reads.contains(&operation.as_str()) || shape.kind == "account", "{service} {kind} {operation}");
    }
}

#[test]
fn the_catalogue_is_whole() {
    let detectors: BTreeSet<&str> = all_metas().map(|meta| meta.id).collect();
    let mut ids = BTreeSet::new();
    for check in checks() {
        assert!(ids.insert(check.id), "`{}` stands there twice", check.id);
        assert!(check.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", check.id);
        assert!(shapes::shape_of(check.of, check.kind).is_some(), "{}: {} {}", check.id, check.service, check.kind);
        for text in [check.title, check.what, check.why, check.fix, check.false_positives] {
            assert!(text.len() >= 4, "{} lacks a text", check.id);
        }
        for detector in check.detectors {
            assert!(detectors.contains(detector), "{}: there is no detector `{detector}`", check.id);
        }
    }
}

/// What accounts have a million of is looked at while it streams by, and forgotten.
#[test]
fn log_groups_are_not_kept_however_many_there_are() {
    const GROUPS: usize = 5_000;
    let mut audit = Audit::new(checks().collect(), NOW.parse().unwrap());
    let mut told = 0;
    for number in 0..GROUPS {
        let name = format!("/app/{number}");
        let facts = json!({"DescribeLogGroups": {"logGroupName": name}});
        audit.add(resource("logs", "log-group", &json!({"id": name, "facts": facts})), |_| told += 1);
    }
    assert!(told >= GROUPS, "they are looked at");
    let index = audit.finish(|finding| panic!("nothing waits for the end: {finding:?}"));
    assert!(index.all("logs", "log-group").is_empty());
}
