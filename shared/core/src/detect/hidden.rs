//! A request that CloudTrail left out of its record for its size, made again from what AWS holds by now.
//!
//! Padding a policy with blanks keeps it out of the trail. What was written stands in the account all the same: the
//! record says beside the request, or in the answer, which resource it is about, the shell asks AWS what the resource has
//! now, and the detectors evaluate that as if it had been in the record. (The rules that a security group is given stand
//! in the answer, and are read there.)

use serde_json::{Value, json};

use super::fields::request_omitted;
use crate::event::ApiCall;

/// What has to be asked of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hidden {
    /// The policy of a resource.
    Policy {
        /// As in the event's source: `s3`, `kms`.
        service: String,
        /// As the service's own call names it.
        resource: String,
    },
    /// The trust policy of a role.
    Trust {
        /// Its name.
        role_name: String,
    },
    /// The document of a customer's policy, by its ARN.
    ManagedPolicy {
        /// Its ARN.
        arn: String,
    },
}

impl Hidden {
    /// What a call's left-out request wrote; `None` where the request is there, the call was refused, or the record does
    /// not say which resource it is about.
    #[must_use]
    pub fn of(call: &ApiCall) -> Option<Self> {
        if call.failed() || !request_omitted(call) {
            return None;
        }
        let policy = |resource: String| Some(Self::Policy { service: call.service().to_owned(), resource });
        let response = |key: &str| call.response(key).and_then(Value::as_str).map(str::to_owned);
        match (call.service(), call.event_name()) {
            ("s3", "PutBucketPolicy") => policy(named(call, ":s3:::")?),
            ("kms", "PutKeyPolicy" | "CreateKey" | "ReplicateKey") => policy(named(call, ":key/")?),
            ("secretsmanager", "PutResourcePolicy") => policy(response("aRN").or_else(|| arn(call, ":secret:"))?),
            ("sns", "SetTopicAttributes" | "CreateTopic") => {
                policy(response("topicArn").or_else(|| arn(call, ":sns:"))?)
            }
            ("sqs", "SetQueueAttributes" | "CreateQueue") => policy(response("queueUrl").or_else(|| queue(call))?),
            ("backup", "PutBackupVaultAccessPolicy") => policy(named(call, ":backup-vault:")?),
            ("elasticfilesystem", "PutFileSystemPolicy") => {
                policy(response("fileSystemId").or_else(|| named(call, ":file-system/"))?)
            }
            ("dynamodb", "PutResourcePolicy") => policy(arn(call, ":table/")?),
            ("glue", "PutResourcePolicy") => policy("catalog".to_owned()),
            ("iam", "CreateRole") => {
                let role = call.response("role").and_then(|role| role.get("roleName")?.as_str()).map(str::to_owned);
                Some(Self::Trust { role_name: role.or_else(|| role_named(call))? })
            }
            ("iam", "UpdateAssumeRolePolicy") => Some(Self::Trust { role_name: role_named(call)? }),
            ("iam", "CreatePolicy") => {
                let arn = call.response("policy").and_then(|policy| policy.get("arn")?.as_str()).map(str::to_owned);
                Some(Self::ManagedPolicy { arn: arn.or_else(|| self::arn(call, ":policy/"))? })
            }
            ("iam", "CreatePolicyVersion") => Some(Self::ManagedPolicy { arn: arn(call, ":policy/")? }),
            _ => None,
        }
    }

    /// The call with the request that would have written the document that AWS holds, plain or URL-encoded.
    #[must_use]
    pub fn revealed(&self, call: &ApiCall, document: &str) -> ApiCall {
        let request = match self {
            Self::Policy { service, resource } => policy_request(service, call.event_name(), resource, document),
            Self::Trust { role_name } => {
                let field =
                    if call.event_name() == "CreateRole" { "assumeRolePolicyDocument" } else { "policyDocument" };
                json!({ "roleName": role_name, field: document })
            }
            Self::ManagedPolicy { arn } => {
                let name = arn.rsplit('/').next().unwrap_or(arn);
                json!({ "policyArn": arn, "policyName": name, "policyDocument": document, "setAsDefault": true })
            }
        };
        call.with_request(request)
    }
}

/// The request of a call that writes a resource's policy.
fn policy_request(service: &str, name: &str, resource: &str, document: &str) -> Value {
    match (service, name) {
        ("s3", _) => {
            let policy = serde_json::from_str(document).unwrap_or_else(|_| Value::from(document));
            json!({ "bucketName": resource, "bucketPolicy": policy })
        }
        ("kms", _) => json!({ "keyId": resource, "policy": document }),
        ("secretsmanager", _) => json!({ "secretId": resource, "resourcePolicy": document }),
        ("sns", "CreateTopic") => json!({ "name": resource, "attributes": { "Policy": document } }),
        ("sns", _) => json!({ "topicArn": resource, "attributeName": "Policy", "attributeValue": document }),
        ("sqs", _) => json!({ "queueUrl": resource, "attributes": { "Policy": document } }),
        ("backup", _) => json!({ "backupVaultName": resource, "policy": document }),
        ("elasticfilesystem", _) => json!({ "fileSystemId": resource, "policy": document }),
        ("glue", _) => json!({ "policyInJson": document }),
        _ => json!({ "resourceArn": resource, "policy": document }),
    }
}

