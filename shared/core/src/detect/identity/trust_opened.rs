//! What the detectors of a role's trust policy share: who was let in, and the claim.

use super::written_policy::parse;
use crate::action::RemoveTrustedPrincipal;
use crate::detect::fields::{field_error, required};
use crate::detect::{Claim, DetectError, EventName, Facts};
use crate::event::ApiCall;
use crate::finding::{Confidence, Target};
use crate::iam::{Home, TrustGrant};
use crate::text::plain;

/// The calls that write a trust policy.
pub(super) const EVENTS: &[EventName] = &[
    EventName { source: "iam.amazonaws.com", name: "CreateRole" },
    EventName { source: "iam.amazonaws.com", name: "UpdateAssumeRolePolicy" },
    EventName { source: "iam.amazonaws.com", name: "AcquireRole" },
];

/// The role's name and the trust policy that it was given; `None` where the record does not show it.
fn written(call: &ApiCall) -> Result<Option<(&str, &str)>, DetectError> {
    let field = match call.event_name() {
        "CreateRole" => "assumeRolePolicyDocument",
        // The template brings both: only the response shows them.
        "AcquireRole" => {
            let made = |field: &str| call.response("role")?.get(field)?.as_str();
            return Ok(made("roleName").zip(made("assumeRolePolicyDocument")));
        }
        _ => "policyDocument",
    };
    Ok(Some((required(call, "roleName")?, required(call, field)?)))
}

/// One claim of the role, where its trust policy lets in somebody whom `concerns` picks; with what takes
/// them out again where that `responds`.
pub(super) fn judge(
    call: &ApiCall,
    facts: &Facts,
    concerns: fn(&TrustGrant) -> bool,
    responds: bool,
) -> Result<Vec<Claim>, DetectError> {
    const NAMED: usize = 3;
    let Some((role, document)) = written(call)? else { return Ok(Vec::new()) };
    let policy = parse(&format!("the trust policy of role/{role}"), document)?;
    let account = call.account().ok_or_else(|| field_error(call, "recipientAccountId", "is missing"))?;
    let mut grants = policy.trust(&Home { partition: call.partition(), account: &account });
    grants.retain(|grant| concerns(grant) && !facts.trusted.holds_outsider(&grant.who));
    if grants.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<String> = grants.iter().take(NAMED).map(ToString::to_string).collect();
    let more = match grants.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(", and {rest} more"),
    };
    let why = format!("`{}` lets these become the role `{role}`: {}{more}", call.event_name(), named.join("; "));
    // A condition that says nothing of who is let in may still keep them out.
    let unsure = grants.iter().all(|grant| grant.narrowed);
    let target = Target::Resource { service: "iam".to_owned(), id: format!("role/{role}") };
    let mut outsiders: Vec<_> = grants.into_iter().map(|grant| grant.who).collect();
    outsiders.sort();
    outsiders.dedup();
    let response = responds.then(|| RemoveTrustedPrincipal { role_name: role.to_owned(), outsiders });
    let claim = Claim::of(target, plain(&why, 600)).asking(response);
    Ok(vec![Claim { confidence: unsure.then_some(Confidence::Low), ..claim }])
}
