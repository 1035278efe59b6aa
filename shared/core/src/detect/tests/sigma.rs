//! The pack's invariants, and how a user's rules are read and refused.

use std::path::Path;

use serde_json::json;

use super::fixture::{firing, fixtures_of};
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
        let mut responded = 0;
        for fixture in firing(id) {
            let call = fixture.call();
            let event = Record::of(&call);
            for path in [Some(target), paths.distinct].into_iter().flatten() {
                assert!(text_at(&event, path).is_some(), "{id}/{}: nothing stands at `{path}`", fixture.name);
            }
            let claims = rule.judge(&call, &Facts::default()).unwrap();
            let responses = claims.iter().filter_map(|claim| claim.response.as_ref()).count();
            // A rule may read several calls of which its action responds to some: then it makes none for the others.
            assert!([0, claims.len()].contains(&responses), "{id}/{}: {responses} responses", fixture.name);
            responded += responses;
        }
        assert!(responded > 0 || rule.meta().actions.is_empty(), "{id}: no event makes a response");
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
    assert_eq!((fired("by-arn"), fired("defense-tampering-refused"), fired("started")), (1, 1, 0));
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
        ("field", rule(STOP, "riposte:\n    color: red\n"), 11, "unknown field `color`"),
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

/// How often a rule over this detection fires on a record.
fn fires(detection: &str, record: &serde_json::Value) -> usize {
    let loaded = load(&file(&rule(detection, "")), &[]).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut record = record.as_object().unwrap().clone();
    for (key, value) in [("eventName", "A"), ("eventSource", "x.amazonaws.com"), ("eventID", "e-1")] {
        record.entry(key).or_insert(value.into());
    }
    loaded[0].judge(&crate::event::ApiCall::new(record, None, None), &Facts::default()).unwrap().len()
}

#[test]
fn what_is_missing_or_null_differs_from_every_value_and_does_not_exist() {
    let detection = |item: &str| format!("    s:\n        eventName: A\n        {item}\n    condition: s");
    let (missing, null) = (json!({}), json!({ "errorCode": null }));
    let (x, y, empty) = (json!({ "errorCode": "X" }), json!({ "errorCode": "Y" }), json!({ "errorCode": "" }));
    for (item, want) in [
        ("errorCode|neq: X", [1, 1, 0, 1, 1]),
        ("errorCode|neq: [X, Y]", [1, 1, 0, 0, 1]),
        ("errorCode|neq|startswith: X", [1, 1, 0, 1, 1]),
        ("errorCode|neq: null", [0, 0, 1, 1, 1]),
        ("errorCode|exists: true", [0, 0, 1, 1, 1]),
        ("errorCode|exists: false", [1, 1, 0, 0, 0]),
        ("errorCode: null", [1, 1, 0, 0, 0]),
        ("errorCode: X", [0, 0, 1, 0, 0]),
        ("errorCode: ''", [0, 0, 0, 0, 1]),
    ] {
        let found = [&missing, &null, &x, &y, &empty].map(|record| fires(&detection(item), record));
        assert_eq!(found, want, "{item}");
    }
    // In a list of maps, beside others, and under a negation.
    let either = "    s:\n        - errorCode|neq: X\n          awsRegion: r\n        - eventName: B\n    condition: s";
    assert_eq!([fires(either, &json!({ "awsRegion": "r" })), fires(either, &json!({}))], [1, 0]);
    let not = "    s:\n        eventName: A\n    f:\n        errorCode|neq: X\n    condition: s and not f";
    assert_eq!([fires(not, &missing), fires(not, &x)], [0, 1]);
}