/// The first ARN beside the request that has this in it.
fn arn(call: &ApiCall, part: &str) -> Option<String> {
    let resources = call.member("resources")?.as_array()?.iter();
    let arns = resources.filter_map(|resource| resource.get("ARN").or_else(|| resource.get("arn"))?.as_str());
    arns.into_iter().find(|arn| arn.starts_with("arn:") && arn.contains(part)).map(str::to_owned)
}

/// What such an ARN has behind it.
fn named(call: &ApiCall, part: &str) -> Option<String> {
    let arn = arn(call, part)?;
    let (_, name) = arn.split_once(part)?;
    // An object's ARN has the bucket's name before a slash.
    let name = if part == ":s3:::" { name.split('/').next().unwrap_or(name) } else { name };
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

/// A role's name, without its path.
fn role_named(call: &ApiCall) -> Option<String> {
    let path = named(call, ":role/")?;
    path.rsplit('/').next().map(str::to_owned)
}

/// A queue's URL, of its ARN.
fn queue(call: &ApiCall) -> Option<String> {
    let arn = arn(call, ":sqs:")?;
    let parts: Vec<_> = arn.split(':').collect();
    let [_, partition, _, region, account, name] = parts.as_slice() else { return None };
    let suffix = if *partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    Some(format!("https://sqs.{region}.{suffix}/{account}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(source: &str, name: &str, more: Value) -> ApiCall {
        let record = json!({
            "eventSource": source, "eventName": name, "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "requestParameters": { "omitted": true, "originalSize": 120_000, "reason": "size" },
        });
        let mut record = record.as_object().unwrap().clone();
        let Value::Object(more) = more else { panic!("no object") };
        record.extend(more);
        ApiCall::new(record, None, None)
    }

    fn beside(arn: &str) -> Value {
        json!({ "resources": [{ "accountId": "111122223333", "ARN": arn }] })
    }

    fn policy(service: &str, resource: &str) -> Option<Hidden> {
        Some(Hidden::Policy { service: service.to_owned(), resource: resource.to_owned() })
    }

    #[test]
    fn the_resource_is_named_beside_the_request_or_in_the_answer() {
        let url = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders";
        for (source, name, more, expected) in [
            ("s3.amazonaws.com", "PutBucketPolicy", beside("arn:aws:s3:::shop"), policy("s3", "shop")),
            (
                "kms.amazonaws.com",
                "PutKeyPolicy",
                beside("arn:aws:kms:eu-west-1:111122223333:key/k-1"),
                policy("kms", "k-1"),
            ),
            (
                "sqs.amazonaws.com",
                "SetQueueAttributes",
                beside("arn:aws:sqs:eu-west-1:111122223333:orders"),
                policy("sqs", url),
            ),
            ("sqs.amazonaws.com", "CreateQueue", json!({"responseElements": {"queueUrl": url}}), policy("sqs", url)),
            ("glue.amazonaws.com", "PutResourcePolicy", json!({}), policy("glue", "catalog")),
            ("s3.amazonaws.com", "PutBucketPolicy", json!({}), None),
            (
                "s3.amazonaws.com",
                "PutBucketPolicy",
                json!({"resources": [{"ARN": "arn:aws:s3:::shop"}], "errorCode": "AccessDenied"}),
                None,
            ),
            ("s3.amazonaws.com", "PutBucketAcl", beside("arn:aws:s3:::shop"), None),
            (
                "iam.amazonaws.com",
                "UpdateAssumeRolePolicy",
                beside("arn:aws:iam::111122223333:role/path/web"),
                Some(Hidden::Trust { role_name: "web".to_owned() }),
            ),
        ] {
            assert_eq!(Hidden::of(&call(source, name, more)), expected, "{source} {name}");
        }
    }

    #[test]
    fn a_request_that_is_there_is_not_asked_for() {
        let more =
            json!({ "requestParameters": { "bucketName": "shop" }, "resources": [{ "ARN": "arn:aws:s3:::shop" }] });
        assert_eq!(Hidden::of(&call("s3.amazonaws.com", "PutBucketPolicy", more)), None);
    }

    #[test]
    fn what_aws_holds_stands_where_the_request_would_have() {
        let put = call("s3.amazonaws.com", "PutBucketPolicy", beside("arn:aws:s3:::shop"));
        let seen = Hidden::of(&put).unwrap().revealed(&put, "{\"Statement\":[]}");
        assert_eq!(seen.request("bucketPolicy"), Some(&json!({ "Statement": [] })));
        assert!(!request_omitted(&seen) && seen.event_name() == put.event_name());
        let trust = call("iam.amazonaws.com", "UpdateAssumeRolePolicy", beside("arn:aws:iam::111122223333:role/web"));
        let seen = Hidden::of(&trust).unwrap().revealed(&trust, "%7B%7D");
        assert_eq!((seen.request_text("roleName"), seen.request_text("policyDocument")), (Some("web"), Some("%7B%7D")));
    }
}
