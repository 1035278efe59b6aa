//! CloudTrail's look-up, judged by the catalog: over all pages, throttled, and with what is no event.

use std::sync::Arc;

use riposte_core::detect::Trusted;
use serde_json::{Value, json};

use super::super::look_back::{LookedBack, through};
use crate::lookups::Lookups;
use crate::testing::{Aws, Fault, Handler, Refused, Scripted, ScriptedApi};

const CALLS: &[(&str, Handler)] = &[("cloudtrail:LookupEvents", look_up), ("ec2:DescribeImages", images)];

/// The events of the name that is asked for, one on each page.
#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn look_up(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    assert_eq!(asked["StartTime"], "2026-02-01T00:00:00.000Z");
    let name = &asked["LookupAttributes"][0]["AttributeValue"];
    let all: Vec<&Value> =
        state["events"].as_array().unwrap().iter().filter(|event| event["eventName"] == *name).collect();
    let number = asked["NextToken"].as_str().map_or(0, |token| token.parse::<usize>().unwrap());
    let Some(event) = all.get(number) else { return Ok(json!({ "Events": [] })) };
    let text = if event["broken"] == true { "{".to_owned() } else { event.to_string() };
    let mut page = json!({ "Events": [{ "CloudTrailEvent": text }] });
    if number + 1 < all.len() {
        page["NextToken"] = json!((number + 1).to_string());
    }
    Ok(page)
}

#[allow(clippy::unnecessary_wraps, reason = "a handler")]
fn images(state: &mut Value, asked: &Value) -> Result<Value, Refused> {
    state["asked"] = json!(state["asked"].as_u64().unwrap_or_default() + 1);
    let image = json!({ "ImageId": asked["Filters"][0]["Values"][0], "DeprecationTime": "2026-01-01T00:00:00.000Z" });
    Ok(json!({ "Images": [image] }))
}

fn launch(number: u32) -> Value {
    let instance = json!({ "instanceId": format!("i-{number}"), "imageId": "ami-1" });
    json!({
        "eventVersion": "1.11", "eventTime": format!("2026-03-0{number}T00:00:00Z"), "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances", "awsRegion": "eu-west-1", "eventID": format!("e-{number}"),
        "eventType": "AwsApiCall", "recipientAccountId": "111122223333",
        "userIdentity": { "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/kim", "accountId": "111122223333",
                          "principalId": "AIDA", "userName": "kim" },
        "responseElements": { "instancesSet": { "items": [instance] } },
    })
}

async fn look_back(aws: &Aws) -> LookedBack {
    let api = ScriptedApi(aws.clone());
    let lookups = Lookups::default().through(Arc::new(ScriptedApi(aws.clone())));
    let since = 1_769_904_000_000;
    through(&api, &lookups, &Arc::new(Trusted::default()), "eu-west-1", since).await.unwrap()
}

#[tokio::test]
async fn what_was_done_before_anybody_watched_is_found() {
    let aws = Aws::new();
    let removed = json!({
        "eventVersion": "1.11", "eventTime": "2026-03-03T12:00:00Z", "eventSource": "ssm.amazonaws.com",
        "eventName": "DeletePatchBaseline", "awsRegion": "eu-west-1", "eventID": "e-9", "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333", "userIdentity": launch(1)["userIdentity"],
        "requestParameters": { "baselineId": "pb-1" }, "responseElements": { "baselineId": "pb-1" },
    });
    let broken = json!({ "eventName": "RunInstances", "broken": true });
    let events = json!([launch(1), broken, launch(2), removed]);
    aws.world(|world| world.script = Scripted { state: json!({ "events": events }), calls: CALLS });
    aws.fail_after("LookupEvents", 1, Fault::THROTTLED);
    let found = look_back(&aws).await;
    let told: Vec<&str> = found.findings.iter().map(|finding| finding.detector.as_str()).collect();
    assert_eq!(told, ["ssm-patching-weakened", "instance-from-old-image", "instance-from-old-image"], "{found:?}");
    assert!(found.findings[1].why.contains("deprecated at 2026-01-01"), "{}", found.findings[1].why);
    assert_eq!((found.events, found.unjudged.len()), (3, 1), "{found:?}");
    // The image was asked about once.
    assert_eq!(aws.world(|world| world.script.state["asked"].clone()), json!(1));
}
