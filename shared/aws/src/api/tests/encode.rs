//! Requests against the documented rules of each protocol.

use super::*;

#[test]
fn json_services_get_target_version_and_typed_values() {
    let parameters = json!({"SecretId": "s", "RotationRules": {"AutomaticallyAfterDays": 30}});
    let request = request("secretsmanager", "RotateSecret", &parameters).unwrap();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/"));
    assert!(request.headers.contains(&("x-amz-target".into(), "secretsmanager.RotateSecret".into())));
    assert!(request.headers.contains(&("content-type".into(), "application/x-amz-json-1.1".into())));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["RotationRules"], json!({"AutomaticallyAfterDays": 30}));
    // A token that makes a repetition the same request is filled in: a UUID of version 4.
    let token = body["ClientRequestToken"].as_str().unwrap();
    assert_eq!(token.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{token}");
    assert_eq!(token.chars().nth(14), Some('4'));
    assert!(token.chars().nth(19).is_some_and(|digit| "89ab".contains(digit)), "{token}");
}

#[test]
fn a_token_that_is_given_stays() {
    let parameters = json!({"SecretId": "s", "ClientRequestToken": "mine"});
    let request = request("secretsmanager", "RotateSecret", &parameters).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), parameters);
}

#[test]
fn json_timestamps_are_seconds_and_other_services_write_them_as_text() {
    let at = json!("2026-01-02T03:04:05Z");
    let logs = request("cloudtrail", "LookupEvents", &json!({"StartTime": at})).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&logs.body).unwrap(), json!({"StartTime": 1_767_323_045}));
    let half = request("cloudtrail", "LookupEvents", &json!({"StartTime": "2026-01-02T03:04:05.5Z"})).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&half.body).unwrap(), json!({"StartTime": 1_767_323_045.5}));
    let pairs = form("rds", "DescribeEventSubscriptions", &json!({"MaxRecords": 20}));
    assert_eq!(pairs, ["MaxRecords=20"]);
    let pairs = form("ec2", "DescribeSpotFleetRequests", &json!({"DryRun": false}));
    assert_eq!(pairs, ["DryRun=false"]);
}

#[test]
fn query_lists_maps_and_structures_are_numbered() {
    let tags = json!([{"Key": "a", "Value": "x y&z"}, {"Key": "b", "Value": ""}]);
    assert_eq!(
        form("iam", "TagUser", &json!({"UserName": "ann", "Tags": tags})),
        [
            "UserName=ann",
            "Tags.member.1.Key=a",
            "Tags.member.1.Value=x%20y%26z",
            "Tags.member.2.Key=b",
            "Tags.member.2.Value=",
        ]
    );
    assert_eq!(
        form("sns", "CreateTopic", &json!({"Name": "t", "Attributes": {"KmsMasterKeyId": "k", "Policy": "{}"}})),
        [
            "Name=t",
            "Attributes.entry.1.key=KmsMasterKeyId",
            "Attributes.entry.1.value=k",
            "Attributes.entry.2.key=Policy",
            "Attributes.entry.2.value=%7B%7D",
        ]
    );
    // A list whose elements have a name of their own.
    let pairs = form(
        "rds",
        "ModifyDBSnapshotAttribute",
        &json!({
            "DBSnapshotIdentifier": "d", "AttributeName": "restore", "ValuesToRemove": ["all", "111122223333"],
        }),
    );
    assert_eq!(
        pairs[2..],
        ["ValuesToRemove.AttributeValue.1=all".to_owned(), "ValuesToRemove.AttributeValue.2=111122223333".to_owned(),]
    );
    // An empty list says: none from now on.
    let pairs = form("autoscaling", "SuspendProcesses", &json!({"AutoScalingGroupName": "g", "ScalingProcesses": []}));
    assert_eq!(pairs, ["AutoScalingGroupName=g", "ScalingProcesses="]);
}

