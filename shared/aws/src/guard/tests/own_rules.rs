//! Rules of the user's in a function: counted, noted, recorded, told.

use riposte_core::catalogue::COMPUTE_GUARD;
use riposte_core::detect::sigma::{self, RuleFile};
use serde_json::{Value, json};

use super::{deliver_to, failed};
use crate::actions::Actions;
use crate::guard::{Base, CallGuard};
use crate::lookups::Lookups;
use crate::testing::{Aws, Fault, batch, envelope, record};

/// A rule over `Take` calls, with this level and this `riposte:` part.
fn rule(level: &str, riposte: &str) -> String {
    format!(
        "title: Taken\nlogsource:\n    product: aws\ndetection:\n    s:\n        eventSource: x.amazonaws.com\n        \
         eventName: Take\n    condition: s\nlevel: {level}\nriposte:\n    target: requestParameters.name\n{riposte}"
    )
}

const BURST: &str = "    burst: {what: things, distinct: requestParameters.name, at-least: 3, within-seconds: 600}\n";

fn guard(aws: &Aws, text: String) -> CallGuard {
    let config = aws.config();
    let mut base = Base::new(COMPUTE_GUARD, "111122223333".to_owned(), &config, Actions::all(&config));
    base.rules = sigma::load(&[RuleFile { file: "taken.yml".into(), text }], &[]).unwrap();
    CallGuard::new(base, Lookups::default())
}

fn taken(name: &str) -> String {
    let record = record(&format!("e-{name}"), "x.amazonaws.com", "Take", &json!({ "name": name }), &Value::Null);
    batch(&[("m", &envelope(&record).to_string())])
}

fn incidents(aws: &Aws) -> usize {
    aws.world(|world| world.table.with_prefix("incident#").len())
}

fn told(aws: &Aws) -> usize {
    aws.world(|world| world.sent.len())
}

#[tokio::test]
async fn a_burst_is_one_incident_however_it_is_delivered() {
    let aws = Aws::new();
    let guard = guard(&aws, rule("high", BURST));
    // The first two come several times: the same thing counts once.
    for name in ["a", "b", "a", "b"] {
        assert_eq!(failed(&deliver_to(&guard, &taken(name)).await.unwrap()), Vec::<&str>::new());
        assert_eq!(incidents(&aws), 0, "{name}");
    }
    for name in ["c", "c", "d", "a"] {
        deliver_to(&guard, &taken(name)).await.unwrap();
        assert_eq!((incidents(&aws), told(&aws)), (1, 1), "{name}");
    }
}

#[tokio::test]
async fn what_riposte_does_itself_counts_towards_no_burst() {
    for (role, found) in [("riposte-own", 0), ("deployer", 1)] {
        let aws = Aws::new();
        let guard = guard(&aws, rule("high", BURST));
        for name in ["a", "b", "c"] {
            let mut event =
                record(&format!("e-{name}"), "x.amazonaws.com", "Take", &json!({ "name": name }), &Value::Null);
            event["userIdentity"] = json!({ "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/r/s",
                "sessionContext": { "sessionIssuer": { "arn": format!("arn:aws:iam::111122223333:role/{role}") } } });
            deliver_to(&guard, &batch(&[("m", &envelope(&event).to_string())])).await.unwrap();
        }
        assert_eq!(incidents(&aws), found, "{role}");
    }
}

#[tokio::test]
async fn a_burst_is_found_where_the_count_or_the_incident_failed_at_first() {
    for operation in ["UpdateItem", "TransactWriteItems"] {
        let aws = Aws::new();
        let guard = guard(&aws, rule("high", BURST));
        for name in ["a", "b"] {
            deliver_to(&guard, &taken(name)).await.unwrap();
        }
        aws.fail_always(operation, Fault::THROTTLED);
        assert_eq!(failed(&deliver_to(&guard, &taken("c")).await.unwrap()), ["m"], "{operation}");
        assert_eq!(incidents(&aws), 0);
        aws.heal();
        aws.fail(operation, Fault::THROTTLED);
        assert_eq!(failed(&deliver_to(&guard, &taken("c")).await.unwrap()), Vec::<&str>::new(), "{operation}");
        assert_eq!((incidents(&aws), told(&aws)), (1, 1), "{operation}");
    }
}

