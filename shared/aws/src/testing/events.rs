//! Events as Lambda delivers them.

use lambda_runtime::Context;
use serde_json::{Value, json};

use super::Rule;
use crate::invocation::now_ms;

/// A CloudTrail record.
pub(crate) fn record(event_id: &str, source: &str, name: &str, request: &Value, response: &Value) -> Value {
    json!({
        "eventVersion": "1.08",
        "eventID": event_id,
        "eventName": name,
        "eventSource": source,
        "eventTime": "2026-01-02T03:04:05Z",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "requestID": format!("request-of-{event_id}"),
        "sourceIPAddress": "198.51.100.9",
        "userIdentity": { "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/mallory", "userName": "mallory" },
        "requestParameters": request,
        "responseElements": response,
    })
}

/// AuthorizeSecurityGroupIngress that made these rules.
pub(crate) fn authorized(event_id: &str, group_id: &str, rules: &[Rule]) -> Value {
    let item = |rule: &Rule| {
        let mut item = json!({ "groupId": group_id, "securityGroupRuleId": rule.id, "isEgress": false,
                               "ipProtocol": rule.protocol, "fromPort": rule.from, "toPort": rule.to });
        for (key, cidr) in [("cidrIpv4", &rule.v4), ("cidrIpv6", &rule.v6)] {
            if let Some(cidr) = cidr {
                item[key] = json!(cidr);
            }
        }
        item
    };
    let items: Vec<Value> = rules.iter().map(item).collect();
    let response = json!({ "_return": true, "securityGroupRuleSet": { "items": items } });
    let request = json!({ "groupId": group_id, "ipPermissions": {} });
    record(event_id, "ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", &request, &response)
}

/// A successful call of IAM.
pub(crate) fn iam_call(event_id: &str, name: &str, request: &Value, response: &Value) -> Value {
    record(event_id, "iam.amazonaws.com", name, request, response)
}

/// The record as EventBridge sends it.
pub(crate) fn envelope(record: &Value) -> Value {
    json!({ "version": "0", "id": "e", "detail-type": "AWS API Call via CloudTrail", "source": "aws.test",
            "account": "111122223333", "region": "eu-west-1", "detail": record })
}

/// An SQS batch of message ids and bodies.
pub(crate) fn batch(messages: &[(&str, &str)]) -> String {
    let record = |(id, body): &(&str, &str)| json!({ "messageId": id, "body": body, "eventSource": "aws:sqs" });
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() }).to_string()
}

/// Lambda's context with a minute to go.
pub(crate) fn context(request_id: &str) -> Context {
    let mut context = Context::default();
    request_id.clone_into(&mut context.request_id);
    context.deadline = u64::try_from(now_ms() + 60_000).unwrap();
    context
}
