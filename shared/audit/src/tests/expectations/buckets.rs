//! Buckets: policies, ACLs, what blocks them, clear text, and who has control.

use serde_json::{Value, json};

use super::{Bad, Expectations, Good, HOME, Is, ORGANIZATION, OTHER, resource, text, when};
use crate::Resource;

const BUCKET: &str = "arn:aws:s3:::b";
const OBJECTS: &str = "arn:aws:s3:::b/*";
const OFF: [&str; 4] = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

fn block(on: &[&str]) -> Value {
    let settings: serde_json::Map<_, _> =
        OFF.into_iter().map(|name| (name.to_owned(), on.contains(&name).into())).collect();
    json!({"PublicAccessBlockConfiguration": settings})
}

fn account(block: Value) -> Resource {
    resource("s3", "account", &json!({"id": HOME, "facts": {"GetPublicAccessBlock": block}}))
}

/// A bucket with a policy, where it has one, an ACL, and nothing that blocks.
fn bucket(statements: Option<&Value>, grants: Value) -> Value {
    let policy = statements.map(|statements| json!({"Policy": text(statements)}));
    json!({"arn": BUCKET, "id": "b", "facts": {
        "GetBucketPolicy": policy, "GetBucketAcl": {"Grants": grants}, "GetPublicAccessBlock": null, "GetBucketOwnershipControls": null,
    }})
}

fn allow(action: Value, on: Value) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": on})
}

fn deny(action: Value, on: Value) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": on})
}

