//! Ready-made values.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_core::action::{Response, RevokeIngress};
use riposte_core::catalogue::FUNCTIONS;
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Confidence, Finding, Severity, Target};
use riposte_core::incident::{Incident, State};
use riposte_core::net::IngressRule;
use riposte_core::plan::{Change, Plan, Snapshot};
use riposte_core::settings::{Mode, PRIVATE_KEYS_PREFIX, SIGNERS_PREFIX, Settings};

use crate::by_hand::OPERATOR;
use crate::ledger::{Keys, Signer};

/// The private key of `name`, as it stands in Parameter Store.
pub(crate) fn private_key(name: &str) -> String {
    let seed: Vec<u8> = name.bytes().cycle().take(32).collect();
    BASE64_STANDARD.encode(seed)
}

/// The parameters of all keys: path → value.
pub(crate) fn key_parameters() -> impl Iterator<Item = (String, String)> {
    FUNCTIONS.iter().map(|function| function.name).chain([OPERATOR]).flat_map(|name| {
        let (private, public) = (private_key(name), Signer::read(name, &private_key(name)).unwrap().public());
        [(format!("{PRIVATE_KEYS_PREFIX}{name}"), private), (format!("{SIGNERS_PREFIX}{name}"), public)]
    })
}

/// The keys of a ledger that `name` writes.
pub(crate) fn keys(name: &str) -> Keys {
    let settings = Settings::from_parameters(&super::parameters::settings()).unwrap();
    Keys::of(&settings, Some(Arc::new(Signer::read(name, &private_key(name)).unwrap())))
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

/// What closes these rules of `sg-1`.
pub(crate) fn closing(rules: Vec<IngressRule>) -> Response {
    RevokeIngress { group_id: "sg-1".to_owned(), rules }.into()
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
        event_source: None,
        error_code: None,
        event_time: Some("2026-01-02T03:04:05Z".to_owned()),
        principal: Actor::default(),
        target: Target::SecurityGroup { group_id: "sg-1".to_owned() },
        why: "tcp 22 from 0.0.0.0/0 (SSH)".to_owned(),
        response: Some(closing(vec![rule()])),
    }
}

/// An incident that was contained.
pub(crate) fn incident() -> Incident {
    let mut incident = Incident::open(finding(), "ingress-guard", Mode::Live, 1_767_323_045_000);
    let change = |call: &str, part: Option<serde_json::Value>| Change {
        call: format!("ec2:{call}SecurityGroupIngress"),
        parameters: serde_json::json!({ "GroupId": "sg-1", "IpPermissions": [rule().permission()] }),
        delta: [("sgr-1".to_owned(), part)].into(),
    };
    let before = serde_json::json!("tcp 22");
    let arn = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1".to_owned();
    let plan = Plan::of(closing(vec![rule()]), arn, Snapshot([("sgr-1".to_owned(), before.clone())].into()));
    incident.plan = Some(plan.then(change("Revoke", None), [change("Authorize", Some(before))]));
    incident.advance(State::Intended);
    incident.advance(State::Verified);
    incident
}
