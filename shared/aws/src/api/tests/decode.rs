//! Answers as services send them.

use super::*;

#[test]
fn query_answers_stand_in_their_wrapper() {
    let body = "<GetUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetUserResult><User>\
        <Path>/</Path><UserName>ann &amp; bob</UserName><CreateDate>2026-01-02T03:04:05Z</CreateDate>\
        <Tags><member><Key>a</Key><Value></Value></member><member><Key>b</Key><Value>2</Value></member></Tags>\
        </User></GetUserResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetUserResponse>";
    assert_eq!(
        read("iam", "GetUser", &[], body).unwrap(),
        json!({"User": {
            "Path": "/", "UserName": "ann & bob", "CreateDate": "2026-01-02T03:04:05Z",
            "Tags": [{"Key": "a", "Value": ""}, {"Key": "b", "Value": "2"}],
        }})
    );
    let body = "<R><ListUsersResult><Users/><IsTruncated>false</IsTruncated></ListUsersResult></R>";
    assert_eq!(read("iam", "ListUsers", &[], body).unwrap(), json!({"Users": [], "IsTruncated": false}));
    let body = "<R><GetAccountSummaryResult><SummaryMap><entry><key>Users</key><value>32</value></entry>\
        <entry><key>AccountMFAEnabled</key><value>0</value></entry></SummaryMap></GetAccountSummaryResult></R>";
    assert_eq!(
        read("iam", "GetAccountSummary", &[], body).unwrap(),
        json!({"SummaryMap": {"Users": 32, "AccountMFAEnabled": 0}})
    );
    // What answers nothing is an empty object, whatever came.
    assert_eq!(read("iam", "DetachUserPolicy", &[], "<R><ResponseMetadata/></R>").unwrap(), json!({}));
}

#[test]
fn ec2_answers_have_no_wrapper_and_their_own_names() {
    let body = "<DescribeSecurityGroupsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
        <securityGroupInfo><item><groupId>sg-1</groupId><ipPermissions><item><ipProtocol>tcp</ipProtocol>\
        <fromPort>22</fromPort><toPort>22</toPort><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges>\
        </item></ipPermissions></item></securityGroupInfo></DescribeSecurityGroupsResponse>";
    assert_eq!(
        read("ec2", "DescribeSecurityGroups", &[], body).unwrap(),
        json!({"SecurityGroups": [{
            "GroupId": "sg-1",
            "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [],
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        }]})
    );
}

#[test]
fn json_answers_lose_nulls_and_what_the_model_has_not() {
    let body =
        r#"{"KeyMetadata":{"KeyId":"k","CreationDate":1.7673230455E9,"Enabled":true,"Description":null,"New":1}}"#;
    assert_eq!(
        read("kms", "DescribeKey", &[], body).unwrap(),
        json!({"KeyMetadata": {
            "KeyId": "k", "CreationDate": "2026-01-02T03:04:05.5Z", "Enabled": true,
        }})
    );
    assert_eq!(read("kms", "DescribeKey", &[], "").unwrap(), json!({}));
    assert_eq!(
        read("sqs", "GetQueueAttributes", &[], r#"{"Attributes":{"Policy":"{}"}}"#).unwrap(),
        json!({"Attributes": {"Policy": "{}"}})
    );
    assert!(read("kms", "DescribeKey", &[], "<html>").unwrap_err().contains("not JSON"));
    assert!(read("kms", "ListKeys", &[], r#"{"Keys":{}}"#).unwrap_err().contains("Keys: is an object"));
}

#[test]
fn rest_answers_come_in_headers_payload_and_body() {
    let body = "<?xml version=\"1.0\"?>\n<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
        <BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>FALSE</IgnorePublicAcls></PublicAccessBlockConfiguration>";
    assert_eq!(
        read("s3", "GetPublicAccessBlock", &[], body).unwrap(),
        json!({"PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true, "IgnorePublicAcls": false,
        }})
    );
    assert_eq!(read("s3", "GetBucketPolicy", &[], "{\"a\":1}").unwrap(), json!({"Policy": "{\"a\":1}"}));
    let headers = [("x-amz-bucket-region", "eu-west-1")];
    assert_eq!(read("s3", "HeadBucket", &headers, "").unwrap()["BucketRegion"], json!("eu-west-1"));
    let headers =
        [("last-modified", "Fri, 02 Jan 2026 03:04:05 GMT"), ("content-length", "3"), ("x-amz-meta-owner", "ann")];
    let read_head = read("s3", "HeadObject", &headers, "").unwrap();
    assert_eq!(read_head["LastModified"], json!("2026-01-02T03:04:05Z"));
    assert_eq!(read_head["ContentLength"], json!(3));
    assert_eq!(read_head["Metadata"], json!({"owner": "ann"}));
    let place = |inner: &str| {
        read(
            "s3",
            "GetBucketLocation",
            &[],
            &format!("<LocationConstraint xmlns=\"http://s3\">{inner}</LocationConstraint>"),
        )
    };
    assert_eq!(place("EU").unwrap(), json!({"LocationConstraint": "EU"}));
    assert_eq!(place("").unwrap(), json!({}));
    // Flat lists and an attribute with a prefix.
    let body = "<ListBucketResult><Name>b</Name><KeyCount>2</KeyCount><Contents><Key>a</Key><Size>1</Size></Contents>\
        <Contents><Key>b</Key><Size>2</Size></Contents></ListBucketResult>";
    let objects = read("s3", "ListObjectsV2", &[], body).unwrap();
    assert_eq!(objects["Contents"], json!([{"Key": "a", "Size": 1}, {"Key": "b", "Size": 2}]));
    let body = "<AccessControlPolicy><AccessControlList><Grant>\
        <Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"><URI>u</URI></Grantee>\
        <Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>";
    assert_eq!(
        read("s3", "GetBucketAcl", &[], body).unwrap(),
        json!({"Grants": [
            {"Grantee": {"Type": "Group", "URI": "u"}, "Permission": "READ"},
        ]})
    );
    let body = r#"{"FunctionName":"f","LastModified":"2026-01-02T03:04:05.000+0000","Timeout":3}"#;
    assert_eq!(
        read("lambda", "GetFunctionConfiguration", &[], body).unwrap(),
        json!({
            "FunctionName": "f", "LastModified": "2026-01-02T03:04:05.000+0000", "Timeout": 3,
        })
    );
    let invoked = read("lambda", "Invoke", &[("x-amz-function-error", "Unhandled")], "{}").unwrap();
    assert_eq!(invoked, json!({"StatusCode": 200, "FunctionError": "Unhandled", "Payload": "e30="}));
    assert!(read("s3", "GetBucketAcl", &[], "not xml").unwrap_err().contains("not XML"));
}

#[test]
fn timestamps_of_every_format_read_as_rfc_3339() {
    for text in [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05",
        "2026-01-02T04:04:05+01:00",
        "1767323045",
        "Fri, 02 Jan 2026 03:04:05 GMT",
    ] {
        let body = format!("<R><GetUserResult><User><CreateDate>{text}</CreateDate></User></GetUserResult></R>");
        assert_eq!(
            read("iam", "GetUser", &[], &body).unwrap(),
            json!({"User": {"CreateDate": "2026-01-02T03:04:05Z"}}),
            "{text}"
        );
    }
}
