//! `riposte-tampering-refused`: somebody tried, and was not allowed to.

use super::{OwnPart, PARTS, STACK, calls, count};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Outcome};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::text::plain;

/// See [`META`].
pub(in crate::detect) struct TamperingRefused;

/// Every call that would harm a part, or the stack.
static EVENTS: [EventName; count(PARTS) + count(STACK)] = calls(PARTS, STACK);

const META: Meta = Meta {
    id: "riposte-tampering-refused",
    title: "Attempt to tamper with Riposte itself refused",
    domain: Domain::Traces,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1562.001"],
    no_response: "It was refused, so there is nothing to roll back. Whoever tried is named: `deny-principal` and \
        `revoke-sessions` stop them by hand.",
    events: Events::Calls(&EVENTS),
    outcome: Outcome::Failure,
    prose: "\
## What it does
Fires when one of the calls that would harm Riposte was refused for want of a permission: on its rules,
queues, functions, ledger, settings, roles, logs, topic, alarms or stack, as the other `riposte-…` detectors
have them. What was aimed at is read from the request or, where AWS left that out, from the message with
which it refused. Calls that failed for another reason changed nothing and mean little, and are left out.

## Why is this bad?
Nobody stumbles over these calls. Whoever tried one has looked for Riposte, found it, and holds a credential
that does not reach far enough yet. The next attempt may come with a better one.

## False positives
An operator who forgot to take on the right role, or a broken pipeline that deploys Riposte without the
permission to.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
",
    ..Meta::PLAIN
};

impl Detector for TamperingRefused {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !call.denied() {
            return Ok(Vec::new());
        }
        let parts = PARTS.iter().chain(STACK).filter(|part| part.reads(call));
        Ok(parts.flat_map(|part| claims(part, call)).collect())
    }
}

fn claims(part: &OwnPart, call: &ApiCall) -> Vec<Claim> {
    let mut names = part.named(call);
    if names.is_empty() {
        names.extend(refused_on(call).find_map(part.own));
    }
    let code = call.error_code().unwrap_or_default();
    let claim = |name| {
        let claim = part.claim(call, name, "was refused on");
        Claim { why: plain(&format!("{} ({code})", claim.why), 600), ..claim }
    };
    names.into_iter().map(claim).collect()
}

/// The resource's words in AWS's own message: `… is not authorized to perform: … on resource: ARN because
/// …`, where IAM writes `role NAME` in place of the ARN.
fn refused_on(call: &ApiCall) -> impl Iterator<Item = &str> {
    let message = call.member("errorMessage").and_then(|message| message.as_str());
    let resource = message.and_then(|message| message.split_once("on resource: ")).map(|(_, resource)| resource);
    let resource = resource.and_then(|resource| resource.split(" because ").next());
    resource.unwrap_or_default().split_whitespace()
}