#[tokio::test]
async fn how_bad_it_is_decides_whether_it_is_noted_recorded_or_told() {
    for (level, counts) in [("informational", (0, 0)), ("low", (1, 0)), ("medium", (1, 1)), ("critical", (1, 1))] {
        let aws = Aws::new();
        let guard = guard(&aws, rule(level, ""));
        for _ in 0..2 {
            deliver_to(&guard, &taken("a")).await.unwrap();
        }
        assert_eq!((incidents(&aws), told(&aws)), counts, "{level}");
    }
}

#[tokio::test]
async fn a_rule_that_is_being_tried_opens_no_incident() {
    for (status, counts) in [("experimental", (0, 0)), ("stable", (1, 1)), ("test", (1, 1)), ("deprecated", (1, 1))] {
        for threshold in ["", BURST] {
            let aws = Aws::new();
            let guard = guard(&aws, format!("status: {status}\n{}", rule("critical", threshold)));
            for name in ["a", "b", "c"] {
                assert_eq!(failed(&deliver_to(&guard, &taken(name)).await.unwrap()), Vec::<&str>::new());
            }
            let each = if threshold.is_empty() { 3 } else { 1 };
            assert_eq!((incidents(&aws), told(&aws)), (counts.0 * each, counts.1 * each), "{status} {threshold}");
        }
    }
}

