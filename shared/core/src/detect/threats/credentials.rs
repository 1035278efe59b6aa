//! A finding of GuardDuty about somebody's credentials.

use super::super::meta::page;
use super::{Claim, Meta, ThreatDetector, why};
use crate::action::{ActionId, DeactivateAccessKey, DenyPrincipal, RevokeSessions};
use crate::detect::{Domain, Events};
use crate::event::Threat;
use crate::finding::{Confidence, IamPrincipal, Severity, Target};

/// Credentials that GuardDuty reports.
pub static CREDENTIALS: ThreatDetector = ThreatDetector {
    meta: Meta {
        id: "guardduty-credentials-compromised",
        title: "Credentials reported by GuardDuty",
        domain: Domain::Identity,
        severity: Severity::High,
        confidence: Confidence::Medium,
        technique: &["T1078.004"],
        events: Events::GuardDuty,
        actions: &[ActionId::DeactivateAccessKey, ActionId::RevokeSessions, ActionId::DenyPrincipal],
        prose: page(
            "\
## What it does
Fires on every finding of GuardDuty that names whose credentials were used, about an access key, a bucket or anything \
else but an instance, with GuardDuty's own severity. From medium on it asks for the smallest response that ends the use: \
a user's long-lived key is deactivated; a role's sessions made before the activity was last seen are revoked; a user \
whose temporary credentials were used is denied everything, since such credentials cannot be switched off. A person \
approves it, unless a guardrail of the user's own permits it. Root and services are recorded and not responded to, and so \
are findings on policies (`Policy:…`): other detectors undo what they tell of. Findings that were archived are left out; \
a sample (`CreateSampleFindings`) is informational and never responded to.

GuardDuty adds to a finding for as long as the activity goes on: all of it is one incident.

## Why is this bad?
GuardDuty compares with threat intelligence and with a model of what everybody usually does: a key used from Tor, an \
instance's credentials used from another account, calls that this principal never made.

## False positives
New work, a new office or VPN, a penetration test. Exclude the principal, or suppress the type in GuardDuty: what it \
archives never arrives.

## References
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
- <https://docs.aws.amazon.com/guardduty/latest/ug/compromised-creds.html>
- <https://attack.mitre.org/techniques/T1078/004/>
",
        ),
        ..Meta::PLAIN
    },
    takes: |threat| key_field(threat, "userType").is_some(),
    claim,
};

fn key_field<'a>(threat: &'a Threat, field: &str) -> Option<&'a str> {
    threat.text(&format!("/resource/accessKeyDetails/{field}"))
}

fn claim(threat: &Threat) -> Claim {
    let (kind, name) = (key_field(threat, "userType").unwrap_or_default(), key_field(threat, "userName"));
    let key = key_field(threat, "accessKeyId");
    let user = || Some(name.filter(|_| kind == "IAMUser")?.to_owned());
    let whose = match (kind, name) {
        ("IAMUser", Some(name)) => format!("user/{name}"),
        ("AssumedRole" | "Role", Some(name)) => format!("role/{name}"),
        (_, Some(name)) => name.to_owned(),
        (kind, None) => kind.to_lowercase(),
    };
    let claim = Claim::of(Target::Resource { service: "iam".to_owned(), id: whose }, why(threat));
    match (kind, key) {
        ("IAMUser", Some(key)) if key.starts_with("AKIA") => {
            let access_key_id = key.to_owned();
            claim.asking(user().map(|user_name| DeactivateAccessKey { user_name, access_key_id }))
        }
        ("IAMUser", Some(_)) => claim.asking(user().map(|name| DenyPrincipal { principal: IamPrincipal::User(name) })),
        ("AssumedRole" | "Role", _) => {
            let seen = threat.seen_at().map(str::to_owned);
            claim.asking(name.zip(seen).map(|(name, before)| RevokeSessions { role_name: name.to_owned(), before }))
        }
        _ => claim,
    }
}
