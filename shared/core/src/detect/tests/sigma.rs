//! The pack's invariants, and how a user's rules are read and refused.

use std::path::Path;

use super::fixture::fixtures_of;
use crate::detect::sigma::{Record, RuleFile, load, pack, text_at};
use crate::detect::{Detector, Domain, Events, Facts, Outcome, Status};

#[test]
fn every_rule_of_the_pack_compiles_and_has_an_id_of_its_own() {
    let mut ids = std::collections::BTreeSet::new();
    for rule in pack::all() {
        rule.compile().unwrap_or_else(|error| panic!("{error}"));
        let (_, id) = rule.text().lines().find_map(|line| line.split_once("id: ")).unwrap();
        assert!(ids.insert(id.to_owned()), "{}: the id {id} is used twice", rule.meta().id);
        let hexadecimal = |part: &str| part.bytes().all(|b| b.is_ascii_hexdigit());
        let parts: Vec<_> = id.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id} is no UUID");
        assert!(parts.into_iter().all(hexadecimal), "{id} is no UUID");
    }
}

#[test]
fn the_paths_that_a_rule_names_are_in_the_events_that_fire_it() {
    for rule in pack::all() {
        let id = rule.meta().id;
        let paths = rule.paths();
        let target = paths.target.unwrap_or_else(|| panic!("{id}: `riposte.target` is missing"));
        for fixture in fixtures_of(id).iter().filter(|fixture| fixture.name.starts_with("fires-")) {
            let call = fixture.call();
            let event = Record::of(call.record());
            for path in [Some(target), paths.distinct].into_iter().flatten() {
                assert!(text_at(&event, path).is_some(), "{id}/{}: nothing stands at `{path}`", fixture.name);
            }
            let claims = rule.judge(&call, &Facts::default()).unwrap();
            let answered = claims.iter().filter_map(|claim| claim.response.as_ref()).count();
            assert_eq!(answered, rule.meta().actions.len(), "{id}/{}: a response cannot be made", fixture.name);
        }
    }
}

/// A file with this text.
fn file(text: &str) -> [RuleFile; 1] {
    [RuleFile { file: "rules/rule.yml".into(), text: text.to_owned() }]
}

fn rule(detection: &str, rest: &str) -> String {
    format!(
        "title: Something\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n{detection}\nlevel: low\n{rest}"
    )
}

const STOP: &str =
    "    s:\n        eventSource: cloudtrail.amazonaws.com\n        eventName: StopLogging\n    condition: s";

#[test]
fn a_plain_rule_runs_as_it_is_over_failed_calls_too() {
    let loaded = load(&file(&rule(STOP, "")), &["trail-stopped"]).unwrap();
    let [rule] = loaded.as_slice() else { panic!("{loaded:?}") };
    assert_eq!((rule.meta().id, rule.meta().outcome), ("rule", Outcome::Any));
    let calls = fixtures_of("trail-stopped");
    let fired = |name: &str| {
        let call = calls.iter().find(|fixture| fixture.name == name).unwrap().call();
        rule.judge(&call, &Facts::default()).unwrap().len()
    };
    assert_eq!(
        (fired("fires-by-arn"), fired("silent-see-defense-tampering-refused"), fired("silent-started")),
        (1, 1, 0)
    );
}

#[test]
fn the_calls_of_a_rule_are_read_from_its_conditions_and_never_too_narrow() {
    for (name, detection, names) in [
        ("exact", STOP, Some(vec![("cloudtrail.amazonaws.com", "StopLogging")])),
        ("name", "    s:\n        eventName: [A, B]\n    condition: s", Some(vec![("*", "A"), ("*", "B")])),
        (
            "service",
            "    s:\n        eventSource: s3.amazonaws.com\n    condition: s",
            Some(vec![("s3.amazonaws.com", "*")]),
        ),
        (
            "or",
            "    s:\n        eventName: A\n    t:\n        eventName: B\n    condition: s or t",
            Some(vec![("*", "A"), ("*", "B")]),
        ),
        ("or-open", "    s:\n        eventName: A\n    t:\n        x: B\n    condition: s or t", None),
        (
            "one-of",
            "    s1:\n        eventName: A\n    s2:\n        eventName: B\n    condition: 1 of s*",
            Some(vec![("*", "A"), ("*", "B")]),
        ),
        ("not", "    s:\n        eventName: A\n    condition: not s", None),
        (
            "and-not",
            "    s:\n        eventName: A\n    f:\n        eventName: B\n    condition: s and not f",
            Some(vec![("*", "A")]),
        ),
        ("prefix", "    s:\n        eventName|startswith: A\n    condition: s", None),
        ("wildcard", "    s:\n        eventName: A*\n    condition: s", None),
        ("words", "    words:\n        - evil\n    condition: words", None),
    ] {
        let loaded = load(&file(&rule(detection, "")), &["trail-stopped"]).unwrap();
        let events = loaded[0].meta().events;
        match names {
            None => assert_eq!(events, Events::All, "{name}"),
            Some(names) => {
                let found: Vec<_> = events.names().iter().map(|event| (event.source, event.name)).collect();
                assert_eq!(found, names, "{name}");
            }
        }
    }
}

