//! CloudTrail records, with everything that real ones do.

use serde_json::{Value, json};

use crate::event::{ApiCall, Delivery, DeliveryKind, Event, OtherRecord, Tick};

fn record(value: Value) -> ApiCall {
    match Event::from_value(value) {
        Ok(Event::Call(call)) => *call,
        other => panic!("{other:?}"),
    }
}

fn call(mut fields: Value) -> ApiCall {
    for (key, value) in [("eventName", "PutUserPolicy"), ("eventSource", "iam.amazonaws.com")] {
        fields.as_object_mut().unwrap().entry(key).or_insert(json!(value));
    }
    record(fields)
}

fn envelope(detail: &Value) -> Value {
    json!({ "version": "0", "id": "envelope-1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
            "account": "111122223333", "time": "2025-03-04T05:06:07Z", "region": "eu-west-1", "detail": detail })
}

#[test]
fn an_envelope_and_a_bare_record_tell_the_same() {
    let detail = json!({ "eventName": "PutUserPolicy", "eventSource": "iam.amazonaws.com", "eventID": "e-1",
                         "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "anything": { "else": [1] } });
    let (bare, wrapped) = (record(detail.clone()), record(envelope(&detail)));
    assert_eq!(bare.scope(), wrapped.scope());
    assert_eq!(bare.record(), wrapped.record());
    assert_eq!(bare.record()["anything"], json!({ "else": [1] }), "unknown fields are kept");
}

#[test]
fn the_record_speaks_before_the_envelope() {
    let detail = json!({ "eventName": "X", "eventSource": "y", "eventID": "e-1" });
    let scope = record(envelope(&detail)).scope().unwrap();
    assert_eq!((scope.account.as_str(), scope.region.as_str()), ("111122223333", "eu-west-1"));
    let detail = json!({ "eventName": "X", "eventSource": "y", "eventID": "e-1", "awsRegion": "us-east-1",
                         "recipientAccountId": 12_345_678_901_u64 });
    let scope = record(envelope(&detail)).scope().unwrap();
    assert_eq!(
        (scope.account.as_str(), scope.region.as_str()),
        ("012345678901", "us-east-1"),
        "a number lost its zero"
    );
}

#[test]
fn what_is_missing_is_none() {
    let call = call(json!({ "requestParameters": null, "responseElements": null, "userIdentity": null }));
    assert_eq!((call.event_id(), call.event_time(), call.request_id(), call.region()), (None, None, None, None));
    assert_eq!((call.request("userName"), call.response("accessKey"), call.identity()), (None, None, None));
    assert_eq!((call.actor().label(), call.failed()), ("(unknown)", false));
}

#[test]
fn a_failed_call_is_never_taken_for_a_successful_one() {
    for fields in [
        json!({ "errorCode": "AccessDenied" }),
        json!({ "errorCode": 403 }),
        json!({ "errorMessage": "Failed authentication" }),
        json!({ "responseElements": { "ConsoleLogin": "Failure" } }),
    ] {
        assert!(call(fields.clone()).failed(), "{fields}");
    }
    assert!(!call(json!({ "errorCode": null, "responseElements": { "ConsoleLogin": "Success" } })).failed());
}

#[test]
fn a_user_carries_an_empty_issuer() {
    let actor = call(json!({ "userIdentity": {
        "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann", "userName": "ann", "accessKeyId": "AKIA1",
        "sessionContext": { "sessionIssuer": {}, "attributes": {} } }, "sourceIPAddress": "203.0.113.9" }))
    .actor();
    assert_eq!((actor.role_arn, actor.name.as_deref()), (None, Some("ann")));
    assert_eq!(actor.source_ip.as_deref(), Some("203.0.113.9"));
}

#[test]
fn a_session_is_named_after_its_role() {
    let actor = call(json!({ "userIdentity": {
        "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci",
        "sessionContext": { "sessionIssuer": { "arn": "arn:aws:iam::111122223333:role/deploy", "userName": "deploy" } } } }))
    .actor();
    assert_eq!(actor.principal_arn(), Some("arn:aws:iam::111122223333:role/deploy"));
    assert_eq!(actor.name.as_deref(), Some("deploy"));
    assert_eq!(actor.label(), "arn:aws:sts::111122223333:assumed-role/deploy/ci");
}

#[test]
fn ticks_and_events_for_others() {
    let mut tick = envelope(&json!({}));
    tick["detail-type"] = json!("Scheduled Event");
    let want = Tick {
        id: Some("envelope-1".to_owned()),
        time: Some("2025-03-04T05:06:07Z".to_owned()),
        account: Some("111122223333".to_owned()),
        region: Some("eu-west-1".to_owned()),
    };
    assert_eq!(Event::from_value(tick.clone()), Ok(Event::Tick(want)));
    tick["detail-type"] = json!("AWS Health Event");
    assert!(matches!(Event::from_value(tick), Ok(Event::Unread(unread)) if unread.id.as_deref() == Some("envelope-1")));
}

#[test]
fn an_unknown_call_is_an_event_like_any_other() {
    assert_eq!(call(json!({ "eventName": "BrandNewCall" })).event_name(), "BrandNewCall");
    assert_eq!(call(json!({ "eventName": 7 })).event_name(), "");
}

#[test]
fn a_batch_is_read_in_order() {
    let message = |id: &str, name: &str| {
        let body = envelope(&json!({ "eventName": name, "eventSource": "iam.amazonaws.com" })).to_string();
        json!({ "messageId": id, "body": body, "eventSource": "aws:sqs" })
    };
    let batch = json!({ "Records": [message("m-1", "A"), message("m-2", "B")] }).to_string();
    let delivery = Delivery::parse(&batch);
    assert_eq!(delivery.kind, DeliveryKind::Queue);
    let names: Vec<_> = delivery
        .items
        .iter()
        .map(|item| match &item.event {
            Ok(Event::Call(call)) => (item.message.as_ref().unwrap().id.as_str(), call.event_name()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, [("m-1", "A"), ("m-2", "B")]);
}

#[test]
fn a_success_is_one_however_it_is_written() {
    for (code, message) in [
        (json!("200"), Value::Null),
        (json!(200), Value::Null),
        (json!("204"), json!("")),
        (json!("Success"), json!("done")),
        (json!("SUCCEEDED"), Value::Null),
        (json!("OK"), Value::Null),
        (json!(""), json!("")),
        (Value::Null, Value::Null),
    ] {
        let call = call(json!({ "errorCode": code, "errorMessage": message }));
        assert_eq!((call.failed(), call.error_code(), call.denied()), (false, None, false), "{:?}", call.record());
    }
    for (code, message) in [
        (json!("404"), Value::Null),
        (json!(403), Value::Null),
        (json!("2000"), Value::Null),
        (json!("NoSuccess"), Value::Null),
        (json!(""), json!("Access denied")),
        (Value::Null, json!("Failed authentication")),
        (json!({}), Value::Null),
    ] {
        assert!(call(json!({ "errorCode": code, "errorMessage": message })).failed(), "{code} {message}");
    }
    let login = json!({ "errorCode": "Success", "responseElements": { "ConsoleLogin": "Failure" } });
    assert!(call(login).failed());
}

#[test]
fn the_partition_is_that_of_the_records_own_arns_before_the_regions() {
    let of = |fields: Value| call(fields).partition();
    for partition in ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"] {
        let arn = format!("arn:{partition}:iam::111122223333:user/eve");
        assert_eq!(of(json!({ "awsRegion": "xx-new-1", "userIdentity": { "arn": arn } })), partition);
        let issuer = json!({ "sessionContext": { "sessionIssuer": { "arn": arn } } });
        assert_eq!(of(json!({ "awsRegion": "xx-new-1", "userIdentity": issuer })), partition);
        assert_eq!(of(json!({ "awsRegion": "xx-new-1", "resources": [{ "type": "x" }, { "ARN": arn }] })), partition);
    }
    assert_eq!(of(json!({ "awsRegion": "eusc-de-east-1", "userIdentity": { "type": "AWSService" } })), "aws-eusc");
    assert_eq!(of(json!({ "awsRegion": "us-iso-east-1", "userIdentity": { "arn": "arn:aws-moon:x" } })), "aws-iso");
    assert_eq!(of(json!({})), "aws");
}

#[test]
fn what_an_endpoint_saw_is_told_apart_from_the_call() {
    for (fields, network) in [
        (json!({ "eventType": "AwsVpceEvent", "eventCategory": "NetworkActivity" }), true),
        (json!({ "eventType": "AwsVpceEvents" }), true),
        (json!({ "eventCategory": "NetworkActivity" }), true),
        (json!({ "eventType": "AwsApiCall", "eventCategory": "Management", "vpcEndpointId": "vpce-1" }), false),
        (json!({}), false),
    ] {
        assert_eq!(call(fields.clone()).is_network_activity(), network, "{fields}");
    }
}

#[test]
fn records_that_are_no_calls_are_known_with_and_without_an_envelope() {
    for (record, kind) in [
        (json!({ "eventType": "AwsCloudTrailInsight", "insightDetails": { "eventName": "x" } }), OtherRecord::Insight),
        (json!({ "eventCategory": "Insight", "eventName": "x", "eventSource": "y" }), OtherRecord::Insight),
        (json!({ "eventType": "AwsAggregatedEvent", "eventSource": "s3.amazonaws.com" }), OtherRecord::Aggregated),
        (json!({ "digestS3Object": "x" }), OtherRecord::Digest),
        (json!({ "eventCategory": "ConfigurationItem" }), OtherRecord::Lake),
    ] {
        assert_eq!(Event::from_value(record.clone()), Ok(Event::Other(kind)), "{record}");
        assert_eq!(Event::from_value(envelope(&record)), Ok(Event::Other(kind)), "{record}");
    }
    let notice = json!({ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put" });
    assert!(Event::from_value(notice).is_err());
}

#[test]
fn a_date_in_the_name_of_a_call_of_lambda_says_which_version_was_called() {
    use crate::event::without_date;
    let lambda = Some("lambda.amazonaws.com");
    for (name, stem) in [
        ("UpdateFunctionCode20150331v2", Some("UpdateFunctionCode")),
        ("Invoke20150331", Some("Invoke")),
        ("CreateFunction20991231v12", Some("CreateFunction")),
        ("Invoke", None),
        ("20150331", None),
        ("GetFunction2015033", None),
        ("v2", None),
        ("", None),
    ] {
        assert_eq!(without_date(lambda, name), stem, "{name}");
        assert_eq!(without_date(Some("ec2.amazonaws.com"), name), None, "{name}");
    }
}
