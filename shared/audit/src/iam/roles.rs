//! Roles: who may become one, and where that leads.

use std::collections::BTreeSet;

use riposte_core::finding::Severity::{Critical, High, Low, Medium};
use riposte_core::iam::{Outsider, Policy, TrustGrant, Trusts};
use serde_json::Value;

use super::power::{self, Power};
use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::View;

const DETAILS: &str = "GetAccountAuthorizationDetails";

pub(crate) static CHECKS: &[Check] = &[
    check("iam-role-open-to-everyone", "Everyone may become a role", Critical, "iam", "role")
        .page("The trust policy names who may become the role: it lets in nobody from everywhere.",
            "Whoever has an AWS account takes the role, and what it may do.",
            "Name the principals in the trust policy.",
            "None that we know of.")
        .detectors(&["role-trust-public"])
        .each(|v| {
            let everyone = trusted(v)?.into_iter().find(|grant| grant.who == Outsider::Everyone);
            Verdict::fail_with(everyone.map(|grant| format!("its trust policy lets in {grant}")), "its trust policy does not let everyone in")
        }),
    check("iam-role-federation-without-subject", "An identity provider's everybody may become a role", High, "iam", "role")
        .page("A federation's statement fixes whose tokens count: the repository, the tenant, the audience.",
            "Every repository of GitHub, or every user of the provider, becomes the role.",
            "Add a condition on the provider's `sub` (or `aud`) that names yours.",
            "A provider of your own, whose every user may.")
        .detectors(&["role-trusts-federation"])
        .each(|v| {
            let mut all: Vec<_> = trusted(v)?.iter().filter(|grant| grant.lacks.is_some()).map(ToString::to_string).collect();
            if all.is_empty() && any_pod(v)? {
                all.push("every pod of a cluster, where no condition names a service account".to_owned());
            }
            Verdict::fail_for(&all, "its trust policy lets in", "its trust policy fixes whose tokens count")
        }),
    check("iam-role-cross-account-without-external-id", "Another account may become a role without an external id", Medium, "iam", "role")
        .page("Where the trust policy lets in another account, it asks for an external id or another condition.",
            "A service that works for many customers can be made to work on your role for somebody else.",
            "Add a condition sts:ExternalId, or aws:PrincipalOrgID for accounts of your own.",
            "Accounts of your own.")
        .detectors(&["role-trusts-external-account"])
        .each(|v| {
            let foreign = |grant: &&TrustGrant| matches!(grant.who, Outsider::Account(_)) && !grant.external_id && !grant.narrowed;
            let all: Vec<_> = trusted(v)?.iter().filter(foreign).map(ToString::to_string).collect();
            Verdict::fail_for(&all, "its trust policy lets in", "its trust policy lets no other account in without an external id")
        }),
    check("iam-role-admin-for-service", "A service's role is an administrator", High, "iam", "role")
        .page("A role that AWS services or machines take has no administrator power.",
            "Whoever gets code into the machine or function has the account.",
            "Give what the workload needs, and no more.",
            "Roles of deployment pipelines: bound them.")
        .detectors(&["admin-policy-attached", "admin-inline-policy"])
        .with(power::BESIDE, |v, index| {
            if is_service_linked(v) || !trusts_service(v)? {
                return Ok(Verdict::Skip);
            }
            let wrong = power::admin(v, index)?.map(|how| format!("a service's role, and an administrator: {how}"));
            Verdict::fail_with(wrong, "it is no administrator")
        }),
    check("iam-role-escalation", "A role's permissions together lead to more", High, "iam", "role")
        .page("The policies of a role, taken together, hold no published way to become an administrator.",
            "Permission to pass a role here and to make a function there are harmless alone, and an administrator together.",
            "Name the roles that may be passed, and take the action away that nobody needs.",
            "Roles that deploy, under a permissions boundary.")
        .detectors(&["escalation-by-policy", "escalation-by-any-role"])
        .with(power::OTHERS, |v, index| if is_service_linked(v) { Ok(Verdict::Skip) } else { super::users::escalation(v, index) }),
    check("iam-role-leads-to-admin", "A role leads to an administrator by a chain of roles", High, "iam", "role")
        .page("No role that is not itself an administrator may become one that is, directly or over others: by its own permission and the other's trust.",
            "Reviews see the harmless role; who takes it is an administrator two steps on.",
            "Narrow the trust policy of the administrators' role, or take sts:AssumeRole from this one.",
            "Roles by which people are meant to become administrators.")
        .detectors(&["role-chained", "escalation-by-any-role"])
        .beside(&[("iam", "policy"), ("iam", "group"), ("iam", "role")], chain),
    check("iam-role-unused", "A role was not used for 90 days", Low, "iam", "role")
        .page("Every role was used, or made, within 90 days.",
            "What nobody uses is missed by nobody when somebody else begins to.",
            "Take its policies away; delete it after a while.",
            "Roles for emergencies: mute them with the reason.")
        .each(|v| {
            if is_service_linked(v) || v.resource.arn.contains(":role/aws-reserved/") {
                return Ok(Verdict::Skip);
            }
            let used = v.time(&format!("{DETAILS}.RoleLastUsed.LastUsedDate"))?;
            let made = v.time(&format!("{DETAILS}.CreateDate"))?;
            let last = used.or(made).ok_or_else(|| Unknown("neither its last use nor its age is known".to_owned()))?;
            let days = v.days_since(last);
            let what = if used.is_some() { "was last used" } else { "was never used, and made" };
            Verdict::fail_older(Some(days), 90, |days| format!("it {what} {days} days ago"), "it was used or made within 90 days")
        }),
];