/// No rule of the pack depends on whether a service leaves a field out or writes null.
#[test]
fn a_field_that_is_null_is_a_missing_one_for_every_rule() {
    fn without_nulls(value: &serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(object) => {
                object.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), without_nulls(v))).collect()
            }
            other => other.clone(),
        }
    }
    const WRITTEN: [&str; 6] =
        ["errorCode", "errorMessage", "requestParameters", "responseElements", "additionalEventData", "vpcEndpointId"];
    for rule in pack::all() {
        let id = rule.meta().id;
        for fixture in fixtures_of(id) {
            let call = fixture.call();
            let bare = without_nulls(call.record());
            let mut full = bare.as_object().unwrap().clone();
            for key in WRITTEN {
                full.entry(key).or_insert(serde_json::Value::Null);
            }
            let judged = |record| {
                let call = crate::event::ApiCall::new(record, None, None);
                rule.judge(&call, &Facts::default()).map(|claims| claims.len()).unwrap()
            };
            let (bare, full) = (judged(bare.as_object().unwrap().clone()), judged(full));
            assert_eq!(bare, full, "{id}/{}", fixture.name);
        }
    }
}

#[test]
fn string_modifiers_look_into_objects_and_lists_of_them() {
    let detection = |item: &str| format!("    s:\n        eventName: A\n        {item}\n    condition: s");
    let document = r#"{"Statement":[{"Effect":"Allow","Action":"s3:GetObject"}]}"#;
    let record = json!({ "requestParameters": { "userName": "eve", "policyDocument": document, "n": 7,
                                                "tags": [{ "key": "team", "value": "blue" }] } });
    for (item, want) in [
        ("requestParameters|contains: 's3:GetObject'", 1),
        ("requestParameters|contains|all: ['s3:GetObject', 'eve']", 1),
        ("requestParameters|contains|all: ['s3:GetObject', 'adam']", 0),
        (r#"requestParameters|contains: '"Effect":"Allow"'"#, 1),
        (r#"requestParameters|re: '"n":[0-9]'"#, 1),
        ("requestParameters: '*GetObject*'", 1),
        ("requestParameters.tags|contains: blue", 1),
        ("requestParameters.tags|contains: red", 0),
        ("requestParameters|neq|contains: adam", 1),
        ("requestParameters.userName|contains: ev", 1),
        ("requestParameters.nothing|contains: x", 0),
        ("requestParameters: eve", 0),
    ] {
        assert_eq!(fires(&detection(item), &record), want, "{item}");
    }
}

#[test]
fn rules_that_can_never_match_are_refused_with_their_line() {
    for (name, text, line, reason) in [
        (
            "nested map",
            rule(
                "    s:\n        eventName: A\n        responseElements:\n            ConsoleLogin: Failure\n    condition: s",
                "",
            ),
            8,
            "write `responseElements.ConsoleLogin: …`",
        ),
        (
            "nested with a modifier",
            rule("    s:\n        a|contains:\n            b: c\n    condition: s", ""),
            7,
            "`a|contains` holds a map",
        ),
        (
            "expand",
            rule("    s:\n        eventName: A\n        b|expand: '%x%'\n    condition: s", ""),
            8,
            "`b|expand` needs a list",
        ),
        ("empty list", rule("    s:\n        eventName: []\n    condition: s", ""), 7, "`eventName` is an empty list"),
        (
            "list in list",
            rule("    s:\n        eventName: [[A]]\n    condition: s", ""),
            7,
            "`eventName` holds a list or a map",
        ),
        ("empty keywords", rule("    words: []\n    condition: words", ""), 6, "`words` is an empty list"),
        ("empty selection", rule("    s: {}\n    condition: s", ""), 1, "must not be empty"),
        (
            "timeframe",
            rule("    s:\n        eventName: A\n    timeframe: 5m\n    condition: s", ""),
            8,
            "write a correlation rule",
        ),
        (
            "two calls at once",
            rule("    a:\n        eventName: A\n    b:\n        eventName: B\n    condition: a and b", ""),
            10,
            "can never hold",
        ),
        (
            "two callers at once",
            rule(
                "    a:\n        userIdentity.type: Root\n    b:\n        userIdentity.type: [IAMUser, AssumedRole]\n    condition: all of them",
                "",
            ),
            10,
            "can never hold",
        ),
        ("itself and not", rule("    a:\n        x: 1\n    condition: a and not a", ""), 8, "can never hold"),
        ("no such selection", rule("    a:\n        x: 1\n    condition: 1 of b*", ""), 8, "wants 1 of 0"),
        (
            "too many wanted",
            rule("    a1:\n        x: 1\n    a2:\n        x: 2\n    condition: 3 of a*", ""),
            10,
            "wants 3 of 2",
        ),
        ("another log", rule(STOP, "").replace("service: cloudtrail", "service: vpcflow"), 4, "`vpcflow`"),
        (
            "another product",
            rule(STOP, "").replace("    product: aws\n    service: cloudtrail", "    category: process_creation"),
            3,
            "`process_creation`",
        ),
    ] {
        let errors = load(&file(&text), &[]).map(|rules| rules.len()).unwrap_err();
        let [error] = errors.as_slice() else { panic!("{name}: {errors:?}") };
        assert!(error.reason.contains(reason), "{name}: {error}");
        assert_eq!(error.line, line, "{name}: {error}");
    }
}

#[test]
fn rules_that_can_match_are_not_refused() {
    for detection in [
        "    a:\n        eventName: A\n    b:\n        eventName: [B, a]\n    condition: a and b",
        "    a:\n        eventName: A\n    b:\n        eventName: B\n    condition: a or b",
        "    a:\n        eventName: A\n    b:\n        eventName: B\n    condition: a and not b",
        "    a:\n        - eventName: A\n        - eventSource: x\n    b:\n        eventName: B\n    condition: a and b",
        "    a:\n        resources.type: X\n    b:\n        resources.type: Y\n    condition: a and b",
        "    a:\n        eventName: A*\n    b:\n        eventName: AB\n    condition: a and b",
        "    a:\n        eventName:\n            - A\n            - null\n    condition: a",
        "    a:\n        x: ''\n    condition: not a",
    ] {
        assert!(load(&file(&rule(detection, "")), &[]).is_ok(), "{detection}");
    }
}

#[test]
fn a_rule_over_network_activity_reads_that_alone_and_others_never_do() {
    for (detection, network) in [
        ("    s:\n        eventType: AwsVpceEvent\n        eventName: A\n    condition: s", true),
        ("    s:\n        eventCategory: NetworkActivity\n    condition: s", true),
        ("    s:\n        errorCode: VpceAccessDenied\n    condition: s", true),
        (
            "    s:\n        eventName: A\n    f:\n        eventCategory: NetworkActivity\n    condition: s and not f",
            false,
        ),
        ("    s:\n        eventName: A\n    t:\n        eventCategory: NetworkActivity\n    condition: s or t", false),
    ] {
        let loaded = load(&file(&rule(detection, "")), &[]).unwrap();
        assert_eq!(loaded[0].meta().events == Events::NetworkActivity, network, "{detection}");
        let index = crate::detect::Index::new(loaded);
        let head = |network_activity| crate::detect::Head {
            name: "A",
            source: Some("x"),
            network_activity,
            ..Default::default()
        };
        assert_eq!(
            [index.reading(&head(true)).len(), index.reading(&head(false)).len()],
            if network { [1, 0] } else { [0, 1] }
        );
    }
}

#[test]
fn what_does_not_say_what_is_counted_counts_nothing_and_each_of_a_list_counts() {
    let counting = "riposte:\n    burst:\n        distinct: requestParameters.id, requestParameters.ids\n        what: things\n        at-least: 2\n        within-seconds: 60\n";
    let loaded = load(&file(&rule("    s:\n        eventName: A\n    condition: s", counting)), &[]).unwrap();
    let items = |request: serde_json::Value| {
        let record = json!({ "eventName": "A", "eventSource": "x", "eventID": "e", "requestParameters": request });
        let call = crate::event::ApiCall::new(record.as_object().unwrap().clone(), None, None);
        let claims = loaded[0].judge(&call, &Facts::default()).unwrap();
        claims.into_iter().map(|claim| claim.counted.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(items(json!({ "id": "a" })), ["a"]);
    assert_eq!(items(json!({ "ids": ["a", "b", "c", "d", "e"] })), ["a", "b", "c", "d", "e"]);
    for nothing in [json!(null), json!({}), json!({ "id": null }), json!({ "id": "" }), json!({ "ids": [] })] {
        assert_eq!(items(nothing), Vec::<String>::new());
    }
}

/// The findings of rules over calls: each a name, a user and a second, in their order.
fn correlated(rules: &str, calls: &[(&str, &str, i64)]) -> Vec<String> {
    let loaded = load(&file(rules), &[]).unwrap_or_else(|errors| panic!("{errors:?}"));
    let index = crate::detect::Index::new(loaded);
    let mut tally = crate::detect::Tally::default();
    let mut found = Vec::new();
    for (number, (name, user, second)) in calls.iter().enumerate() {
        let time = jiff::Timestamp::from_second(1_777_888_800 + second).unwrap().to_string();
        let record = json!({ "eventName": name, "eventSource": "x.amazonaws.com", "eventID": format!("e-{number}"),
            "eventTime": time, "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "userIdentity": { "type": "IAMUser", "userName": user, "arn": format!("arn:aws:iam::111122223333:user/{user}") },
            "requestParameters": { "bucketName": format!("b-{}", number % 3) } });
        let mut record = record.as_object().unwrap().clone();
        if user.is_empty() {
            record.remove("userIdentity");
        }
        let call = crate::event::ApiCall::new(record, None, None);
        let report = crate::detect::run(&index, &call, &call.scope().unwrap(), &Facts::default());
        found.extend(report.findings);
        found.extend(report.sightings.into_iter().filter_map(|sighting| tally.count(sighting)));
    }
    found.into_iter().map(|finding| format!("{} {}", finding.detector, finding.scope.event_id)).collect()
}

fn base(name: &str, call: &str) -> String {
    format!(
        "title: {name}\nname: {name}\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n    s:\n        eventName: {call}\n    condition: s\nlevel: low\n---\n"
    )
}

fn correlation(kind: &str, rules: &str, rest: &str) -> String {
    format!(
        "title: Together\nname: together\ncorrelation:\n    type: {kind}\n    rules: [{rules}]\n    group-by: [userIdentity.userName]\n    timespan: 5m\n{rest}\nlevel: high\n"
    )
}

#[test]
fn events_of_a_group_are_counted_in_a_window_that_slides() {
    let rules = base("a", "A") + &correlation("event_count", "a", "    condition:\n        gte: 3");
    assert_eq!(correlated(&rules, &[("A", "eve", 280), ("A", "eve", 299), ("A", "eve", 310)]), ["together e-2"]);
    assert_eq!(correlated(&rules, &[("A", "eve", 0), ("A", "eve", 1), ("A", "adam", 2)]), Vec::<String>::new());
    assert_eq!(correlated(&rules, &[("A", "eve", 0), ("A", "eve", 150), ("A", "eve", 301)]), Vec::<String>::new());
    assert_eq!(correlated(&rules, &[("A", "", 0), ("A", "", 1), ("A", "", 2)]), Vec::<String>::new(), "no group");
    let day = (0..10).map(|n| ("A", "eve", n)).collect::<Vec<_>>();
    assert_eq!(correlated(&rules, &day).len(), 1, "once for as long as it goes on");
}

#[test]
fn values_and_rules_are_counted_and_their_order_matters_where_it_is_said() {
    let values = base("a", "A")
        + &correlation(
            "value_count",
            "a",
            "    condition:\n        field: requestParameters.bucketName\n        gte: 3",
        );
    assert_eq!(correlated(&values, &[("A", "eve", 0), ("A", "eve", 1), ("A", "eve", 2)]), ["together e-2"]);
    let two = base("a", "A") + &base("b", "B");
    let any = two.clone() + &correlation("temporal", "a, b", "");
    let ordered = two.clone() + &correlation("temporal_ordered", "a, b", "");
    let (ab, ba) = ([("A", "eve", 0), ("B", "eve", 9)], [("B", "eve", 0), ("A", "eve", 9)]);
    assert_eq!([correlated(&any, &ab).len(), correlated(&any, &ba).len()], [1, 1]);
    assert_eq!([correlated(&ordered, &ab).len(), correlated(&ordered, &ba).len()], [1, 0]);
    let either = two.clone() + &correlation("temporal", "a, b", "    condition: a or b");
    assert_eq!(correlated(&either, &[("B", "eve", 0)]), ["together e-0"]);
    let generate = ordered.replace("level: high", "generate: true\nlevel: high");
    assert_eq!(correlated(&generate, &ab), ["a e-0", "b e-1", "together e-1"], "the rules find for themselves too");
    let by_alias = two
        + &correlation(
            "temporal",
            "a, b",
            "    aliases:\n        userIdentity.userName:\n            a: userIdentity.arn\n            b: userIdentity.arn",
        );
    assert_eq!(correlated(&by_alias, &ab).len(), 1);
}

#[test]
fn a_correlation_that_cannot_be_run_is_refused_with_its_line() {
    let a = base("a", "A");
    for (rest, reason) in [
        (correlation("event_count", "nothing", "    condition:\n        gte: 3"), "`rules` names `nothing`"),
        (correlation("event_count", "a", "    condition:\n        lte: 3"), "needs `gte`, `gt` or `eq`"),
        (correlation("value_count", "a", "    condition:\n        gte: 3"), "`condition.field` is missing"),
        (
            correlation("value_sum", "a", "    condition:\n        field: x\n        gte: 3"),
            "`value_sum` is not supported",
        ),
        (correlation("temporal", "a", "    condition: a and b"), "names `b`, which is not among"),
        (correlation("event_count", "together", "    condition:\n        gte: 3"), "is a correlation itself"),
        (
            correlation("event_count", "a", "    condition:\n        gte: 3\nriposte:\n    target: x"),
            "`riposte` of a correlation",
        ),
        (
            correlation("event_count", "a", "    condition:\n        gte: 3").replace("5m", "90d"),
            "between a second and 31 days",
        ),
    ] {
        let errors = load(&file(&(a.clone() + &rest)), &[]).map(|rules| rules.len()).unwrap_err();
        assert!(errors[0].reason.contains(reason), "{reason}: {errors:?}");
        assert_eq!(errors[0].line, 12, "{errors:?}");
    }
}

#[test]
fn every_dated_name_of_a_call_of_lambda_is_that_call() {
    let one = |name: &str| {
        rule(
            &format!("    s:\n        eventSource: lambda.amazonaws.com\n        eventName: {name}\n    condition: s"),
            "",
        )
    };
    for written in ["UpdateFunctionCode", "UpdateFunctionCode20150331v2", "UpdateFunctionCode20150331"] {
        let loaded = load(&file(&one(written)), &[]).unwrap();
        let index = crate::detect::Index::new(loaded);
        for (name, found) in [
            ("UpdateFunctionCode", 1),
            ("UpdateFunctionCode20150331", 1),
            ("UpdateFunctionCode20150331v2", 1),
            ("UpdateFunctionCode20300101v7", 1),
            ("UpdateFunctionConfiguration20150331v2", 0),
        ] {
            let record = json!({ "eventName": name, "eventSource": "lambda.amazonaws.com", "eventID": "e",
                                 "awsRegion": "r", "recipientAccountId": "111122223333" });
            let call = crate::event::ApiCall::new(record.as_object().unwrap().clone(), None, None);
            let report = crate::detect::run(&index, &call, &call.scope().unwrap(), &Facts::default());
            assert_eq!(report.findings.len(), found, "{written} on {name}");
        }
    }
}
