//! The identity policy that a call writes, attaches or brings into force, and the power that it gives.
//!
//! Of all that a policy may give only the worst is told, so that one policy makes one finding:
//! administrator power, else power over permissions, else any role, else what has a role already.

use serde_json::Value;

use super::caller::is_identity_center;
use crate::action::{DeleteInlinePolicy, DetachManagedPolicy, Response, RestoreDefaultPolicyVersion};
use crate::detect::fields::{field_error, principal, required};
use crate::detect::{Answer, Claim, DetectError, EventName, Facts, Question};
use crate::event::ApiCall;
use crate::finding::{Confidence, IamPrincipal, Target};
use crate::iam::{AdminGrant, Escalation, ManagedPolicy, Policy, Way};
use crate::text::plain;

const IAM: &str = "iam.amazonaws.com";
const SSO: &str = "sso.amazonaws.com";

/// Calls that write a policy which its holders have at once, or will have.
pub(super) const EVENTS: &[EventName] = &[
    EventName { source: IAM, name: "PutUserPolicy" },
    EventName { source: IAM, name: "PutRolePolicy" },
    EventName { source: IAM, name: "PutGroupPolicy" },
    EventName { source: IAM, name: "CreatePolicy" },
    EventName { source: IAM, name: "CreatePolicyVersion" },
    EventName { source: IAM, name: "SetDefaultPolicyVersion" },
    EventName { source: IAM, name: "AttachUserPolicy" },
    EventName { source: IAM, name: "AttachRolePolicy" },
    EventName { source: IAM, name: "AttachGroupPolicy" },
    EventName { source: SSO, name: "PutInlinePolicyToPermissionSet" },
];

/// What the questions need.
pub(super) const READS: &[&str] = &["iam:GetPolicy", "iam:GetPolicyVersion"];

/// What a policy's holder can do at worst.
#[derive(Debug)]
pub(super) enum Power {
    /// Everything.
    Admin(AdminGrant),
    /// Changes permissions or makes credentials.
    Permissions(Vec<Escalation>),
    /// Acts under any role.
    AnyRole(Vec<Escalation>),
    /// Takes over what has a role already, or assumes the roles that trust the account.
    Takeover(Vec<Escalation>),
}

/// A policy that a call wrote.
#[derive(Debug)]
pub(super) struct Written {
    /// What the call did, as the end of a sentence's subject.
    pub(super) did: String,
    /// What it is about.
    pub(super) target: Target,
    /// What would take it away again.
    pub(super) response: Option<Response>,
    /// Whether somebody may hold it already.
    held: bool,
    power: Option<Power>,
}

/// What has to be asked before the policy can be judged.
pub(super) fn questions(call: &ApiCall) -> Vec<Question> {
    let asks = call.event_name() == "SetDefaultPolicyVersion" || call.event_name().starts_with("Attach");
    let arn = call.request_text("policyArn").filter(|_| asks);
    let customer = arn.filter(|arn| matches!(ManagedPolicy::parse(arn), Some(ManagedPolicy::Customer { .. })));
    customer.map(|arn| Question::ManagedPolicy { arn: arn.to_owned() }).into_iter().collect()
}

/// The policy that the call wrote; `None` where it brought none into force, or one of AWS's own, and where IAM
/// Identity Center wrote it.
pub(super) fn written(call: &ApiCall, facts: &Facts) -> Result<Option<Written>, DetectError> {
    if is_identity_center(call) {
        return Ok(None);
    }
    match call.event_name() {
        "PutUserPolicy" | "PutRolePolicy" | "PutGroupPolicy" => inline(call).map(Some),
        "CreatePolicy" => created(call).map(Some),
        "CreatePolicyVersion" => version(call),
        "PutInlinePolicyToPermissionSet" => permission_set(call).map(Some),
        "SetDefaultPolicyVersion" => {
            let arn = required(call, "policyArn")?;
            let Some(policy) = customers_policy(arn, facts)? else { return Ok(None) };
            let did = format!("made another version of the policy `{arn}` the one in force");
            let version = call.request_text("versionId");
            let response = version.and_then(|version| restored(arn, version));
            Ok(Some(Written {
                did,
                target: policy_target(arn),
                response,
                held: true,
                power: of(call, &policy, &[arn.to_owned()])?,
            }))
        }
        _ => attached(call, facts),
    }
}

