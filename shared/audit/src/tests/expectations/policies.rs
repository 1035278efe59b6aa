//! Policies of resources: whom they let in, by whatever way it is said.

use serde_json::{Value, json};

use super::{Bad, Expectations, Good, HOME, Is, ORGANIZATION, OTHER, resource, text, when};
use crate::check_of;

/// A service's check, the fact with the document, the action, and the prefix of the service's actions.
const SERVICES: [(&str, &str, &str); 12] = [
    ("sqs-queue-public", "GetQueueAttributes.Attributes.Policy", "sqs:SendMessage"),
    ("sns-topic-public", "GetTopicAttributes.Attributes.Policy", "sns:Subscribe"),
    ("kms-key-public", "GetKeyPolicy.Policy", "kms:Decrypt"),
    ("secretsmanager-secret-public", "GetResourcePolicy.ResourcePolicy", "secretsmanager:GetSecretValue"),
    ("ecr-repository-public-policy", "GetRepositoryPolicy.policyText", "ecr:BatchGetImage"),
    ("lambda-function-public", "GetPolicy.Policy", "lambda:InvokeFunction"),
    ("lambda-layer-public", "GetLayerVersionPolicy.Policy", "lambda:GetLayerVersion"),
    ("events-bus-public", "DescribeEventBus.Policy", "events:PutEvents"),
    ("glacier-vault-public", "GetVaultAccessPolicy.policy.Policy", "glacier:InitiateJob"),
    ("backup-vault-public", "GetBackupVaultAccessPolicy.Policy", "backup:CopyIntoBackupVault"),
    ("efs-public", "DescribeFileSystemPolicy.Policy", "elasticfilesystem:ClientMount"),
    ("dynamodb-table-public", "GetResourcePolicy.Policy", "dynamodb:GetItem"),
];

/// `{"A": {"B": value}}` for `A.B`.
fn at(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |inner, name| Value::from_iter([(name, inner)]))
}

/// `ARN` is the resource's own, `ACTION` the service's action, `SERVICE` its prefix.
pub(super) fn allow(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "ACTION", "Resource": "*"})
}

pub(super) fn deny(principal: Value) -> Value {
    json!({"Effect": "Deny", "Principal": principal, "Action": "SERVICE:*", "Resource": "*"})
}

fn of(operator: &str, key: &str, value: Value) -> Value {
    json!({operator: {key: value}})
}

pub(super) fn with(mut statement: Value, name: &str, value: Value) -> Value {
    statement[name] = value;
    statement
}