#[test]
fn ec2_names_lists_flat_and_capitalized() {
    let permissions = json!([{
        "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "UserIdGroupPairs": [{"GroupId": "sg-2"}],
    }]);
    let pairs = form("ec2", "RevokeSecurityGroupIngress", &json!({"GroupId": "sg-1", "IpPermissions": permissions}));
    assert_eq!(
        pairs,
        [
            "GroupId=sg-1",
            "IpPermissions.1.IpProtocol=tcp",
            "IpPermissions.1.FromPort=22",
            "IpPermissions.1.ToPort=22",
            "IpPermissions.1.Groups.1.GroupId=sg-2",
            "IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0%2F0",
        ]
    );
    let pairs = form(
        "ec2",
        "DescribeInstances",
        &json!({
            "Filters": [{"Name": "tag:a", "Values": ["b", "c"]}], "InstanceIds": ["i-1"], "MaxResults": 5,
        }),
    );
    assert_eq!(
        pairs,
        ["InstanceId.1=i-1", "Filter.1.Name=tag%3Aa", "Filter.1.Value.1=b", "Filter.1.Value.2=c", "MaxResults=5",]
    );
    let pairs = form("ec2", "ModifyInstanceAttribute", &json!({"InstanceId": "i-1", "Groups": ["sg-9"]}));
    assert_eq!(pairs, ["InstanceId=i-1", "GroupId.1=sg-9"]);
    let pairs = form(
        "ec2",
        "ModifySnapshotAttribute",
        &json!({
            "SnapshotId": "snap-1", "CreateVolumePermission": {"Remove": [{"Group": "all"}, {"UserId": "111122223333"}]},
        }),
    );
    assert_eq!(
        pairs,
        [
            "CreateVolumePermission.Remove.1.Group=all",
            "CreateVolumePermission.Remove.2.UserId=111122223333",
            "SnapshotId=snap-1",
        ]
    );
}

#[test]
fn rest_json_spreads_over_path_query_and_body() {
    let made = request(
        "lambda",
        "RemovePermission",
        &json!({
            "FunctionName": "arn:aws:lambda:eu-west-1:1:function:f", "StatementId": "s 1", "Qualifier": "live/1",
        }),
    );
    let made = made.unwrap();
    assert_eq!(made.method, "DELETE");
    assert_eq!(
        made.target,
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af/policy/s%201?Qualifier=live%2F1"
    );
    assert!(made.body.is_empty());
    let made = request(
        "lambda",
        "PutFunctionConcurrency",
        &json!({
            "FunctionName": "f", "ReservedConcurrentExecutions": 0,
        }),
    );
    let made = made.unwrap();
    assert_eq!(String::from_utf8(made.body).unwrap(), r#"{"ReservedConcurrentExecutions":0}"#);
    assert_eq!(made.target, "/2017-10-31/functions/f/concurrency");
    // Names on the wire are not the members', and lists in the query are repeated.
    let made = request("guardduty", "UpdateDetector", &json!({"DetectorId": "d", "Enable": true})).unwrap();
    assert_eq!(String::from_utf8(made.body).unwrap(), r#"{"enable":true}"#);
    let made = request("backup", "ListBackupVaults", &json!({"MaxResults": 3})).unwrap();
    assert_eq!(made.target, "/backup-vaults/?maxResults=3");
    let made = request("eks", "DescribeCluster", &json!({"name": "c"})).unwrap();
    assert_eq!(made.target, "/clusters/c");
    // What has a body but nothing in it sends an empty object.
    let made = request("macie2", "EnableMacie", &json!({"status": "ENABLED", "clientToken": "t"})).unwrap();
    assert_eq!(String::from_utf8(made.body).unwrap(), r#"{"clientToken":"t","status":"ENABLED"}"#);
    let made = request("account", "GetContactInformation", &none()).unwrap();
    assert_eq!(String::from_utf8(made.body).unwrap(), "{}");
    assert_eq!(request("account", "GetContactInformation", &Value::Null).unwrap().body, b"{}");
}

#[test]
fn rest_xml_writes_documents_with_namespace_attributes_and_checksum() {
    let made = request(
        "s3",
        "PutPublicAccessBlock",
        &json!({
            "Bucket": "b", "PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "RestrictPublicBuckets": false},
        }),
    );
    let made = made.unwrap();
    assert_eq!((made.method.as_str(), made.target.as_str()), ("PUT", "/b?publicAccessBlock"));
    assert_eq!(
        String::from_utf8(made.body.clone()).unwrap(),
        "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <BlockPublicAcls>true</BlockPublicAcls><RestrictPublicBuckets>false</RestrictPublicBuckets>\
         </PublicAccessBlockConfiguration>"
    );
    assert!(made.headers.contains(&("x-amz-sdk-checksum-algorithm".into(), "CRC32".into())));
    assert!(made.headers.iter().any(|(name, value)| name == "x-amz-checksum-crc32" && value.len() == 8));
    let grantee = json!({"Type": "CanonicalUser", "ID": "a<b"});
    let made = request(
        "s3",
        "PutBucketAcl",
        &json!({
            "Bucket": "b",
            "AccessControlPolicy": {"Grants": [{"Grantee": grantee, "Permission": "READ"}], "Owner": {"ID": "o"}},
        }),
    );
    assert_eq!(
        String::from_utf8(made.unwrap().body).unwrap(),
        "<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><AccessControlList><Grant>\
         <Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>a&lt;b</ID>\
         </Grantee><Permission>READ</Permission></Grant></AccessControlList><Owner><ID>o</ID></Owner>\
         </AccessControlPolicy>"
    );
    // An ACL in a header alone has no body.
    let made = request("s3", "PutBucketAcl", &json!({"Bucket": "b", "ACL": "private"})).unwrap();
    assert!(made.body.is_empty());
    assert!(made.headers.contains(&("x-amz-acl".into(), "private".into())));
    // A policy is its text.
    let made =
        request("s3", "PutBucketPolicy", &json!({"Bucket": "b", "Policy": "{\"Version\":\"2012-10-17\"}"})).unwrap();
    assert_eq!(made.body, br#"{"Version":"2012-10-17"}"#);
    // Flat lists repeat their own element.
    let made = request(
        "s3",
        "PutBucketCors",
        &json!({
            "Bucket": "b",
            "CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"]}]},
        }),
    );
    assert!(String::from_utf8(made.unwrap().body).unwrap().contains(
        "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>"
    ));
    // A key keeps its slashes; what else is special in a path is escaped.
    let made = request("s3", "HeadObject", &json!({"Bucket": "b", "Key": "a/b c?.txt"})).unwrap();
    assert_eq!(made.target, "/b/a/b%20c%3F.txt");
    let made = request(
        "route53",
        "ChangeResourceRecordSets",
        &json!({
            "HostedZoneId": "Z1",
            "ChangeBatch": {"Changes": [{"Action": "DELETE", "ResourceRecordSet": {"Name": "a.example.", "Type": "A", "TTL": 60,
                "ResourceRecords": [{"Value": "192.0.2.1"}]}}]},
        }),
    );
    assert_eq!(
        String::from_utf8(made.unwrap().body).unwrap(),
        "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ChangeBatch><Changes>\
         <Change><Action>DELETE</Action><ResourceRecordSet><Name>a.example.</Name><Type>A</Type><TTL>60</TTL>\
         <ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>\
         </ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
    );
}