pub(super) fn is_service_linked(v: &View<'_>) -> bool {
    v.resource.arn.contains(":role/aws-service-role/")
}

pub(super) fn trust_policy(v: &View<'_>) -> Result<Policy, Unknown> {
    let path = format!("{DETAILS}.AssumeRolePolicyDocument");
    v.policy(&path)?.ok_or_else(|| Unknown("its trust policy was not collected".to_owned()))
}

fn trusted(v: &View<'_>) -> Result<Vec<TrustGrant>, Unknown> {
    if is_service_linked(v) {
        return Ok(Vec::new());
    }
    Ok(trust_policy(v)?.trust(&v.home()))
}

fn trusts_service(v: &View<'_>) -> Result<bool, Unknown> {
    let trust = trust_policy(v)?;
    let services = [
        "ec2",
        "lambda",
        "ecs-tasks",
        "glue",
        "codebuild",
        "sagemaker",
        "batch",
        "states",
        "eks",
        "pods.eks",
        "apprunner",
        "tasks.apprunner",
        "elasticmapreduce",
    ];
    Ok(services.iter().any(|service| trust.trusts_service(&format!("{service}.amazonaws.com"))))
}

fn chain(v: &View<'_>, index: &Index) -> Answer {
    if is_service_linked(v) {
        return Ok(Verdict::Skip);
    }
    if power::admin(v, index)?.is_some() {
        return Ok(Verdict::Pass("it is an administrator itself, which another check says".to_owned()));
    }
    Ok(chain_to_admin(v, index)?
        .map_or_else(|| Verdict::Pass("no chain of roles leads from it to an administrator".to_owned()), Verdict::Fail))
}

/// The roles by which a user or role becomes an administrator, where it does. Walks over the roles that may be taken, at
/// most as many steps as there are roles.
pub(super) fn chain_to_admin(v: &View<'_>, index: &Index) -> Result<Option<String>, Unknown> {
    let roles: Vec<View<'_>> =
        index.of_account("iam", "role", v.resource).filter(|role| !is_service_linked(role)).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::from([v.resource.arn.as_str()]);
    let mut edge: Vec<(&View<'_>, String)> = vec![(v, v.resource.name.clone())];
    let trusts = index.trusts(trust_policy);
    while let Some((from, path)) = edge.pop() {
        // Read where some role trusts the account, for all of them.
        let mut power = None;
        for to in &roles {
            let arn = &to.resource.arn;
            let Some(trust) = trusts.get(arn).filter(|_| !seen.contains(arn.as_str())) else { continue };
            let trust = trust.as_ref().map_err(Clone::clone)?;
            // The other names it, or trusts the account and this one has the permission.
            let becomes = match trust.trusts_principal(&from.resource.arn, &from.home()) {
                Trusts::ByName => true,
                Trusts::No => false,
                Trusts::ByAccount => {
                    let known = match power.take() {
                        Some(known) => known,
                        None => Power::of(from, index)?,
                    };
                    let may = known.may_assume(arn);
                    power = Some(known);
                    may?
                }
            };
            if !becomes {
                continue;
            }
            seen.insert(arn);
            let path = format!("{path} → {}", to.resource.name);
            if let Some(how) = power::admin(to, index)? {
                return Ok(Some(format!("{}, an administrator {how}", riposte_core::text::plain(&path, 400))));
            }
            edge.push((to, path));
        }
    }
    Ok(None)
}

/// Whether a statement takes the tokens of an EKS cluster whatever their subject: every pod's, for they all have the
/// audience of AWS.
fn any_pod(v: &View<'_>) -> Result<bool, crate::verdict::Unknown> {
    let path = format!("{DETAILS}.AssumeRolePolicyDocument");
    let Some(document) = v.get(&path)? else { return Ok(false) };
    // AWS tells it as text, URL-encoded.
    let read;
    let document = match document {
        Value::String(text) => {
            let wrong = |error: serde_json::Error| Unknown(format!("the policy of `{path}` cannot be read: {error}"));
            read = serde_json::from_str(&riposte_core::text::url_decoded(text)).map_err(wrong)?;
            &read
        }
        document => document,
    };
    let one_or_many = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        other => vec![other.clone()],
    };
    let member = |value: &Value, name: &str| value.get(name).cloned().unwrap_or_default();
    let of_cluster = |statement: &Value| {
        let named = one_or_many(&member(&member(statement, "Principal"), "Federated"));
        named.iter().any(|name| name.as_str().is_some_and(|name| name.contains(":oidc-provider/oidc.eks.")))
    };
    // `system:serviceaccount:NAMESPACE:NAME`: the namespace tells whose pods they are.
    let names_namespace = |value: &Value| {
        let namespace =
            value.as_str().and_then(|subject| subject.strip_prefix("system:serviceaccount:")?.split_once(':'));
        namespace.is_some_and(|(namespace, _)| !namespace.is_empty() && !namespace.contains(['*', '?']))
    };
    let names_subject = |statement: &Value| {
        let condition = member(statement, "Condition");
        let tests = condition.as_object().into_iter().flatten();
        let mut keys = tests
            .filter(|(operator, _)| !operator.to_ascii_lowercase().contains("not"))
            .filter_map(|(_, keys)| keys.as_object())
            .flatten();
        keys.any(|(key, values)| {
            let values = one_or_many(values);
            key.to_ascii_lowercase().ends_with(":sub") && !values.is_empty() && values.iter().all(names_namespace)
        })
    };
    let allows = |statement: &Value| statement.get("Effect").and_then(Value::as_str) == Some("Allow");
    Ok(one_or_many(&member(document, "Statement"))
        .iter()
        .any(|statement| allows(statement) && of_cluster(statement) && !names_subject(statement)))
}