impl Written {
    /// The administrator power that it gives.
    pub(super) fn admin(&self) -> Option<AdminGrant> {
        match self.power {
            Some(Power::Admin(grant)) => Some(grant),
            _ => None,
        }
    }

    /// Whether it leads up at all.
    pub(super) fn has_power(&self) -> bool {
        self.power.is_some()
    }

    /// Whether its holder is an administrator, or makes himself one in a step.
    pub(super) fn is_grave(&self) -> bool {
        matches!(self.power, Some(Power::Admin(_) | Power::Permissions(_)))
    }

    /// A claim of the ways up that `pick` takes out of the power.
    fn climbing(self, call: &ApiCall, pick: fn(&Power) -> Option<&[Escalation]>) -> Option<Claim> {
        const NAMED: usize = 3;
        let ways = self.power.as_ref().and_then(pick)?;
        let named: Vec<String> = ways.iter().take(NAMED).map(ToString::to_string).collect();
        let more = match ways.len().saturating_sub(NAMED) {
            0 => String::new(),
            rest => format!(", and {rest} more ways"),
        };
        let why = format!("`{}` {}, whose holder {}{more}", call.event_name(), self.did, named.join(", "));
        let unsure = !self.held || ways.iter().all(|way| way.conditional);
        Some(Claim {
            confidence: unsure.then_some(Confidence::Low),
            response: self.response,
            ..Claim::of(self.target, plain(&why, 600))
        })
    }
}

/// The claim about the policy that a call wrote, where `pick` finds ways up in its power.
pub(super) fn judge(
    call: &ApiCall,
    facts: &Facts,
    pick: fn(&Power) -> Option<&[Escalation]>,
) -> Result<Option<Claim>, DetectError> {
    Ok(written(call, facts)?.and_then(|written| written.climbing(call, pick)))
}

/// What makes the version before this one the default again; `v1` has none before it.
fn restored(arn: &str, version: &str) -> Option<Response> {
    let request = RestoreDefaultPolicyVersion { policy_arn: arn.to_owned(), version_id: version.to_owned() };
    (version != "v1").then(|| request.into())
}

/// The document of a customer's policy; `None` where it is one of AWS's or no longer exists.
pub(super) fn customers_policy(arn: &str, facts: &Facts) -> Result<Option<Policy>, DetectError> {
    if !matches!(ManagedPolicy::parse(arn), Some(ManagedPolicy::Customer { .. })) {
        return Ok(None);
    }
    match facts.answers.get(&Question::ManagedPolicy { arn: arn.to_owned() }) {
        Some(Answer::Document(document)) => parse(arn, document).map(Some),
        // A policy that is deleted grants nothing.
        Some(Answer::Gone) => Ok(None),
        Some(Answer::Rules(_) | Answer::Images(_)) | None => {
            Err(DetectError::Unanswered { what: format!("policy {}", plain(arn, 200)) })
        }
    }
}

/// Reads a policy document.
pub(super) fn parse(name: &str, document: &str) -> Result<Policy, DetectError> {
    Policy::parse(document).map_err(|error| DetectError::Policy { policy: plain(name, 200), wrong: error.to_string() })
}

fn inline(call: &ApiCall) -> Result<Written, DetectError> {
    let principal = principal(call)?;
    let policy_name = required(call, "policyName")?.to_owned();
    let document = required(call, "policyDocument")?;
    let policy = parse(&format!("{principal}/{policy_name}"), document)?;
    Ok(Written {
        did: format!("wrote the inline policy `{policy_name}` onto {principal}"),
        response: Some(DeleteInlinePolicy::of(&principal, &policy_name, document).into()),
        power: of(call, &policy, &arn_of(call, &principal))?,
        target: Target::InlinePolicy { principal, policy_name },
        held: true,
    })
}