#[test]
fn an_account_stands_before_the_host_of_s3_control() {
    let made = request("s3control", "GetPublicAccessBlock", &json!({"AccountId": "111122223333"})).unwrap();
    assert_eq!(made.host_prefix.as_deref(), Some("111122223333."));
    assert!(made.headers.contains(&("x-amz-account-id".into(), "111122223333".into())));
    let made = request("s3control", "GetPublicAccessBlock", &json!({"AccountId": "evil.example/"}));
    assert_eq!(made.unwrap_err(), "`AccountId` cannot stand in a host's name");
}

#[test]
fn parameters_that_do_not_fit_are_refused_with_their_place() {
    for (service, operation, parameters, words) in [
        ("iam", "GetUser", json!({"Username": "a"}), "`Username` is not a parameter"),
        ("iam", "DetachUserPolicy", json!({"UserName": "a"}), "`PolicyArn` is missing"),
        ("iam", "DetachUserPolicy", json!({"UserName": "a", "PolicyArn": null}), "`PolicyArn` is missing"),
        (
            "iam",
            "TagUser",
            json!({"UserName": "a", "Tags": [{"Key": "k", "Value": 1}]}),
            "`Tags[0].Value` is not a string",
        ),
        ("ec2", "DescribeInstances", json!({"MaxResults": "5"}), "`MaxResults` is not a whole number"),
        ("ec2", "DescribeInstances", json!({"InstanceIds": "i-1"}), "`InstanceIds` is not a list"),
        ("kms", "ListKeys", json!([]), "is not an object"),
        ("kms", "GetKeyPolicy", json!({"KeyId": 5}), "`KeyId` is not a string"),
        ("s3", "DeleteBucket", json!({"Bucket": ""}), "`Bucket` cannot stand in a path"),
        ("s3", "DeleteBucket", json!({"Bucket": ".."}), "`Bucket` cannot stand in a path"),
        (
            "s3",
            "PutBucketAcl",
            json!({"Bucket": "b", "ACL": "a\r\nx: y"}),
            "`ACL` has characters that no header may have",
        ),
        ("cloudtrail", "LookupEvents", json!({"StartTime": "yesterday"}), "`StartTime` is not an RFC 3339 timestamp"),
        ("lambda", "Invoke", json!({"FunctionName": "f", "Payload": "%"}), "`Payload` is not base64"),
    ] {
        let wrong = request(service, operation, &parameters).unwrap_err();
        assert!(wrong.starts_with(words), "{service}:{operation}: {wrong}");
    }
}
