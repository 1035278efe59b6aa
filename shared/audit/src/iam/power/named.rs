//! The ways over one administrator that a principal's policies name: permission for one named role, user or group is
//! somebody's work, unless that one is an administrator.

use riposte_core::iam::Policy;

use super::{Boundary, Power, admin};
use crate::iam::roles::{is_service_linked, trust_policy};
use crate::index::{Admin, Index};
use crate::verdict::Unknown;
use crate::view::View;

/// What is done with an administrator of a kind.
const OVER: [(&str, &str, &str); 5] = [
    ("user", "iam:CreateAccessKey", "makes keys for the administrator"),
    ("user", "iam:CreateLoginProfile", "gives a password to the administrator"),
    ("user", "iam:UpdateLoginProfile", "changes the password of the administrator"),
    ("group", "iam:AddUserToGroup", "puts users into the administrators' group"),
    ("role", "iam:UpdateAssumeRolePolicy", "decides who becomes the administrators' role"),
];

const PASS_ROLE: &str = "iam:PassRole";

/// The ways of a principal over administrators that are not itself.
pub(super) fn ways(v: &View<'_>, index: &Index, power: &Power) -> Result<Vec<String>, Unknown> {
    let Some(policy) = &power.policy else { return Ok(Vec::new()) };
    let bounds = match &power.boundary {
        Boundary::Policy { policy, .. } => Some(policy),
        _ => None,
    };
    // Most principals speak of none of these actions.
    let over: Vec<_> = OVER.iter().filter(|(_, action, _)| policy.speaks_of(action)).collect();
    let passes = policy.speaks_of(PASS_ROLE);
    if over.is_empty() && !passes {
        return Ok(Vec::new());
    }
    let home = v.home();
    let mut ways = Vec::new();
    let others = index.admins(admins).iter().filter(|a| a.account == v.resource.account && a.arn != v.resource.arn);
    for admin in others {
        let name = riposte_core::text::plain(admin.arn.rsplit('/').next().unwrap_or_default(), 80);
        let may = |policy: &Policy, action: &str| policy.allows_action_on(action, &admin.arn);
        for (_, action, title) in over.iter().filter(|(kind, ..)| *kind == admin.kind) {
            if may(policy, action) && bounds.is_none_or(|bounds| may(bounds, action)) {
                ways.push(format!("{title} `{name}` ({action})"));
            }
        }
        if passes && admin.kind == "role" {
            let Some(role) = index.find("iam", "role", &admin.arn) else { continue };
            let trust = trust_policy(&role)?;
            let runs = |policy: &Policy| {
                policy.runs_under(&admin.arn, &|service| trust.trusts_service(service), home.partition, home.account)
            };
            if let Some(way) = runs(policy).filter(|_| bounds.is_none_or(|bounds| runs(bounds).is_some())) {
                ways.push(format!("passes the administrators' role `{name}` ({})", way.actions.join(", ")));
            }
        }
    }
    Ok(ways)
}

/// Every administrator that is known to be one.
fn admins(index: &Index) -> Vec<Admin> {
    let of_kind = |kind: &'static str| {
        let all = index.views("iam", kind).filter(|one| !is_service_linked(one));
        let admins = all.filter(|one| matches!(admin(one, index), Ok(Some(_))));
        admins.map(move |one| Admin { account: one.resource.account.clone(), kind, arn: one.resource.arn.clone() })
    };
    ["user", "group", "role"].into_iter().flat_map(of_kind).collect()
}
