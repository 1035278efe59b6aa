//! What cannot be understood is an error that names the place, and costs nothing else.

use serde_json::{Value, json};

use crate::event::{ApiCall, Delivery, DeliveryKind, Event};

/// The error of a payload that comes alone.
fn error(payload: &str) -> String {
    let delivery = Delivery::parse(payload);
    assert_eq!((delivery.kind, delivery.items.len()), (DeliveryKind::Single, 1));
    delivery.items[0].event.as_ref().unwrap_err().to_string()
}

#[test]
fn an_empty_body() {
    assert_eq!(error(""), "the body is empty");
    assert_eq!(error(" \n\t"), "the body is empty");
}

#[test]
fn truncated_json_names_its_place() {
    assert_eq!(error("{\"detail-type\":\n \"AWS API"), "not JSON at line 2, column 9: EOF while parsing a string");
}

#[test]
fn megabytes_of_nesting_end_at_the_limit() {
    for nest in ["[", "{\"a\":"] {
        let payload = nest.repeat(6 * 1024 * 1024 / nest.len());
        assert!(error(&payload).ends_with("recursion limit exceeded"), "{nest}");
    }
}

#[test]
fn json_that_is_no_event() {
    for (payload, want) in [
        ("null", "an event is a JSON object, this is null"),
        ("[1]", "an event is a JSON object, this is an array"),
        ("\"text\"", "an event is a JSON object, this is a string"),
        ("{}", "neither an EventBridge envelope, nor a CloudTrail record, nor a log payload; its keys are (none)"),
        (
            "{\"Records\":[{\"eventSource\":\"aws:s3\"}]}",
            "neither an EventBridge envelope, nor a CloudTrail record, nor a log payload; its keys are `Records`",
        ),
        (
            "{\"Records\":[]}",
            "neither an EventBridge envelope, nor a CloudTrail record, nor a log payload; its keys are `Records`",
        ),
    ] {
        assert_eq!(error(payload), want, "{payload}");
    }
}

#[test]
fn an_envelope_with_a_fault_is_named_by_its_id() {
    let envelope = |detail_type: Value, detail: Value| {
        error(&json!({ "id": "i-1", "detail-type": detail_type, "detail": detail }).to_string())
    };
    let of_calls = || json!("AWS API Call via CloudTrail");
    assert_eq!(envelope(of_calls(), Value::Null), "EventBridge event `i-1`: `detail` is not an object");
    assert_eq!(envelope(of_calls(), json!({})), "EventBridge event `i-1`: `detail` has no `eventName`");
    assert_eq!(envelope(json!(1), json!({})), "EventBridge event `i-1`: `detail-type` is not a string");
}

#[test]
fn one_poison_message_costs_only_itself() {
    let good = r#"{"eventName":"X","eventSource":"y"}"#;
    let message = |id: &str, body: &str| json!({ "messageId": id, "body": body, "eventSource": "aws:sqs" });
    let batch = json!({ "Records": [
        message("m-1", good), message("m-2", "{\"cut"), message("m-3", ""), { "messageId": "m-4", "eventSource": "aws:sqs" },
        message("m-5", good),
    ] });
    let delivery = Delivery::parse(&batch.to_string());
    let told: Vec<_> = delivery
        .items
        .iter()
        .map(|item| (item.message.as_ref().unwrap().id.as_str(), item.event.as_ref().err().map(ToString::to_string)))
        .collect();
    let failed = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            ("m-1", None),
            ("m-2", failed("not JSON at line 1, column 5: EOF while parsing a string")),
            ("m-3", failed("the body is empty")),
            ("m-4", failed("the SQS record has no `body`")),
            ("m-5", None),
        ]
    );
}

#[test]
fn an_event_without_a_place_is_refused_with_its_id() {
    let scope = |fields: Value| {
        let Value::Object(record) = fields else { panic!("no object") };
        ApiCall::new(record, Some(String::new()), Some(String::new())).scope().map_err(|e| e.to_string())
    };
    let full = json!({ "eventID": "e-1", "awsRegion": "eu-west-1", "userIdentity": { "accountId": "111122223333" } });
    assert!(scope(full).is_ok());
    let refused = |text: &str| Err(text.to_owned());
    assert_eq!(scope(json!({ "eventID": "e-1", "awsRegion": "eu-west-1" })), refused("event `e-1` has no account"));
    assert_eq!(
        scope(json!({ "eventID": "e-1", "recipientAccountId": "111122223333" })),
        refused("event `e-1` has no region")
    );
    assert_eq!(scope(json!({})), refused("event (none) has no event id"));
    assert_eq!(scope(json!({ "eventID": "" })), refused("event `` has no event id"));
}

#[test]
fn a_repeated_key_is_no_way_around() {
    let text = r#"{"eventName":"X","eventSource":"y","errorCode":null,"errorCode":"AccessDenied"}"#;
    assert!(matches!(Event::parse(text), Ok(Event::Call(call)) if call.failed()));
}

#[test]
fn half_a_surrogate_pair_and_a_number_out_of_range_cost_themselves_alone() {
    let record = r#"{"eventVersion":"1.11","eventSource":"ec2.amazonaws.com","eventName":"X","userAgent":"a\ud800b","userIdentity":{},"requestParameters":{"n":1e999,"m":1}}"#;
    for payload in [record.to_owned(), format!(r#"{{"detail-type":"AWS API Call via CloudTrail","detail":{record}}}"#)]
    {
        let Ok(Event::Call(call)) = Event::parse(&payload) else { panic!("{payload}") };
        assert_eq!(call.event_name(), "X");
        assert_eq!(call.actor().user_agent.as_deref(), Some("a\u{fffd}b"));
        assert_eq!((call.request("n"), call.request("m")), (Some(&Value::Null), Some(&json!(1))));
    }
}
