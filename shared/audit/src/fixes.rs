//! What would fix a resource that fails: requests to the actions of the responder, which plan, ask the guardrails, record
//! and verify. A check without an action is fixed by a person, as its page says.

use riposte_core::action::{ActionId, Malformed, Response, RevokeIngress};
use riposte_core::net::Transport;

use crate::check::Check;
use crate::ec2::{HIGH_RISK, Ports, Rules};
use crate::index::Index;
use crate::resource::Resource;
use crate::verdict::Unknown;
use crate::view::{View, as_time, text};

/// The requests that fix what a check found at a resource; none where only a person can.
///
/// # Errors
/// Where a fact that says what is to be changed is missing.
pub fn fixes(check: &Check, resource: &Resource, index: &Index) -> Result<Vec<Response>, Unknown> {
    let Some(action) = check.action else { return Ok(Vec::new()) };
    let v = View::new(resource, index.now);
    let name = resource.name.as_str();
    let targets: Vec<String> = match action {
        ActionId::RevokeIngress => return revoked(check, &v, index),
        ActionId::BlockPublicAccess if resource.kind == "account" => vec!["account".to_owned()],
        ActionId::BlockPublicAccess
        | ActionId::RequireUrlAuth
        | ActionId::RestartTrail
        | ActionId::RestartConfigRecorder
        | ActionId::MakeTrailMultiRegion => vec![name.to_owned()],
        ActionId::RequireMetadataTokens | ActionId::CancelKeyDeletion | ActionId::MakeDatabasePrivate => {
            vec![resource.label().to_owned()]
        }
        ActionId::Unshare => vec![format!("{}/{}/all", resource.kind, resource.label())],
        ActionId::DeactivateAccessKey => keys(check, &v)?.into_iter().map(|key| format!("{name}/{key}")).collect(),
        ActionId::DeleteInlinePolicy => {
            inline(&v)?.into_iter().map(|policy| format!("{}/{name}/{policy}", resource.kind)).collect()
        }
        _ => Vec::new(),
    };
    let made = |target: String| {
        let wrong = |error: Malformed| Unknown(error.to_string());
        Response::by_hand(action, &target).map_err(wrong)
    };
    targets.into_iter().map(made).collect()
}

/// The rules of a group that the check fails, to be revoked together.
fn revoked(check: &Check, v: &View<'_>, index: &Index) -> Result<Vec<Response>, Unknown> {
    if v.resource.kind != "security-group" {
        return Ok(Vec::new());
    }
    let rules = Rules::of(v, index)?;
    let tcp = |ports: &[u16]| -> Vec<_> {
        ports.iter().flat_map(|port| rules.offending(Ports::One(Transport::Tcp, *port))).collect()
    };
    let mut found = match check.id {
        "ec2-security-group-ssh-open" => tcp(&[22]),
        "ec2-security-group-rdp-open" => tcp(&[3389]),
        "ec2-security-group-cifs-open" => tcp(&[139, 445]),
        "ec2-security-group-high-risk-port-open" => tcp(&HIGH_RISK),
        "ec2-security-group-all-ports-open" => rules.every_port().into_iter().collect(),
        _ => Vec::new(),
    };
    found.sort();
    found.dedup();
    let group_id = v.resource.label().to_owned();
    Ok(if found.is_empty() { Vec::new() } else { vec![RevokeIngress { group_id, rules: found }.into()] })
}

/// The keys of a user that the check is about: by their age, else the only active one. Which of two is unused, the
/// credential report does not say by id.
fn keys<'a>(check: &Check, v: &View<'a>) -> Result<Vec<&'a str>, Unknown> {
    let all = v.list("ListAccessKeys.AccessKeyMetadata")?;
    let mut active: Vec<_> = all.iter().filter(|key| text(key, "Status") == Some("Active")).collect();
    if check.id == "iam-user-key-old" {
        active.retain(|key| key.get("CreateDate").and_then(as_time).is_some_and(|made| v.days_since(made) > 90));
    } else if active.len() > 1 {
        active.clear();
    }
    Ok(active.into_iter().filter_map(|key| text(key, "AccessKeyId")).collect())
}

/// The inline policies of a principal that give administrator power.
fn inline<'a>(v: &View<'a>) -> Result<Vec<&'a str>, Unknown> {
    let list = match v.resource.kind.as_str() {
        "user" => "UserPolicyList",
        "role" => "RolePolicyList",
        _ => "GroupPolicyList",
    };
    let mut names = Vec::new();
    for policy in v.list(&format!("GetAccountAuthorizationDetails.{list}"))? {
        let document = v.read_policy(list, policy.get("PolicyDocument").unwrap_or(&serde_json::Value::Null))?;
        if document.grants_admin(v.home().partition, v.home().account).is_some() {
            names.extend(text(policy, "PolicyName"));
        }
    }
    Ok(names)
}
