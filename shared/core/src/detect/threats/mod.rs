//! Findings of GuardDuty, and what Riposte does about them. Each is exactly one finding here: GuardDuty says how severe it
//! is; these say what it is about and what would stop it.

mod credentials;
mod instance;
mod other;

pub use credentials::CREDENTIALS;
pub use instance::INSTANCE;
pub use other::OTHER;

use super::{Claim, Meta};
use crate::event::{Scope, ScopeError, Threat};
use crate::finding::{Finding, Severity};
use crate::text::plain;

/// A detector over findings of GuardDuty.
#[derive(Debug, Clone, Copy)]
pub struct ThreatDetector {
    /// What the catalog says of it. A finding has GuardDuty's severity; this one is what most have.
    pub meta: Meta,
    /// Whether a finding is its own.
    takes: fn(&Threat) -> bool,
    /// What it is about, and what would stop it.
    claim: fn(&Threat) -> Claim,
}

/// All of them. A finding is that of the first that takes it.
pub static THREATS: [&ThreatDetector; 3] = [&INSTANCE, &CREDENTIALS, &OTHER];

impl ThreatDetector {
    /// The finding, where it is this detector's; none where somebody put it aside in GuardDuty.
    ///
    /// # Errors
    /// Names what the event lacks: its account, its region or its id.
    pub fn judge(&self, threat: &Threat) -> Result<Option<Finding>, ScopeError> {
        let first = THREATS.iter().find(|detector| (detector.takes)(threat));
        if threat.is_archived() || first.is_none_or(|first| first.meta.id != self.meta.id) {
            return Ok(None);
        }
        Ok(Some(self.finding(threat, threat.scope()?)))
    }

    fn finding(&self, threat: &Threat, scope: Scope) -> Finding {
        let meta = &self.meta;
        let claim = (self.claim)(threat);
        // What shows how a finding looks stands for nothing that happened.
        let sample = threat.is_sample();
        let response = claim.response.filter(|_| !sample && is_answered(threat));
        Finding {
            detector: meta.id.to_owned(),
            title: meta.title.to_owned(),
            severity: if sample { Severity::Informational } else { threat.severity() },
            confidence: meta.confidence,
            technique: technique(threat.purpose()).unwrap_or(meta.technique).iter().map(|&t| t.to_owned()).collect(),
            scope,
            event_name: plain(threat.kind(), 200),
            event_source: Some("guardduty.amazonaws.com".to_owned()),
            error_code: None,
            event_time: threat.seen_at().map(str::to_owned),
            principal: threat.actor(),
            target: claim.target,
            why: if sample { format!("a sample, nothing happened: {}", claim.why) } else { claim.why },
            response,
        }
    }
}

/// Whether a response is asked for at all: GuardDuty's low findings are what happens to every host on the internet, and
/// findings on policies tell of settings that their own detectors undo.
fn is_answered(threat: &Threat) -> bool {
    threat.severity() >= Severity::Medium && threat.purpose() != "Policy"
}

/// GuardDuty's word for it, in a sentence.
fn why(threat: &Threat) -> String {
    let title = threat.text("/title").or_else(|| threat.text("/description")).unwrap_or("it gives no reason");
    format!("GuardDuty reports {}: {}", plain(threat.kind(), 200), plain(title, 600))
}

/// The ATT&CK technique that a threat purpose stands for.
/// Purposes: <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html>
fn technique(purpose: &str) -> Option<&'static [&'static str]> {
    Some(match purpose {
        "Backdoor" | "Trojan" | "CommandAndControl" => &["T1071"],
        "CryptoCurrency" => &["T1496"],
        "Discovery" | "Recon" => &["T1580"],
        "Exfiltration" => &["T1537"],
        "Impact" => &["T1485"],
        "CredentialAccess" => &["T1552"],
        "DefenseEvasion" | "Stealth" => &["T1562"],
        "Persistence" | "PrivilegeEscalation" => &["T1098"],
        "Execution" | "Object" => &["T1204"],
        "UnauthorizedAccess" | "InitialAccess" | "PenTest" | "AttackSequence" => &["T1078.004"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
