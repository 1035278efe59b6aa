//! Ready-made values for this crate's tests.

use crate::action::{Response, RevokeIngress};
use crate::event::{Actor, Scope};
use crate::finding::{Confidence, Finding, Severity, Target};
use crate::net::IngressRule;
use crate::plan::{Change, Plan, Snapshot};

/// A rule that opens SSH to the world.
pub(crate) fn rule() -> IngressRule {
    IngressRule {
        rule_id: Some("sgr-1".to_owned()),
        protocol: "tcp".to_owned(),
        from_port: Some(22),
        to_port: Some(22),
        cidr: "0.0.0.0/0".to_owned(),
        description: None,
        tags: Default::default(),
    }
}

/// A finding of `open-admin-port`.
pub(crate) fn finding() -> Finding {
    Finding {
        detector: "open-admin-port".to_owned(),
        title: "Administration port open to the internet".to_owned(),
        severity: Severity::High,
        confidence: Confidence::High,
        technique: vec!["T1562.007".to_owned()],
        scope: Scope { event_id: "e-1".to_owned(), account: "111122223333".to_owned(), region: "eu-west-1".to_owned() },
        event_name: "AuthorizeSecurityGroupIngress".to_owned(),
        event_source: None,
        error_code: None,
        event_time: Some("2026-01-02T03:04:05Z".to_owned()),
        principal: Actor { arn: Some("arn:aws:iam::111122223333:user/mallory".to_owned()), ..Actor::default() },
        target: Target::SecurityGroup { group_id: "sg-1".to_owned() },
        why: "tcp 22 from 0.0.0.0/0 (SSH)".to_owned(),
        response: Some(response()),
    }
}

/// The response of [`finding`].
pub(crate) fn response() -> Response {
    RevokeIngress { group_id: "sg-1".to_owned(), rules: vec![rule()] }.into()
}

/// The plan that contains [`finding`].
pub(crate) fn plan() -> Plan {
    let change = |call: &str, part: Option<serde_json::Value>| Change {
        call: format!("ec2:{call}SecurityGroupIngress"),
        parameters: serde_json::json!({ "GroupId": "sg-1", "IpPermissions": [rule().permission()] }),
        delta: [("sgr-1".to_owned(), part)].into(),
    };
    let before = serde_json::json!("tcp 22");
    let arn = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1".to_owned();
    Plan::of(response(), arn, Snapshot([("sgr-1".to_owned(), before.clone())].into()))
        .then(change("Revoke", None), [change("Authorize", Some(before))])
}
