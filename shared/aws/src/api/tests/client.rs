//! Calls over the SDK's runtime: signed, sent, repeated, and faults sorted.

use super::*;

#[tokio::test]
async fn a_call_is_signed_and_sent_to_the_services_host() {
    let wire = Wire::new([ok("<R><GetUserResult><User><UserName>ann</UserName></User></GetUserResult></R>")]);
    let answer = wire.call("iam", "GetUser", json!({"UserName": "ann"})).await.unwrap();
    assert_eq!(answer, Answer { request_id: "id-1".to_owned(), body: json!({"User": {"UserName": "ann"}}) });
    let sent = &wire.sent()[0];
    assert_eq!((sent.method.as_str(), sent.uri.as_str()), ("POST", "https://iam.amazonaws.com/"));
    assert_eq!(sent.body, "Action=GetUser&Version=2010-05-08&UserName=ann");
    let signed = sent.header("authorization");
    assert!(signed.contains("/us-east-1/iam/aws4_request"), "{signed}");
    assert!(sent.header("user-agent").contains("aws-sdk-rust"), "{sent:?}");
}

#[tokio::test]
async fn s3_is_called_by_path_and_signs_its_payload() {
    let wire = Wire::new([ok("")]);
    wire.call("s3", "HeadBucket", json!({"Bucket": "my.bucket"})).await.unwrap();
    let sent = &wire.sent()[0];
    assert_eq!(sent.uri, "https://s3.eu-west-1.amazonaws.com/my.bucket");
    assert!(!sent.header("x-amz-content-sha256").is_empty());
    wire.call("s3control", "GetPublicAccessBlock", json!({"AccountId": "111122223333"})).await.unwrap();
    let sent = &wire.sent()[1];
    assert!(sent.uri.starts_with("https://111122223333.s3-control.eu-west-1.amazonaws.com/v20180820/"), "{}", sent.uri);
}

#[tokio::test]
async fn a_configured_endpoint_takes_all_services_and_no_prefix() {
    let wire = Wire::new([ok("")]);
    let connector = SharedHttpConnector::new(wire.clone());
    let config = config_of(http_client_fn(move |_, _| connector.clone()));
    let config = config.into_builder().endpoint_url("http://127.0.0.1:4566").build();
    let client = Client::new(&config, models::ALL);
    let call = Call::new("s3control:GetPublicAccessBlock", "eu-west-1", json!({"AccountId": "111122223333"}));
    client.send(&call).await.unwrap();
    assert!(wire.sent()[0].uri.starts_with("http://127.0.0.1:4566/v20180820/"), "{}", wire.sent()[0].uri);
}

#[tokio::test]
async fn every_protocols_refusal_has_its_code() {
    for (service, operation, parameters, status, headers, body, kind, code) in [
        (
            "iam",
            "GetUser",
            json!({"UserName": "a"}),
            404,
            vec![],
            "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no a</Message></Error></ErrorResponse>",
            Kind::Gone,
            "NoSuchEntity",
        ),
        (
            "ec2",
            "DescribeRegions",
            none(),
            403,
            vec![],
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
            Kind::Denied,
            "UnauthorizedOperation",
        ),
        (
            "s3",
            "GetBucketPolicy",
            json!({"Bucket": "b"}),
            404,
            vec![],
            "<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>",
            Kind::Gone,
            "NoSuchBucketPolicy",
        ),
        ("s3", "HeadBucket", json!({"Bucket": "b"}), 403, vec![], "", Kind::Denied, "Forbidden"),
        (
            "kms",
            "DescribeKey",
            json!({"KeyId": "k"}),
            400,
            vec![],
            r#"{"__type":"com.amazonaws.kms#NotFoundException","message":"no k"}"#,
            Kind::Gone,
            "NotFoundException",
        ),
        (
            "lambda",
            "GetPolicy",
            json!({"FunctionName": "f"}),
            404,
            vec![("x-amzn-errortype", "ResourceNotFoundException:http://internal.amazon.com/")],
            r#"{"Message":"no f","Type":"User"}"#,
            Kind::Gone,
            "ResourceNotFoundException",
        ),
        (
            "securityhub",
            "DescribeHub",
            none(),
            401,
            vec![],
            r#"{"code":"InvalidAccessException","message":"not subscribed"}"#,
            Kind::Denied,
            "InvalidAccessException",
        ),
        ("kms", "ListKeys", none(), 400, vec![], "<html>a proxy's page</html>", Kind::Refused, "BadRequest"),
    ] {
        let wire = Wire::new([Reply::Answer(status, headers, body.to_owned())]);
        let fault = wire.call(service, operation, parameters).await.unwrap_err();
        assert_eq!((fault.kind, fault.code.as_str()), (kind, code), "{fault}");
        assert_eq!(fault.call, format!("{service}:{operation}"));
    }
}

#[tokio::test]
async fn a_throttled_call_is_sent_again_as_it_was() {
    let throttled = Reply::Answer(400, vec![], r#"{"__type":"ThrottlingException","message":"slow"}"#.to_owned());
    let wire = Wire::new([throttled.clone(), throttled.clone(), ok("{}")]);
    wire.call("secretsmanager", "RotateSecret", json!({"SecretId": "s"})).await.unwrap();
    let sent = wire.sent();
    assert_eq!(sent.len(), 3);
    assert!(sent[0].body.contains("ClientRequestToken"));
    assert_eq!(sent[0].body, sent[2].body, "the same token, so that it is done once");
    let fault = Wire::new([throttled]).call("kms", "ListKeys", none()).await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_str()), (Kind::Transient, "ThrottlingException"));
}

#[tokio::test]
async fn no_answer_and_silence_are_transient() {
    for reply in [Reply::Timeout, Reply::Silence, Reply::Answer(503, vec![], String::new())] {
        let wire = Wire::new([reply.clone()]);
        let fault = wire.call("iam", "GetUser", none()).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Transient, "{reply:?}: {fault}");
        assert_eq!(wire.sent().len(), 3, "{reply:?}");
        assert!(fault.repeated, "an earlier attempt may have been carried out");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_no_refusal() {
    let wire = Wire::new([ok("<html>")]);
    let fault = wire.call("kms", "ListKeys", none()).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Transient);
    assert!(fault.reason.contains("not JSON"), "{fault}");
}

#[tokio::test]
async fn what_is_in_no_model_is_refused_and_not_sent() {
    let wire = Wire::new([ok("")]);
    for (service, operation, region) in
        [("nosuch", "GetUser", "eu-west-1"), ("iam", "NoSuch", "eu-west-1"), ("iam", "GetUser", "evil.example/x")]
    {
        let fault =
            wire.client().send(&Call::new(&format!("{service}:{operation}"), region, none())).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Refused, "{fault}");
    }
    assert!(wire.sent().is_empty());
}

#[tokio::test]
async fn a_mark_stands_in_the_user_agent() {
    let wire = Wire::new([ok("{}")]);
    let call = Call::new("kms:ListKeys", "eu-west-1", none()).marked("riposte-1f2e");
    wire.client().send(&call).await.unwrap();
    assert!(wire.sent()[0].header("user-agent").contains("app/riposte-1f2e"), "{:?}", wire.sent());
    let call = Call::new("kms:ListKeys", "eu-west-1", none()).marked("two words\r\n");
    assert_eq!(wire.client().send(&call).await.unwrap_err().kind, Kind::Refused);
}