fn created(call: &ApiCall) -> Result<Written, DetectError> {
    let name = required(call, "policyName")?;
    let policy = parse(name, required(call, "policyDocument")?)?;
    let arn = call.response("policy").and_then(|policy| policy.get("arn")).and_then(Value::as_str).unwrap_or(name);
    let did = format!("made the policy `{arn}`, not attached to anybody yet");
    Ok(Written {
        did,
        target: policy_target(arn),
        response: None,
        held: false,
        power: of(call, &policy, &[arn.to_owned()])?,
    })
}

/// A version that is not the default changes nothing yet.
fn version(call: &ApiCall) -> Result<Option<Written>, DetectError> {
    let default = match call.request("setAsDefault") {
        Some(Value::Bool(default)) => *default,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    if !default {
        return Ok(None);
    }
    let arn = required(call, "policyArn")?;
    let policy = parse(arn, required(call, "policyDocument")?)?;
    let did = format!("rewrote the policy `{arn}`");
    // The version's number is in the answer alone.
    let number = call.response("policyVersion").and_then(|version| version.get("versionId")?.as_str());
    let response = number.and_then(|number| restored(arn, number));
    Ok(Some(Written {
        did,
        target: policy_target(arn),
        response,
        held: true,
        power: of(call, &policy, &[arn.to_owned()])?,
    }))
}

fn permission_set(call: &ApiCall) -> Result<Written, DetectError> {
    let set = required(call, "permissionSetArn")?;
    let policy = parse(set, required(call, "inlinePolicy")?)?;
    let target = Target::Resource { service: "sso".to_owned(), id: set.to_owned() };
    let did = format!("wrote the inline policy of the permission set `{set}`");
    Ok(Written { did, target, response: None, held: true, power: of(call, &policy, &[])? })
}

fn attached(call: &ApiCall, facts: &Facts) -> Result<Option<Written>, DetectError> {
    let policy_arn = required(call, "policyArn")?.to_owned();
    let Some(policy) = customers_policy(&policy_arn, facts)? else { return Ok(None) };
    let principal = principal(call)?;
    let own: Vec<String> = arn_of(call, &principal).into_iter().chain([policy_arn.clone()]).collect();
    Ok(Some(Written {
        did: format!("gave {principal} the policy `{policy_arn}`"),
        response: Some(DetachManagedPolicy { principal: principal.clone(), policy_arn: policy_arn.clone() }.into()),
        target: Target::AttachedPolicy { principal, policy_arn },
        held: true,
        power: of(call, &policy, &own)?,
    }))
}

/// The principal's ARN, without its path, which events do not say.
fn arn_of(call: &ApiCall, principal: &IamPrincipal) -> Vec<String> {
    let partition = call.partition();
    let arn = call.account().map(|account| format!("arn:{partition}:iam::{account}:{principal}"));
    arn.into_iter().collect()
}

fn policy_target(arn: &str) -> Target {
    Target::Resource { service: "iam".to_owned(), id: arn.to_owned() }
}

/// The power of a policy that is held by, or is, one of `own`: ARNs.
fn of(call: &ApiCall, policy: &Policy, own: &[String]) -> Result<Option<Power>, DetectError> {
    let account = call.account().ok_or_else(|| field_error(call, "recipientAccountId", "is missing"))?;
    let partition = call.partition();
    if let Some(grant) = policy.grants_admin(partition, &account) {
        return Ok(Some(Power::Admin(grant)));
    }
    let (mut permissions, mut roles, mut existing) = (Vec::new(), Vec::new(), Vec::new());
    let over_itself = policy.escalations_over(own, partition, &account);
    for way in policy.escalations(partition, &account).into_iter().chain(over_itself) {
        match way.combination.way {
            // Every power user may, and it leads no further than the roles' trust policies allow.
            Way::Permissions if way.combination.id == "assume-any-role" => existing.push(way),
            Way::Permissions => permissions.push(way),
            Way::PassRole(_) => roles.push(way),
            Way::Existing => existing.push(way),
        }
    }
    Ok(if !permissions.is_empty() {
        Some(Power::Permissions(permissions))
    } else if !roles.is_empty() {
        Some(Power::AnyRole(roles))
    } else if !existing.is_empty() {
        Some(Power::Takeover(existing))
    } else {
        None
    })
}