#[rustfmt::skip]
fn cases() -> Vec<(&'static str, Value, Is)> {
    let everyone = || allow(json!("*"));
    let only = |operator: &str, key: &str, value: Value| when(everyone(), of(operator, key, value));
    let and = |deny: Value| json!([everyone(), deny]);
    let unless = |operator: &str, key: &str, value: Value| and(when(deny(json!("*")), of(operator, key, value)));
    let home = || json!(format!("arn:aws:iam::{HOME}:root"));
    let other = || json!(format!("arn:aws:iam::{OTHER}:root"));
    vec![
        // Who.
        ("everyone", everyone(), Bad),
        ("everyone as an AWS principal", allow(json!({"AWS": "*"})), Bad),
        ("everyone in a list", allow(json!({"AWS": [home(), "*"]})), Bad),
        ("all but an account", with(with(everyone(), "NotPrincipal", json!({"AWS": other()})), "Principal", Value::Null), Bad),
        ("everyone in the second statement", json!([allow(json!({"AWS": home()})), everyone()]), Bad),
        ("its own account", allow(json!({"AWS": home()})), Good),
        ("its own account by number", allow(json!({"AWS": HOME})), Good),
        ("a role of its own account", allow(json!({"AWS": format!("arn:aws:iam::{HOME}:role/app")})), Good),
        ("another account", allow(json!({"AWS": other()})), Good),
        ("a service", allow(json!({"Service": "cloudtrail.amazonaws.com"})), Good),
        ("a canonical user", allow(json!({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"})), Good),
        // What.
        ("every action", with(everyone(), "Action", json!("*")), Bad),
        ("every action of the service", with(everyone(), "Action", json!("SERVICE:*")), Bad),
        ("all actions but one", with(with(everyone(), "NotAction", json!("SERVICE:DeletePolicy")), "Action", Value::Null), Bad),
        ("all actions but the service's", with(with(everyone(), "NotAction", json!("SERVICE:*")), "Action", Value::Null), Good),
        ("all actions but all", with(with(everyone(), "NotAction", json!("*")), "Action", Value::Null), Good),
        ("on its own ARN", with(everyone(), "Resource", json!("ARN")), Bad),
        // Conditions that narrow.
        ("one organization", only("StringEquals", "aws:PrincipalOrgID", json!(ORGANIZATION)), Good),
        ("two organizations", only("StringEquals", "aws:PrincipalOrgID", json!([ORGANIZATION, "o-zzzzzzzzzz"])), Good),
        ("the resource's organization", only("StringEquals", "aws:PrincipalOrgID", json!("${aws:ResourceOrgID}")), Good),
        ("a part of an organization", only("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!(format!("{ORGANIZATION}/r-ab12/ou-ab12-11111111/*"))), Good),
        ("its own account's principals", only("StringEquals", "aws:PrincipalAccount", json!(HOME)), Good),
        ("the resource's account", only("StringEquals", "aws:PrincipalAccount", json!("${aws:ResourceAccount}")), Good),
        ("two accounts", only("StringEquals", "aws:PrincipalAccount", json!([HOME, OTHER])), Good),
        ("sources of its own account", only("StringEquals", "aws:SourceAccount", json!(HOME)), Good),
        ("the owner of the source", only("StringEquals", "AWS:SourceOwner", json!(HOME)), Good),
        ("sources by their ARNs", only("ArnLike", "aws:SourceArn", json!(format!("arn:aws:sns:*:{HOME}:*"))), Good),
        ("one source by its ARN", only("ArnEquals", "aws:SourceArn", json!(format!("arn:aws:events:eu-west-1:{HOME}:rule/nightly"))), Good),
        ("a bucket as the source", only("ArnLike", "aws:SourceArn", json!("arn:aws:s3:*:*:uploads")), Good),
        ("one VPC endpoint", only("StringEquals", "aws:SourceVpce", json!("vpce-0a1b2c3d4e5f60718")), Good),
        ("one VPC", only("StringEquals", "aws:SourceVpc", json!("vpc-0a1b2c3d4e5f60718")), Good),
        ("one network", only("IpAddress", "aws:SourceIp", json!("203.0.113.0/24")), Good),
        ("private addresses", only("IpAddress", "aws:SourceIp", json!(["10.0.0.0/8", "192.168.0.0/16"])), Good),
        ("roles of its own account", only("ArnLike", "aws:PrincipalArn", json!(format!("arn:aws:iam::{HOME}:role/*"))), Good),
        ("a role by a plain comparison", only("StringLike", "aws:PrincipalArn", json!(format!("arn:aws:iam::{HOME}:role/app-*"))), Good),
        ("one of them asks enough", when(everyone(), json!({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})), Good),
        ("all of its values, of which there must be one", when(everyone(), json!({"ForAllValues:StringEquals": {"aws:PrincipalAccount": HOME}, "Null": {"aws:PrincipalAccount": "false"}})), Good),
        ("a key in other letters", only("stringequals", "AWS:PRINCIPALORGID", json!(ORGANIZATION)), Good),
        // Conditions that don't.
        ("whoever comes with TLS", only("Bool", "aws:SecureTransport", json!("true")), Bad),
        ("whoever says where he comes from", only("StringLike", "aws:Referer", json!("https://example.com/*")), Bad),
        ("whoever names his program", only("StringEquals", "aws:UserAgent", json!("secret")), Bad),
        ("whoever has a second factor", only("Bool", "aws:MultiFactorAuthPresent", json!("true")), Bad),
        ("whoever comes in time", only("DateLessThan", "aws:CurrentTime", json!("2030-01-01T00:00:00Z")), Bad),
        ("whoever has a tag", only("StringEquals", "aws:PrincipalTag/team", json!("data")), Bad),
        ("any organization", only("StringLike", "aws:PrincipalOrgID", json!("*")), Bad),
        ("any organization by its first letters", only("StringLike", "aws:PrincipalOrgID", json!("o-*")), Bad),
        ("any organization's part", only("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!("o-*/r-*/*")), Bad),
        ("one organization or any", only("StringLike", "aws:PrincipalOrgID", json!([ORGANIZATION, "*"])), Bad),
        ("an organization, if there is one", only("StringEqualsIfExists", "aws:PrincipalOrgID", json!(ORGANIZATION)), Bad),
        ("an account, if there is one", only("StringEqualsIfExists", "aws:SourceAccount", json!(HOME)), Bad),
        ("an endpoint, if there is one", only("StringEqualsIfExists", "aws:SourceVpce", json!("vpce-0a1b2c3d4e5f60718")), Bad),
        ("all of its values, of which there may be none", only("ForAllValues:StringEquals", "aws:PrincipalOrgID", json!(ORGANIZATION)), Bad),
        ("anybody but one account", only("StringNotEquals", "aws:PrincipalAccount", json!(OTHER)), Bad),
        ("anybody but one organization", only("StringNotEquals", "aws:PrincipalOrgID", json!(ORGANIZATION)), Bad),
        ("anybody but one network", only("NotIpAddress", "aws:SourceIp", json!("203.0.113.0/24")), Bad),
        ("anywhere but one endpoint", only("StringNotEquals", "aws:SourceVpce", json!("vpce-0a1b2c3d4e5f60718")), Bad),
        ("some endpoint", only("Null", "aws:SourceVpce", json!("false")), Bad),
        ("any endpoint", only("StringLike", "aws:SourceVpce", json!("vpce-*")), Bad),
        ("some principal", only("Null", "aws:PrincipalArn", json!("false")), Bad),
        ("no organization", only("Null", "aws:PrincipalOrgID", json!("true")), Bad),
        ("anywhere", only("IpAddress", "aws:SourceIp", json!("0.0.0.0/0")), Bad),
        ("anywhere in IPv6", only("IpAddress", "aws:SourceIp", json!("::/0")), Bad),
        ("anywhere in halves", only("IpAddress", "aws:SourceIp", json!(["0.0.0.0/1", "128.0.0.0/1"])), Bad),
        ("half of anywhere", only("IpAddress", "aws:SourceIp", json!("128.0.0.0/1")), Bad),
        ("one network or anywhere", only("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "0.0.0.0/0"])), Bad),
        ("any source", only("ArnLike", "aws:SourceArn", json!("arn:aws:sns:*:*:*")), Bad),
        ("any source of a name", only("ArnLike", "aws:SourceArn", json!("arn:aws:sns:eu-west-1:*:alerts")), Bad),
        ("any role of a name", only("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::*:role/admin")), Bad),
        ("any account that begins so", only("StringLike", "aws:PrincipalAccount", json!("1111*")), Bad),
        ("the resource's own account, which it always has", only("StringEquals", "aws:ResourceAccount", json!(HOME)), Bad),
        ("the region", only("StringEquals", "aws:RequestedRegion", json!("eu-west-1")), Bad),
        ("a user's name", only("StringEquals", "aws:username", json!("alice")), Bad),
        // Denials that close.
        ("denied again", and(deny(json!("*"))), Good),
        ("denied again, as an AWS principal", and(deny(json!({"AWS": "*"}))), Good),
        ("denied again on its own ARN", and(with(deny(json!("*")), "Resource", json!("ARN"))), Good),
        ("denied again by a pattern", and(with(deny(json!("*")), "Resource", json!("arn:aws:*"))), Good),
        ("every action denied again", and(with(deny(json!("*")), "Action", json!("*"))), Good),
        ("the action denied again", and(with(deny(json!("*")), "Action", json!("ACTION"))), Good),
        ("all but other services' actions denied again", and(with(with(deny(json!("*")), "NotAction", json!("iam:*")), "Action", Value::Null)), Good),
        ("denied before it is allowed", json!([deny(json!("*")), everyone()]), Good),
        ("denied outside of the organization", unless("StringNotEquals", "aws:PrincipalOrgID", json!(ORGANIZATION)), Good),
        ("denied outside of the organization, if there is one", unless("StringNotEqualsIfExists", "aws:PrincipalOrgID", json!(ORGANIZATION)), Good),
        ("denied outside of the account", unless("StringNotEquals", "aws:PrincipalAccount", json!(HOME)), Good),
        ("denied outside of an endpoint", unless("StringNotEquals", "aws:SourceVpce", json!("vpce-0a1b2c3d4e5f60718")), Good),
        ("denied outside of a network", unless("NotIpAddress", "aws:SourceIp", json!("203.0.113.0/24")), Good),
        ("denied to all but roles of the account", unless("ArnNotLike", "aws:PrincipalArn", json!(format!("arn:aws:iam::{HOME}:role/*"))), Good),
        ("denied to all but the account, by NotPrincipal", and(with(with(deny(json!("*")), "NotPrincipal", json!({"AWS": [home(), format!("arn:aws:iam::{HOME}:role/app")]})), "Principal", Value::Null)), Good),
        ("denied outside of both", and(when(deny(json!("*")), json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))), Good),
        ("denied outside, services apart", and(when(deny(json!("*")), json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}))), Good),
        // Denials that don't.
        ("clear text denied", unless("Bool", "aws:SecureTransport", json!("false")), Bad),
        ("another action denied", and(with(deny(json!("*")), "Action", json!("SERVICE:DeletePolicy"))), Bad),
        ("another resource denied", and(with(deny(json!("*")), "Resource", json!(format!("arn:aws:sqs:eu-west-1:{HOME}:other")))), Bad),
        ("another account denied", and(deny(json!({"AWS": other()}))), Bad),
        ("denied within the organization", unless("StringEquals", "aws:PrincipalOrgID", json!(ORGANIZATION)), Bad),
        ("denied from one network", unless("IpAddress", "aws:SourceIp", json!("203.0.113.0/24")), Bad),
        ("denied outside of everywhere", unless("NotIpAddress", "aws:SourceIp", json!("0.0.0.0/0")), Bad),
        ("denied outside of any organization", unless("StringNotLike", "aws:PrincipalOrgID", json!("*")), Bad),
        ("denied to those who have another organization", unless("ForAnyValue:StringNotEquals", "aws:PrincipalOrgID", json!(ORGANIZATION)), Bad),
        ("denied without a second factor", unless("BoolIfExists", "aws:MultiFactorAuthPresent", json!("false")), Bad),
        ("denied without any endpoint", unless("Null", "aws:SourceVpce", json!("true")), Bad),
        ("denied to one role", unless("ArnEquals", "aws:PrincipalArn", json!(format!("arn:aws:iam::{OTHER}:role/x"))), Bad),
        ("only denials", deny(json!("*")), Good),
    ]
}

#[test]
fn whom_resources_let_in() {
    hold(&cases());
}

/// Asks every service's check of each of the cases.
pub(super) fn hold(cases: &[(&str, Value, Is)]) {
    let mut expected = Expectations::default();
    for (check, path, action) in SERVICES {
        let of = check_of(check).unwrap();
        let service = action.split(':').next().unwrap();
        let arn = format!("arn:aws:{service}:eu-west-1:{HOME}:probe");
        let asks = |statements: &Value| {
            let mut policy =
                text(statements).replace("ACTION", action).replace("SERVICE", service).replace("ARN", &arn);
            for element in ["Principal", "Action", "Resource"] {
                policy =
                    policy.replace(&format!("\"{element}\":null,"), "").replace(&format!(",\"{element}\":null"), "");
            }
            let mut facts = at(path, policy.into());
            if of.id == "kms-key-public" {
                facts["DescribeKey"] = json!({"KeyMetadata": {"KeyManager": "CUSTOMER"}});
            }
            resource(of.of, of.kind, &json!({"arn": arn, "id": "probe", "facts": facts}))
        };
        for (case, statements, is) in cases {
            expected.of_resource(check, case, asks(statements), &[], *is);
        }
    }
}

#[test]
fn what_one_service_knows() {
    let mut expected = Expectations::default();
    let everyone = |action: &str, condition: Value| {
        text(&when(json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}), condition))
    };
    // Keys: the account that calls, and the service that it calls by.
    for (case, condition, is) in [
        ("the account that calls", json!({"StringEquals": {"kms:CallerAccount": HOME}}), Good),
        (
            "the account that calls, by a service",
            json!({"StringEquals": {"kms:CallerAccount": HOME, "kms:ViaService": "s3.eu-west-1.amazonaws.com"}}),
            Good,
        ),
        ("by a service alone", json!({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}), Bad),
        ("any account that calls", json!({"StringLike": {"kms:CallerAccount": "*"}}), Bad),
        ("a context", json!({"StringEquals": {"kms:EncryptionContext:app": "x"}}), Bad),
    ] {
        let facts = json!({"DescribeKey": {"KeyMetadata": {"KeyManager": "CUSTOMER"}}, "GetKeyPolicy": {"Policy": everyone("kms:Decrypt", condition)}});
        expected.of("kms-key-public", case, facts, &[], is);
    }
    let own = json!({"DescribeKey": {"KeyMetadata": {"KeyManager": "AWS"}}, "GetKeyPolicy": {"Policy": everyone("kms:Decrypt", json!({}))}});
    expected.of("kms-key-public", "a key of AWS's own", own, &[], Good);
    // Topics: where they deliver to.
    for (case, condition, is) in [
        ("to a domain", json!({"StringLike": {"sns:Endpoint": "*@example.com"}}), Good),
        ("to queues of the account", json!({"StringLike": {"sns:Endpoint": format!("arn:aws:sqs:*:{HOME}:*")}}), Good),
        ("to anybody", json!({"StringLike": {"sns:Endpoint": "*"}}), Bad),
        ("to any address", json!({"StringLike": {"sns:Endpoint": "*@*"}}), Bad),
        ("by one protocol", json!({"StringEquals": {"sns:Protocol": "https"}}), Bad),
    ] {
        let facts = json!({"GetTopicAttributes": {"Attributes": {"Policy": everyone("sns:Subscribe", condition)}}});
        expected.of("sns-topic-public", case, facts, &[], is);
    }
    // File systems: the network that the mount target stands in.
    for (case, condition, is) in [
        ("by a mount target", json!({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}), Good),
        ("with TLS", json!({"Bool": {"aws:SecureTransport": "true"}}), Bad),
    ] {
        let facts =
            json!({"DescribeFileSystemPolicy": {"Policy": everyone("elasticfilesystem:ClientMount", condition)}});
        expected.of("efs-public", case, facts, &[], is);
    }
    // Search domains: a network of their own, or a policy that names who comes.
    for (case, vpc, condition, is) in [
        ("everyone, within a VPC", Some("vpc-1"), json!({}), Good),
        ("everyone", None, json!({}), Bad),
        ("one network", None, json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), Good),
        ("anywhere", None, json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), Bad),
    ] {
        let facts = json!({"DescribeDomain": {"DomainStatus": {"VPCOptions": {"VPCId": vpc}, "AccessPolicies": everyone("es:*", condition)}}});
        expected.of("opensearch-domain-open-policy", case, facts, &[], is);
    }
}

#[test]
fn who_calls_functions() {
    let mut expected = Expectations::default();
    let arn = format!("arn:aws:lambda:eu-west-1:{HOME}:function:f");
    let statement = |principal: Value, action: &str, condition: Value| {
        when(json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": arn}), condition)
    };
    let service =
        |name: &str, condition: Value| statement(json!({"Service": name}), "lambda:InvokeFunction", condition);
    let url = |kind: &str| {
        statement(json!("*"), "lambda:InvokeFunctionUrl", json!({"StringEquals": {"lambda:FunctionUrlAuthType": kind}}))
    };
    let none = json!([]);
    let urls = |kind: &str| json!([{"AuthType": kind}]);
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Value, Is, Is)> = vec![
        ("S3 for anybody", service("s3.amazonaws.com", json!({})), none.clone(), Bad, Bad),
        ("S3 for the account", service("s3.amazonaws.com", json!({"StringEquals": {"AWS:SourceAccount": HOME}})), none.clone(), Good, Good),
        ("S3 for a bucket of the account", service("s3.amazonaws.com", json!({"StringEquals": {"AWS:SourceAccount": HOME}, "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::uploads"}})), none.clone(), Good, Good),
        ("another service for anybody", service("events.amazonaws.com", json!({})), none.clone(), Good, Bad),
        ("another service for a rule", service("events.amazonaws.com", json!({"ArnLike": {"AWS:SourceArn": format!("arn:aws:events:eu-west-1:{HOME}:rule/x")}})), none.clone(), Good, Good),
        ("another service for any rule", service("events.amazonaws.com", json!({"ArnLike": {"AWS:SourceArn": "arn:aws:events:*:*:*"}})), none.clone(), Good, Bad),
        ("everyone from a bucket", statement(json!("*"), "lambda:InvokeFunction", json!({"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::uploads"}})), none.clone(), Good, Good),
        ("everyone of the organization", statement(json!("*"), "lambda:InvokeFunction", json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})), none.clone(), Good, Good),
        ("a URL for everyone", url("NONE"), urls("NONE"), Bad, Good),
        ("a permission for a URL to come", url("NONE"), none.clone(), Bad, Good),
        ("a permission for a URL without signature, and one with", url("NONE"), urls("AWS_IAM"), Good, Good),
        ("everyone who signs", url("AWS_IAM"), urls("AWS_IAM"), Bad, Good),
        ("everyone may change it", statement(json!({"AWS": "*"}), "lambda:UpdateFunctionCode", json!({})), none.clone(), Bad, Good),
        ("another account", statement(json!({"AWS": OTHER}), "lambda:InvokeFunction", json!({})), none, Good, Good),
    ];
    for (case, statement, urls, public, any_source) in cases {
        let facts = json!({"GetPolicy": {"Policy": text(&json!([statement]))}, "ListFunctionUrlConfigs": {"FunctionUrlConfigs": urls}});
        let own = resource("lambda", "function", &json!({"arn": arn, "id": "f", "facts": facts}));
        expected.of_resource("lambda-function-public", case, own.clone(), &[], public);
        expected.of_resource("lambda-function-open-to-any-source", case, own, &[], any_source);
    }
}
