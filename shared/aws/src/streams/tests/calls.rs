//! Records of CloudTrail that a trail delivers to a log group: the functions that read calls get them, and answer.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_core::catalogue::{INGRESS_GUARD, LOG_WATCH};
use riposte_core::settings::LOG_GROUPS_PATH;
use serde_json::{Value, json};

use super::{LogStreams, START, Watch, laid};
use crate::actions::Actions;
use crate::guard::{Base, CallGuard, handle};
use crate::lookups::Lookups;
use crate::testing::{Aws, Rule, Scripted, ScriptedApi, authorized, context, lay_group, refuse};

/// An account in which functions can be invoked: by whom with what is noted.
fn scripted(lines: &[(i64, String)]) -> (Aws, Watch) {
    let aws = laid(lines, 0);
    aws.world(|world| {
        lay_group(world);
        world.script = Scripted {
            state: json!({ "invoked": [], "broken": false }),
            calls: &[("lambda:Invoke", |state, given| {
                if state["broken"] == true {
                    return refuse("ServiceException");
                }
                let name = given["FunctionName"].as_str().unwrap_or_default();
                if name == "riposte-compute-guard" {
                    return refuse("ResourceNotFoundException");
                }
                let payload = BASE64_STANDARD.decode(given["Payload"].as_str().unwrap()).unwrap();
                let payload = String::from_utf8(payload).unwrap();
                assert_eq!(given["InvocationType"], "Event");
                state["invoked"].as_array_mut().unwrap().push(json!([name, payload]));
                Ok(json!({ "StatusCode": 202 }))
            })],
        };
    });
    let streams = LogStreams::handing_on(&aws.config(), LOG_WATCH.log_detectors, Arc::new(ScriptedApi(aws.clone())));
    let watch = Watch { streams, ..Watch::new(&aws) };
    (aws, watch)
}

fn invoked(aws: &Aws) -> Vec<(String, String)> {
    let all = aws.world(|world| world.script.state["invoked"].clone());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

fn line(event_id: &str) -> (i64, String) {
    (START, authorized(event_id, "sg-1", &[Rule::tcp("sgr-1", 22, "0.0.0.0/0")]).to_string())
}

#[tokio::test]
async fn a_record_reaches_every_function_that_reads_calls() {
    let (aws, watch) = scripted(&[(START, "an ordinary line".to_owned()), line("e-1")]);
    watch.pull().await.unwrap();
    let names: Vec<_> = invoked(&aws).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "riposte-ingress-guard",
            "riposte-identity-guard",
            "riposte-data-guard",
            "riposte-trail-guard",
            "riposte-behavior-watch"
        ],
        "one that is not deployed is passed over"
    );
    watch.pull().await.unwrap();
    assert_eq!(invoked(&aws).len(), 5, "once");
}

#[tokio::test]
async fn what_is_handed_on_is_answered_and_doubted_until_cloudtrail_knows_it() {
    let (aws, watch) = scripted(&[line("e-1")]);
    watch.pull().await.unwrap();
    let (_, payload) = invoked(&aws).into_iter().next().unwrap();
    let config = aws.config();
    let base = Base::new(INGRESS_GUARD, "111122223333".to_owned(), &config, Actions::all(&config));
    let guard = CallGuard::new(base, Lookups::default().with_ec2(&config));
    let answer = handle(&guard, &payload, &context("handed-on")).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let incidents = watch.function.ledger().list(5).await.unwrap().incidents;
    let found: Vec<_> = incidents.iter().map(|incident| incident.finding.detector.as_str()).collect();
    assert_eq!(found, ["open-admin-port"]);
    assert!(aws.world(|world| world.ec2.group("sg-1").rules.iter().any(|rule| rule.id == "sgr-1")), "asked, not done");
}

#[tokio::test]
async fn many_records_go_together_and_a_failure_brings_the_page_again() {
    let lines: Vec<_> = (0..250).map(|n| line(&format!("e-{n}"))).collect();
    let (aws, watch) = scripted(&lines);
    aws.world(|world| world.script.state["broken"] = json!(true));
    watch.pull().await.unwrap_err();
    assert!(!watch.item().await.was_read());
    aws.world(|world| world.script.state["broken"] = json!(false));
    watch.pull().await.unwrap();
    let to_one: Vec<String> = invoked(&aws)
        .into_iter()
        .filter(|(name, _)| name == "riposte-data-guard")
        .map(|(_, payload)| payload)
        .collect();
    let counts: usize = to_one
        .iter()
        .map(|payload| serde_json::from_str::<Value>(payload).unwrap()["Records"].as_array().unwrap().len())
        .sum();
    assert_eq!(counts, 250);
    assert!(to_one.len() <= 4 && to_one.iter().all(|payload| payload.len() < 256_000), "{}", to_one.len());
}

#[tokio::test]
async fn what_looks_like_a_record_in_a_group_that_nobody_named_is_a_line() {
    let (aws, watch) = scripted(&[line("e-1")]);
    aws.world(|world| world.ssm.remove(LOG_GROUPS_PATH));
    watch.pull().await.unwrap();
    assert!(invoked(&aws).is_empty());
}