#[test]
fn who_reads_and_writes() {
    let get = || allow(json!("s3:GetObject"), json!(OBJECTS));
    let both = || json!([BUCKET, OBJECTS]);
    let everything = || allow(json!("s3:*"), both());
    let spared = |action: &str| json!({"Effect": "Allow", "Principal": "*", "NotAction": action, "Resource": both()});
    let organization = || json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}});
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Is, Is)> = vec![
        ("reading", get(), Bad, Good),
        ("reading one folder", allow(json!("s3:GetObject"), json!("arn:aws:s3:::b/public/*")), Bad, Good),
        ("reading one object", allow(json!("s3:GetObject"), json!("arn:aws:s3:::b/index.html")), Bad, Good),
        ("listing", allow(json!("s3:ListBucket"), json!(BUCKET)), Bad, Good),
        ("old versions", allow(json!("s3:GetObjectVersion"), json!(OBJECTS)), Bad, Good),
        ("writing", allow(json!("s3:PutObject"), json!(OBJECTS)), Good, Bad),
        ("deleting", allow(json!("s3:DeleteObject*"), json!(OBJECTS)), Good, Bad),
        ("writing the policy", allow(json!("s3:PutBucketPolicy"), json!(BUCKET)), Good, Bad),
        ("writing ACLs of objects", allow(json!("s3:PutObjectAcl"), json!(OBJECTS)), Good, Bad),
        ("a pattern in the action", allow(json!("s3:*Object"), json!(OBJECTS)), Bad, Bad),
        ("capitals", allow(json!("S3:GETOBJECT"), json!(OBJECTS)), Bad, Good),
        ("every action", allow(json!("*"), both()), Bad, Bad),
        ("every resource", allow(json!("s3:*"), json!("*")), Bad, Bad),
        ("a pattern over buckets", allow(json!("s3:Get*"), json!("arn:aws:s3:::b*")), Bad, Good),
        ("all actions but one", spared("s3:DeleteBucket"), Bad, Bad),
        ("all actions but reads", json!({"Effect": "Allow", "Principal": "*", "NotAction": ["s3:Get*", "s3:List*"], "Resource": both()}), Good, Bad),
        ("all actions but S3's", spared("s3:*"), Good, Good),
        ("all resources but one folder", json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/private/*"}), Bad, Good),
        ("the location alone", allow(json!("s3:GetBucketLocation"), json!(BUCKET)), Good, Good),
        ("reading with a tag on the object", when(get(), json!({"StringEquals": {"s3:ExistingObjectTag/public": "yes"}})), Bad, Good),
        ("listing one folder", when(allow(json!("s3:ListBucket"), json!(BUCKET)), json!({"StringLike": {"s3:prefix": "public/*"}})), Bad, Good),
        ("writing with an ACL for the owner", when(allow(json!("s3:PutObject"), json!(OBJECTS)), json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}})), Good, Bad),
        ("by an access point of the account", when(everything(), json!({"StringEquals": {"s3:DataAccessPointAccount": HOME}})), Good, Good),
        ("everything, denied again", json!([everything(), deny(json!("s3:*"), both())]), Good, Good),
        ("everything, denied by two statements", json!([everything(), deny(json!("s3:*"), json!(BUCKET)), deny(json!("s3:*"), json!(OBJECTS))]), Good, Good),
        ("everything, denied outside by two statements", json!([everything(), when(deny(json!("s3:*"), json!(BUCKET)), organization()), when(deny(json!("s3:*"), json!(OBJECTS)), organization())]), Good, Good),
        ("everything, reading denied", json!([everything(), deny(json!(["s3:Get*", "s3:List*"]), both())]), Good, Bad),
        ("everything, writing denied", json!([everything(), deny(json!(["s3:Put*", "s3:Delete*", "s3:Replicate*", "s3:Restore*", "s3:Object*", "s3:Bypass*"]), both())]), Bad, Good),
        ("everything, the objects denied", json!([everything(), deny(json!("s3:*"), json!(OBJECTS))]), Bad, Bad),
        ("reading, the bucket denied", json!([get(), deny(json!("s3:*"), json!(BUCKET))]), Bad, Good),
        ("reading of both, the objects denied", json!([allow(json!("s3:GetObject"), both()), deny(json!("s3:*"), json!(OBJECTS))]), Good, Good),
        ("reading, one folder denied", json!([get(), deny(json!("s3:*"), json!("arn:aws:s3:::b/private/*"))]), Bad, Good),
        ("reading, all but one folder denied", json!([get(), {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/public/*"}]), Bad, Good),
        ("reading, all but listing denied", json!([get(), {"Effect": "Deny", "Principal": "*", "NotAction": "s3:ListBucket", "Resource": OBJECTS}]), Good, Good),
        ("reading, clear text denied", json!([get(), when(deny(json!("s3:*"), both()), json!({"Bool": {"aws:SecureTransport": "false"}}))]), Bad, Good),
        ("another bucket's objects are its policy's business", json!([{"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "s3:*", "Resource": "arn:aws:s3:::other/*"}]), Good, Good),
        ("its own distribution", when(json!({"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": OBJECTS}), json!({"StringEquals": {"AWS:SourceArn": format!("arn:aws:cloudfront::{HOME}:distribution/E1")}})), Good, Good),
        ("an identity of a distribution", json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}, "Action": "s3:GetObject", "Resource": OBJECTS}), Good, Good),
        ("the delivery of logs", json!({"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject", "Resource": OBJECTS}), Good, Good),
    ];
    let mut expected = Expectations::default();
    for (case, statements, reads, writes) in cases {
        let facts = bucket(Some(&statements), json!([]));
        expected.of("s3-bucket-publicly-readable", case, facts.clone(), &[account(Value::Null)], reads);
        expected.of("s3-bucket-publicly-writable", case, facts, &[account(Value::Null)], writes);
    }
}

#[test]
fn acls_and_what_blocks() {
    let group = |name: &str| format!("http://acs.amazonaws.com/groups/{name}");
    let grant = |who: &str, permission: &str| json!([{"Grantee": {"Type": "Group", "URI": group(who)}, "Permission": permission}]);
    let mut expected = Expectations::default();
    for (case, grants, reads, writes) in [
        ("everyone reads", grant("global/AllUsers", "READ"), Bad, Good),
        ("whoever has an account reads", grant("global/AuthenticatedUsers", "READ"), Bad, Good),
        ("everyone writes", grant("global/AllUsers", "WRITE"), Good, Bad),
        ("everyone writes the ACL", grant("global/AllUsers", "WRITE_ACP"), Good, Bad),
        ("everyone has control", grant("global/AuthenticatedUsers", "FULL_CONTROL"), Bad, Bad),
        ("the delivery of logs", grant("s3/LogDelivery", "WRITE"), Good, Good),
        (
            "the owner",
            json!([{"Grantee": {"Type": "CanonicalUser", "ID": "79a5"}, "Permission": "FULL_CONTROL"}]),
            Good,
            Good,
        ),
        ("nobody", json!([]), Good, Good),
    ] {
        let facts = bucket(None, grants);
        expected.of("s3-bucket-publicly-readable", case, facts.clone(), &[account(Value::Null)], reads);
        expected.of("s3-bucket-publicly-writable", case, facts, &[account(Value::Null)], writes);
    }
    let by_policy = || bucket(Some(&allow(json!("s3:GetObject"), json!(OBJECTS))), json!([]));
    let by_acl = || bucket(None, grant("global/AllUsers", "READ"));
    // What blocks the bucket, and the account: whether the policy and the ACL still open it, and whether all is blocked.
    for (case, own, all, policy, acl, blocked) in [
        ("nothing", Value::Null, Value::Null, Bad, Bad, Bad),
        ("all of the bucket", block(&OFF), Value::Null, Good, Good, Good),
        ("all of the account", Value::Null, block(&OFF), Good, Good, Good),
        ("each by one of them", block(&OFF[..2]), block(&OFF[2..]), Good, Good, Good),
        ("all but one", block(&OFF[..3]), Value::Null, Bad, Good, Bad),
        ("policies restricted", block(&OFF[3..]), Value::Null, Good, Bad, Bad),
        ("policies restricted for the account", block(&[]), block(&OFF[3..]), Good, Bad, Bad),
        ("new policies refused, old ones not restricted", block(&["BlockPublicPolicy"]), Value::Null, Bad, Bad, Bad),
        ("ACLs ignored", block(&["IgnorePublicAcls"]), Value::Null, Bad, Good, Bad),
        ("new ACLs refused, old ones not ignored", block(&["BlockPublicAcls"]), Value::Null, Bad, Bad, Bad),
        ("switched off", block(&[]), block(&[]), Bad, Bad, Bad),
    ] {
        let blocked_by = |mut facts: Value| {
            facts["facts"]["GetPublicAccessBlock"] = own.clone();
            facts
        };
        let beside = [account(all)];
        expected.of("s3-bucket-publicly-readable", case, blocked_by(by_policy()), &beside, policy);
        expected.of("s3-bucket-publicly-readable", case, blocked_by(by_acl()), &beside, acl);
        expected.of("s3-bucket-public-access-not-blocked", case, blocked_by(by_acl()), &beside, blocked);
    }
    let mut owned = by_acl();
    owned["facts"]["GetBucketOwnershipControls"] =
        json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}});
    expected.of("s3-bucket-publicly-readable", "an ACL where ACLs are off", owned, &[account(Value::Null)], Good);
    let mut preferred = by_acl();
    preferred["facts"]["GetBucketOwnershipControls"] =
        json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}});
    expected.of(
        "s3-bucket-publicly-readable",
        "an ACL where the owner is preferred",
        preferred,
        &[account(Value::Null)],
        Bad,
    );
}

#[test]
fn clear_text() {
    let clear = || json!({"Bool": {"aws:SecureTransport": "false"}});
    let whole = || when(deny(json!("s3:*"), json!([BUCKET, OBJECTS])), clear());
    let with = |name: &str, value: Value| {
        let mut statement = whole();
        statement[name] = value;
        if value_is_null(&statement[name]) {
            statement.as_object_mut().unwrap().remove(name);
        }
        statement
    };
    let not_principal = || {
        let mut statement = with("Principal", Value::Null);
        statement["NotPrincipal"] = json!({"AWS": format!("arn:aws:iam::{HOME}:role/old")});
        statement
    };
    let half = || {
        let mut statement = with("Resource", json!(OBJECTS));
        statement["Action"] = json!("s3:Get*");
        statement
    };
    let not = |name: &str, without: &str, value: Value| {
        let mut statement = with(without, Value::Null);
        statement[name] = value;
        statement
    };
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Is)> = vec![
        ("as it should be", whole(), Good),
        ("a list of one", json!([whole()]), Good),
        ("an AWS principal", with("Principal", json!({"AWS": "*"})), Good),
        ("an AWS principal in a list", with("Principal", json!({"AWS": ["*"]})), Good),
        ("a list of actions", with("Action", json!(["s3:*"])), Good),
        ("every action", with("Action", json!("*")), Good),
        ("all but another service's actions", not("NotAction", "Action", json!("iam:*")), Good),
        ("every resource", with("Resource", json!("*")), Good),
        ("all but another bucket", not("NotResource", "Resource", json!(["arn:aws:s3:::other", "arn:aws:s3:::other/*"])), Good),
        ("a pattern over both", with("Resource", json!("arn:aws:s3:::b*")), Good),
        ("a pattern over all buckets", with("Resource", json!(["arn:aws:s3:::*"])), Good),
        ("a statement each", json!([with("Resource", json!(BUCKET)), with("Resource", json!(OBJECTS))]), Good),
        ("a truth", with("Condition", json!({"Bool": {"aws:SecureTransport": false}})), Good),
        ("a list of a truth", with("Condition", json!({"Bool": {"aws:SecureTransport": ["false"]}})), Good),
        ("if it exists", with("Condition", json!({"BoolIfExists": {"aws:SecureTransport": "false"}})), Good),
        ("a text", with("Condition", json!({"StringEquals": {"aws:SecureTransport": "false"}})), Good),
        ("a text negated", with("Condition", json!({"StringNotEquals": {"aws:SecureTransport": "true"}})), Good),
        ("the key in capitals", with("Condition", json!({"Bool": {"AWS:SECURETRANSPORT": "false"}})), Good),
        ("an old TLS too, if there is one", with("Condition", json!({"NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}})), Good),
        ("beside an Allow", json!([{"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "s3:*", "Resource": OBJECTS}, whole()]), Good),
        ("beside one of old TLS", json!([with("Condition", json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}})), whole()]), Good),
        ("any of its values", with("Condition", json!({"ForAnyValue:Bool": {"aws:SecureTransport": "false"}})), Good),
        ("all of its values, of which there is one", with("Condition", json!({"ForAllValues:Bool": {"aws:SecureTransport": "false"}})), Good),
        ("a text, if it exists", with("Condition", json!({"StringEqualsIfExists": {"aws:SecureTransport": "false"}})), Good),
        ("a text like it", with("Condition", json!({"StringLike": {"aws:SecureTransport": "false"}})), Good),
        ("a text in capitals", with("Condition", json!({"StringEqualsIgnoreCase": {"aws:SecureTransport": "FALSE"}})), Good),
        ("a text unlike its opposite", with("Condition", json!({"StringNotLike": {"aws:SecureTransport": "true"}})), Good),
        ("no version of TLS", with("Condition", json!({"Null": {"s3:TlsVersion": "true"}})), Good),
        ("a version of TLS, if there is one", with("Condition", json!({"NumericLessThanIfExists": {"s3:TlsVersion": 1.3}})), Good),
        ("either truth", with("Condition", json!({"Bool": {"aws:SecureTransport": ["true", "false"]}})), Good),
        ("objects of all buckets and the bucket", with("Resource", json!([BUCKET, "arn:aws:s3:::*/*"])), Good),
        ("a pattern of one letter", with("Resource", json!(["arn:aws:s3:::?", "arn:aws:s3:::?/*"])), Good),
        ("the whole, and a part beside it", json!([with("Action", json!("s3:PutObject")), whole()]), Good),
        ("everybody and a service", with("Principal", json!({"AWS": "*", "Service": "s3.amazonaws.com"})), Good),
        ("both without TLS and with an old one", with("Condition", json!({"Bool": {"aws:SecureTransport": "false"}, "NumericLessThan": {"s3:TlsVersion": "1.2"}})), Bad),
        ("a version of TLS", with("Condition", json!({"Null": {"s3:TlsVersion": "false"}})), Bad),
        ("an old TLS in its Allow", json!([{"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "s3:*", "Resource": OBJECTS, "Condition": {"NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}}]), Bad),
        ("a folder in place of the bucket", with("Resource", json!(["arn:aws:s3:::b/", OBJECTS])), Bad),
        ("objects with a dot", with("Resource", json!([BUCKET, "arn:aws:s3:::b/*.*"])), Bad),
        ("half of the actions on each", json!([with("Resource", json!(BUCKET)), half()]), Bad),
        ("one bucket's statement over another's objects", json!([with("Resource", json!(BUCKET)), with("Resource", json!("arn:aws:s3:::bb/*"))]), Bad),
        ("all but everybody's reading", json!([not("NotAction", "Action", json!("s3:Get*")), with("Action", json!("s3:GetObject"))]), Bad),
        ("a network beside it", with("Condition", json!({"Bool": {"aws:SecureTransport": "false"}, "IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})), Bad),
        ("its negation in other words", with("Condition", json!({"StringNotEqualsIgnoreCase": {"aws:SecureTransport": "false"}})), Bad),
        ("an Allow in place of it", with("Effect", json!("Allow")), Bad),
        ("an Allow with TLS", json!([{"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "s3:*", "Resource": OBJECTS, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]), Bad),
        ("the wrong truth", with("Condition", json!({"Bool": {"aws:SecureTransport": "true"}})), Bad),
        ("a text that denies TLS", with("Condition", json!({"StringNotEquals": {"aws:SecureTransport": "false"}})), Bad),
        ("whether there is a key", with("Condition", json!({"Null": {"aws:SecureTransport": "true"}})), Bad),
        ("old TLS alone", with("Condition", json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}})), Bad),
        ("the objects alone", with("Resource", json!(OBJECTS)), Bad),
        ("the bucket alone", with("Resource", json!(BUCKET)), Bad),
        ("some objects", with("Resource", json!([BUCKET, "arn:aws:s3:::b/logs/*"])), Bad),
        ("another bucket", with("Resource", json!(["arn:aws:s3:::other", "arn:aws:s3:::other/*"])), Bad),
        ("a bucket whose name begins so", with("Resource", json!(["arn:aws:s3:::b", "arn:aws:s3:::bb/*"])), Bad),
        ("all but its objects", not("NotResource", "Resource", json!(OBJECTS)), Bad),
        ("reading alone", with("Action", json!("s3:GetObject")), Bad),
        ("reading and writing", with("Action", json!(["s3:Get*", "s3:Put*"])), Bad),
        ("all but reading", not("NotAction", "Action", json!("s3:GetObject")), Bad),
        ("another service's actions", with("Action", json!("sqs:*")), Bad),
        ("one account", with("Principal", json!({"AWS": OTHER})), Bad),
        ("its own account", with("Principal", json!({"AWS": format!("arn:aws:iam::{HOME}:root")})), Bad),
        ("a service", with("Principal", json!({"Service": "s3.amazonaws.com"})), Bad),
        ("all but a role", not_principal(), Bad),
        ("a second condition", with("Condition", json!({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalAccount": OTHER}})), Bad),
        ("a second condition of the same kind", with("Condition", json!({"Bool": {"aws:SecureTransport": "false", "aws:MultiFactorAuthPresent": "false"}})), Bad),
        ("no condition, so that nobody comes", with("Condition", json!({})), Good),
        ("only an Allow", json!([{"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "s3:GetObject", "Resource": OBJECTS}]), Bad),
    ];
    let mut expected = Expectations::default();
    for (case, statements, is) in cases {
        expected.of("s3-bucket-accepts-clear-text", case, bucket(Some(&statements), json!([])), &[], is);
    }
    expected.of("s3-bucket-accepts-clear-text", "no policy", bucket(None, json!([])), &[], Bad);
    let mut chinese = bucket(
        Some(&serde_json::from_str(&whole().to_string().replace("arn:aws:", "arn:aws-cn:")).unwrap()),
        json!([]),
    );
    chinese["arn"] = json!("arn:aws-cn:s3:::b");
    chinese["region"] = json!("cn-north-1");
    expected.of("s3-bucket-accepts-clear-text", "another partition", chinese, &[], Good);
}

fn value_is_null(value: &Value) -> bool {
    value.is_null()
}

#[test]
fn control_by_others() {
    let may = |principal: Value, action: Value| json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": [BUCKET, OBJECTS]});
    let other = || json!({"AWS": format!("arn:aws:iam::{OTHER}:root")});
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Is)> = vec![
        ("writes the policy", may(other(), json!("s3:PutBucketPolicy")), Bad),
        ("deletes the policy", may(other(), json!("s3:DeleteBucketPolicy")), Bad),
        ("writes ACLs", may(json!({"AWS": OTHER}), json!(["s3:GetObject", "s3:PutBucketAcl"])), Bad),
        ("writes ACLs of objects", may(json!({"AWS": format!("arn:aws:iam::{OTHER}:role/x")}), json!("s3:PutObjectAcl")), Bad),
        ("sets the encryption", may(other(), json!("s3:PutEncryptionConfiguration")), Bad),
        ("by a pattern", may(other(), json!("s3:Put*")), Bad),
        ("everything", may(other(), json!("*")), Bad),
        ("all actions but one", json!({"Effect": "Allow", "Principal": other(), "NotAction": "s3:DeleteBucket", "Resource": [BUCKET, OBJECTS]}), Bad),
        ("everyone", may(json!("*"), json!("s3:*")), Bad),
        ("reads", may(other(), json!(["s3:GetObject", "s3:ListBucket"])), Good),
        ("writes objects", may(other(), json!("s3:PutObject")), Good),
        ("all actions but writes", json!({"Effect": "Allow", "Principal": other(), "NotAction": ["s3:Put*", "s3:Delete*"], "Resource": [BUCKET, OBJECTS]}), Good),
        ("everything, control denied", json!([may(other(), json!("s3:*")), {"Effect": "Deny", "Principal": "*", "Action": ["s3:PutBucket*", "s3:DeleteBucketPolicy", "s3:PutEncryptionConfiguration", "s3:PutObjectAcl"], "Resource": "*"}]), Good),
        ("its own account", may(json!({"AWS": format!("arn:aws:iam::{HOME}:root")}), json!("s3:*")), Good),
        ("a service", may(json!({"Service": "cloudtrail.amazonaws.com"}), json!("s3:PutObject")), Good),
    ];
    let mut expected = Expectations::default();
    for (case, statements, is) in cases {
        expected.of("s3-bucket-controlled-by-another-account", case, bucket(Some(&statements), json!([])), &[], is);
    }
}
