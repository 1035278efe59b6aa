//! Ready-made values.

use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Confidence, Finding, Severity, Target};
use riposte_core::incident::{Incident, State};
use riposte_core::net::IngressRule;
use riposte_core::plan::{ActionId, Change, Plan, Response, Snapshot};
use riposte_core::settings::{Mode, Secret};

/// A key for seals.
pub(crate) fn key() -> Secret {
    Secret::new(vec![1; 32])
}

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

/// Where it happened.
pub(crate) fn scope() -> Scope {
    Scope { event_id: "e-1".to_owned(), account: "111122223333".to_owned(), region: "eu-west-1".to_owned() }
}

/// A finding whose response closes [`rule`].
pub(crate) fn finding() -> Finding {
    Finding {
        detector: "open-admin-port".to_owned(),
        title: "Administration port open to the internet".to_owned(),
        severity: Severity::High,
        confidence: Confidence::High,
        technique: vec!["T1562.007".to_owned()],
        scope: scope(),
        event_name: "AuthorizeSecurityGroupIngress".to_owned(),
        event_time: Some("2026-01-02T03:04:05Z".to_owned()),
        principal: Actor::default(),
        target: Target::SecurityGroup { group_id: "sg-1".to_owned() },
        why: "tcp 22 from 0.0.0.0/0 (SSH)".to_owned(),
        response: Some(Response::RevokeIngress { group_id: "sg-1".to_owned(), rules: vec![rule()] }),
    }
}

/// An incident that was contained.
pub(crate) fn incident() -> Incident {
    let mut incident = Incident::open(finding(), "ingress-guard", Mode::Live, 1_767_323_045_000);
    incident.plan = Some(Plan {
        action: ActionId::RevokeIngress,
        response: Response::RevokeIngress { group_id: "sg-1".to_owned(), rules: vec![rule()] },
        resource_arn: "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1".to_owned(),
        tags: Default::default(),
        before: Snapshot([("sgr-1".to_owned(), serde_json::json!("tcp 22"))].into()),
        delta: [("sgr-1".to_owned(), None)].into(),
        changes: vec![Change::RevokeIngress { group_id: "sg-1".to_owned(), rule_ids: vec!["sgr-1".to_owned()] }],
        undo: vec![Change::AuthorizeIngress { group_id: "sg-1".to_owned(), rules: vec![rule()] }],
        note: None,
    });
    incident.advance(State::Intended);
    incident.advance(State::Verified);
    incident
}