#[tokio::test]
async fn a_rule_of_another_chapter_is_run_by_another_function() {
    let aws = Aws::new();
    let folder = std::env::temp_dir().join(format!("riposte-own-rules-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for domain in ["compute", "data"] {
        std::fs::write(folder.join(format!("{domain}.yml")), rule("low", &format!("    domain: {domain}\n"))).unwrap();
    }
    let rules = crate::guard::own_rules(&folder, &COMPUTE_GUARD).unwrap();
    assert_eq!(rules.iter().map(|rule| rule.meta().id).collect::<Vec<_>>(), ["compute"]);
    std::fs::write(folder.join("broken.yml"), "title: [").unwrap();
    let error = crate::guard::own_rules(&folder, &COMPUTE_GUARD).map(|rules| rules.len()).unwrap_err().to_string();
    assert!(error.starts_with("rules that cannot be used: ") && error.contains("broken.yml:"), "{error}");
    assert_eq!(aws.calls(), Vec::<String>::new());
}

/// Two rules and what they have to do with each other.
fn correlation(kind: &str, rest: &str) -> String {
    let base = |name: &str, call: &str| {
        format!(
            "title: {name}\nname: {name}\nlogsource:\n    product: aws\ndetection:\n    s:\n        eventSource: \
             x.amazonaws.com\n        eventName: {call}\n    condition: s\n---\n"
        )
    };
    base("taken", "Take")
        + &base("given", "Give")
        + &format!(
            "title: Together\nname: together\ncorrelation:\n    type: {kind}\n    group-by: [recipientAccountId]\n    \
             timespan: 5m\n{rest}\nlevel: high\n"
        )
}

fn at(name: &str, id: &str, second: i64) -> String {
    let mut record = record(id, "x.amazonaws.com", name, &json!({ "name": id }), &Value::Null);
    record["recipientAccountId"] = json!("111122223333");
    record["eventTime"] = json!(format!("2026-03-02T08:{:02}:{:02}Z", second / 60, second % 60));
    batch(&[("m", &envelope(&record).to_string())])
}

#[tokio::test]
async fn a_correlation_counts_over_the_end_of_a_window_and_in_any_order_of_delivery() {
    for order in [[280, 299, 310], [310, 280, 299], [299, 310, 280]] {
        let aws = Aws::new();
        let guard = guard(&aws, correlation("event_count", "    rules: [taken]\n    condition:\n        gte: 3"));
        for (number, second) in order.into_iter().enumerate() {
            assert_eq!(incidents(&aws), 0, "{order:?}");
            // Each comes twice, and counts once.
            for _ in 0..2 {
                let delivered = deliver_to(&guard, &at("Take", &format!("e-{second}"), second)).await.unwrap();
                assert_eq!(failed(&delivered), Vec::<&str>::new(), "{number}");
            }
        }
        assert_eq!((incidents(&aws), told(&aws)), (1, 1), "{order:?}");
    }
    let aws = Aws::new();
    let guard = guard(&aws, correlation("event_count", "    rules: [taken]\n    condition:\n        gte: 3"));
    for second in [0, 150, 301] {
        deliver_to(&guard, &at("Take", &format!("e-{second}"), second)).await.unwrap();
    }
    assert_eq!(incidents(&aws), 0, "more than five minutes");
}

#[tokio::test]
async fn the_order_of_a_temporal_correlation_is_that_of_the_events_and_not_of_their_delivery() {
    for (kind, calls, found) in [
        ("temporal", [("Give", 1), ("Take", 9)], 1),
        ("temporal_ordered", [("Take", 1), ("Give", 9)], 1),
        ("temporal_ordered", [("Give", 9), ("Take", 1)], 1),
        ("temporal_ordered", [("Give", 1), ("Take", 9)], 0),
    ] {
        let aws = Aws::new();
        let guard = guard(&aws, correlation(kind, "    rules: [taken, given]"));
        for (call, second) in calls {
            deliver_to(&guard, &at(call, call, second)).await.unwrap();
        }
        assert_eq!((incidents(&aws), told(&aws)), (found, found), "{kind} {calls:?}");
    }
}

#[tokio::test]
async fn a_correlation_whose_count_failed_is_found_by_the_next_delivery() {
    for operation in ["UpdateItem", "GetItem"] {
        let aws = Aws::new();
        let guard = guard(&aws, correlation("temporal", "    rules: [taken, given]"));
        deliver_to(&guard, &at("Take", "a", 1)).await.unwrap();
        aws.fail_always(operation, Fault::THROTTLED);
        assert_eq!(failed(&deliver_to(&guard, &at("Give", "b", 2)).await.unwrap()), ["m"], "{operation}");
        aws.heal();
        deliver_to(&guard, &at("Give", "b", 2)).await.unwrap();
        assert_eq!((incidents(&aws), told(&aws)), (1, 1), "{operation}");
    }
}

#[tokio::test]
async fn what_an_exclusion_covers_opens_no_incident_and_counts_towards_none() {
    for (exclusion, found) in [
        ("{detectors: [taken], target: 'x/c', reason: r, expires: '2199-01-01'}", 2),
        ("{detectors: [taken], principal: '*/mallory', reason: r, expires: '2199-01-01'}", 0),
        ("{detectors: [taken], principal: '*/mallory', reason: r, expires: '2020-01-01'}", 3),
        ("{detectors: [other], principal: '*/mallory', reason: r, expires: '2199-01-01'}", 3),
    ] {
        for threshold in ["", BURST] {
            let aws = Aws::new();
            aws.world(|world| world.ssm.insert("/riposte/exclusions/known".to_owned(), exclusion.to_owned()));
            let guard = guard(&aws, rule("high", threshold));
            for name in ["a", "b", "c"] {
                assert_eq!(failed(&deliver_to(&guard, &taken(name)).await.unwrap()), Vec::<&str>::new());
            }
            let want = if threshold.is_empty() { found } else { usize::from(found == 3) };
            assert_eq!(incidents(&aws), want, "{exclusion} {threshold}");
        }
    }
}
