//! Attempts: a call that was refused for want of a permission, evaluated as if it had been carried out.
//!
//! The detectors of deeds read calls that went well. What one of them would have said of a refused call makes a finding
//! of its own, always less severe than the deed: each chapter has one such detector, over its own detectors, so that a
//! new one brings its attempt with it. Detectors that name refused calls themselves tell more, and go first.

use std::sync::LazyLock;

use super::meta::page;
use super::{
    ACCOUNT, COMPUTE, Chapter, Claim, DATA, DetectError, Detector, Domain, Events, Facts, Head, IDENTITY, Index, Meta,
    NETWORK, Outcome, Status, TRACES,
};
use crate::event::ApiCall;
use crate::finding::{Confidence, Finding, Severity};
use crate::text::plain;

/// The detector of a chapter's attempts.
pub(super) struct Attempt {
    meta: Meta,
    deeds: LazyLock<Index>,
}

/// The detectors of a chapter that say by one successful call that something of weight was done. Attempts on Riposte
/// have a detector of their own.
fn deeds(chapter: &'static Chapter) -> Index {
    Index::new(chapter.detectors().filter(|detector| {
        let meta = detector.meta();
        matches!(meta.events, Events::Calls(_))
            && meta.outcome == Outcome::Success
            && meta.burst.is_none()
            && meta.severity >= Severity::Low
            && meta.status == Status::Stable
            && !meta.id.starts_with("riposte-")
    }))
}

/// How severe it is to have tried.
fn attempted(deed: Severity) -> Severity {
    if deed > Severity::Low { Severity::Low } else { Severity::Informational }
}

impl Detector for Attempt {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !call.denied() || call.by_service() {
            return Ok(Vec::new());
        }
        let deeds = self.deeds.reading(&Head { failed: false, denied: false, ..call.into() });
        if deeds.is_empty() {
            return Ok(Vec::new());
        }
        let carried_out = call.carried_out();
        // One that cannot tell without AWS's answer, which a refused call has not, has nothing to say of the attempt.
        let claimed = deeds.iter().filter_map(|deed| {
            let claim = deed.judge(&carried_out, facts).ok()?.into_iter().next()?;
            Some((deed.meta(), claim))
        });
        // The first of the most severe, in the catalog's order.
        let worst = claimed.reduce(|best, one| if one.0.severity > best.0.severity { one } else { best });
        Ok(worst.map(|(deed, claim)| refused(call, deed, claim)).into_iter().collect())
    }
}

fn refused(call: &ApiCall, deed: &Meta, claim: Claim) -> Claim {
    let code = plain(call.error_code().unwrap_or_default(), 60);
    let why = format!(
        "refused ({code}), and so only attempted: what would be `{}` of severity {}. {}",
        deed.id, deed.severity, claim.why
    );
    Claim { severity: Some(attempted(deed.severity)), ..Claim::of(claim.target, plain(&why, 600)) }
}

/// Leaves of the findings of one refused call the attempts out where a detector of weight names it, and all but the most
/// severe attempt otherwise.
pub(super) fn say_once(findings: &mut Vec<Finding>) {
    let is_attempt = |finding: &Finding| ALL.iter().any(|attempt| attempt.meta.id == finding.detector);
    let Some(worst) = findings.iter().filter(|finding| is_attempt(finding)).map(|finding| finding.severity).max()
    else {
        return;
    };
    let mut told = findings.iter().any(|finding| !is_attempt(finding) && finding.severity >= Severity::Low);
    findings
        .retain(|finding| !is_attempt(finding) || (finding.severity == worst && !std::mem::replace(&mut told, true)));
}

macro_rules! attempt {
    ($name:ident, $chapter:ident, $domain:ident, $id:literal, $title:literal, $techniques:expr, $examples:literal,
     $reference:literal) => {
        #[doc = concat!("`", $id, "`")]
        pub(super) static $name: Attempt = Attempt {
            meta: Meta {
                id: $id,
                title: $title,
                domain: Domain::$domain,
                severity: Severity::Low,
                confidence: Confidence::Medium,
                technique: $techniques,
                events: Events::Denied,
                outcome: Outcome::Failure,
                prose: page(concat!(
                    "\
## What it does
Fires when a call is refused for want of a permission that would be a finding of this category had it been carried
out: ",
                    $examples,
                    ". The request is evaluated by the detectors of such deeds. What would be medium or worse is low as an
attempt, and what would be low is informational. Detectors that wait for several events or need what AWS would have
answered are not asked, nor are calls that services make. Where another detector names the refused call, that one
tells of it alone.

## Why is this bad?
Whoever does such things for the company has the permission. A refusal means that somebody else tried, often with a
stolen credential, and is seen while nothing has happened yet. An attempt is not the deed, and so always less severe
than it.

## False positives
Pipelines whose role lacks a permission, and people who took on the wrong role.

## References
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
- <",
                    $reference,
                    ">
"
                )),
                ..Meta::PLAIN
            },
            deeds: LazyLock::new(|| deeds(&$chapter)),
        };
    };
}

attempt!(
    ON_NETWORK,
    NETWORK,
    Network,
    "network-attempt-refused",
    "Attempt on the network refused",
    &["T1562.007", "T1599"],
    "a port opened to the internet, traffic mirrored, a web ACL taken away",
    "https://attack.mitre.org/techniques/T1562/007/"
);
attempt!(
    ON_IDENTITY,
    IDENTITY,
    Identity,
    "identity-attempt-refused",
    "Attempt on identities refused",
    &["T1098", "T1078.004"],
    "a trust that is opened, an identity provider, a permission set, a device for the second factor",
    "https://attack.mitre.org/techniques/T1098/"
);
attempt!(
    ON_DATA,
    DATA,
    Data,
    "data-attempt-refused",
    "Attempt on data refused",
    &["T1537", "T1485"],
    "data made public or shared with another account, a protection taken away, something deleted",
    "https://attack.mitre.org/techniques/T1537/"
);
attempt!(
    ON_DEFENSES,
    TRACES,
    Traces,
    "defense-attempt-refused",
    "Attempt on defenses refused",
    &["T1562.001", "T1562.008"],
    "a log switched off or sent elsewhere, findings hidden, a scan narrowed",
    "https://attack.mitre.org/techniques/T1562/001/"
);
attempt!(
    ON_COMPUTE,
    COMPUTE,
    Compute,
    "compute-attempt-refused",
    "Attempt on compute refused",
    &["T1578", "T1651"],
    "start scripts changed, a function opened, a shell started, a command overridden",
    "https://attack.mitre.org/techniques/T1578/"
);
attempt!(
    ON_ACCOUNT,
    ACCOUNT,
    Account,
    "account-attempt-refused",
    "Attempt on the account refused",
    &["T1098", "T1531"],
    "a policy of the organization detached, a contact changed, a share with another account, a quota raised",
    "https://attack.mitre.org/techniques/T1531/"
);

/// All of them.
static ALL: [&Attempt; 6] = [&ON_NETWORK, &ON_IDENTITY, &ON_DATA, &ON_DEFENSES, &ON_COMPUTE, &ON_ACCOUNT];