#[test]
fn a_broken_rule_is_refused_with_its_file_its_line_and_the_reason() {
    for (name, text, line, reason) in [
        ("yaml", "title: x\n  level: [\n".to_owned(), 2, "mapping values are not allowed"),
        ("modifier", rule("    s:\n        eventName|sounds: A\n    condition: s", ""), 7, "sounds"),
        ("condition", rule("    s:\n        eventName: A\n    condition: s and and", ""), 8, "ondition"),
        ("unknown", rule("    s:\n        eventName: A\n    condition: t", ""), 8, "t"),
        ("regex", rule("    s:\n        eventName|re: '('\n    condition: s", ""), 1, "regex"),
        ("action", rule(STOP, "riposte:\n    respond: [reboot]\n    target: a.b\n"), 12, "there is no action `reboot`"),
        ("target", rule(STOP, "riposte:\n    respond: [revoke-ingress]\n"), 12, "`riposte.target`"),
        ("field", rule(STOP, "riposte:\n    colour: red\n"), 11, "unknown field `colour`"),
        ("product", rule(STOP, "").replace("product: aws", "product: windows"), 3, "`windows`"),
        ("level", rule(STOP, "").replace("level: low", "level: loud"), 10, "loud"),
        ("taken", rule(STOP, "name: trail-stopped\n"), 1, "`trail-stopped` is taken by a rule in the catalog"),
        ("renamed", rule(STOP, "name: trail-left-organisation\n"), 1, "is called `trail-left-organization` now"),
        ("unsupported", rule(STOP, "status: unsupported\n"), 11, "`status: unsupported`"),
        ("nothing", "# only words\n".to_owned(), 1, "not a YAML mapping"),
    ] {
        let errors =
            load(&file(&text), &["trail-stopped", "trail-left-organization"]).map(|rules| rules.len()).unwrap_err();
        let [error] = errors.as_slice() else { panic!("{name}: {errors:?}") };
        assert_eq!((error.file.as_path(), error.line), (Path::new("rules/rule.yml"), line), "{name}: {error}");
        assert!(error.reason.contains(reason), "{name}: {error}");
        assert!(error.to_string().starts_with(&format!("rules/rule.yml:{line}: ")), "{error}");
    }
}

#[test]
fn the_words_that_a_rule_was_written_with_before_still_work() {
    let threshold = "{what: things, distinct: eventID, at-least: 3, within-seconds: 600}";
    let before = format!("riposte:\n    domain: traces\n    burst: {threshold}\n");
    let now = format!("riposte:\n    category: defense-evasion\n    threshold: {threshold}\n");
    let metas = [before, now].map(|riposte| *load(&file(&rule(STOP, &riposte)), &[]).unwrap()[0].meta());
    for meta in metas {
        assert_eq!((meta.domain, meta.burst.map(|burst| burst.at_least)), (Domain::Traces, Some(3)));
    }
}

#[test]
fn the_status_of_sigma_says_how_far_a_rule_is_relied_on() {
    for (text, status) in [
        ("", Status::Stable),
        ("status: stable\n", Status::Stable),
        ("status: test\n", Status::Stable),
        ("status: experimental\n", Status::Preview),
        ("status: deprecated\n", Status::Deprecated),
    ] {
        let loaded = load(&file(&rule(STOP, text)), &[]).unwrap();
        assert_eq!(loaded[0].meta().status, status, "{text}");
    }
}

#[test]
fn a_name_that_is_taken_twice_is_refused() {
    let [one] = file(&rule(STOP, ""));
    let two = RuleFile { file: "other/rule.yml".into(), ..one.clone() };
    let errors = load(&[one, two], &[]).map(|rules| rules.len()).unwrap_err();
    assert_eq!(errors[0].to_string(), "other/rule.yml:1: the name `rule` is taken by a rule in `rules/rule.yml`");
}
