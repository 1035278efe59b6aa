//! Managed and inline policies.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High, Low, Medium};
use riposte_core::iam::{ManagedPolicy, Policy};

use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::{View, text};

const DETAILS: &str = "GetAccountAuthorizationDetails";

pub(crate) static CHECKS: &[Check] = &[
    check("iam-aws-admin-policy-attached", "AWS's administrator policy is attached", Critical, "iam", "policy")
        .cis("1.15", "2.15", "2.14").fsbp(&["IAM.1"])
        .page("None of AWS's own policies that give administrator power is attached.",
            "Whoever holds it does everything, forever; one stolen session is the account.",
            "Give what the task needs, and keep the administrator for a role that is taken in emergencies.",
            "The administrators' role of the account: mute it with the reason.")
        .detectors(&["admin-policy-attached"]).action(ActionId::DetachManagedPolicy)
        .each(|v| {
            let Some(policy @ ManagedPolicy::Aws { .. }) = ManagedPolicy::parse(&v.resource.arn) else { return Ok(Verdict::Skip) };
            if v.number(&format!("{DETAILS}.AttachmentCount"))? == Some(0.0) {
                return Ok(Verdict::Pass("it is attached to nobody".to_owned()));
            }
            let admin = policy.is_aws_admin() || super::power::document(v).ok().is_some_and(|d| d.grants_admin(v.home().partition, v.home().account).is_some());
            Verdict::fail_if(admin, "it gives administrator power and is attached", "it gives no administrator power")
        }),
    check("iam-policy-admin", "A customer policy gives administrator power", High, "iam", "policy")
        .cis("1.15", "2.15", "2.14").fsbp(&["IAM.1"])
        .page("No customer policy that is attached gives administrator power: everything on everything, or all that leads there.",
            "Under an ordinary name it makes administrators whom no review finds.",
            "Name the actions and resources that are needed.",
            "The administrators' own policy.")
        .detectors(&["admin-policy-created", "admin-policy-version"]).action(ActionId::DetachManagedPolicy)
        .each(|v| {
            if !matches!(ManagedPolicy::parse(&v.resource.arn), Some(ManagedPolicy::Customer { .. })) {
                return Ok(Verdict::Skip);
            }
            let grant = super::power::document(v)?.grants_admin(v.home().partition, v.home().account);
            let attached = v.number(&format!("{DETAILS}.AttachmentCount"))? != Some(0.0);
            match grant {
                Some(_) if !attached => Ok(Verdict::Pass("it gives administrator power, and is attached to nobody".to_owned())),
                grant => Verdict::fail_with(grant.map(|grant| format!("it gives administrator power {grant}")), "it gives no administrator power"),
            }
        }),
    check("iam-policy-escalation", "A customer policy holds a way to administrator power", High, "iam", "policy")
        .page("No customer policy holds a published combination of permissions that leads to administrator power.",
            "Its holder is an administrator in two calls.",
            "Name the roles that may be passed; take the action away that nobody needs.",
            "Policies of deployment roles under a permissions boundary.")
        .detectors(&["escalation-by-policy", "escalation-by-any-role"]).action(ActionId::DetachManagedPolicy)
        .each(|v| {
            if !matches!(ManagedPolicy::parse(&v.resource.arn), Some(ManagedPolicy::Customer { .. })) {
                return Ok(Verdict::Skip);
            }
            let (policy, home) = (super::power::document(v)?, v.home());
            if policy.grants_admin(home.partition, home.account).is_some() {
                return Ok(Verdict::Pass("it gives administrator power already, which another check says".to_owned()));
            }
            let ways = policy.escalations(home.partition, home.account);
            let ways: Vec<_> = ways.iter().filter(|w| w.combination.way != riposte_core::iam::Way::Existing).map(ToString::to_string).collect();
            Verdict::fail_for(&ways, "its holder", "it leads to no more")
        }),
    check("iam-policy-whole-service", "A customer policy allows all actions of a service", Low, "iam", "policy")
        .fsbp(&["IAM.21"])
        .page("No statement allows `service:*` on every resource.",
            "What the holder needs is a few actions; the rest is what an attacker uses.",
            "Name the actions.",
            "Policies of a service's own administrators.")
        .each(|v| {
            if !matches!(ManagedPolicy::parse(&v.resource.arn), Some(ManagedPolicy::Customer { .. })) {
                return Ok(Verdict::Skip);
            }
            let services = super::power::document(v)?.whole_services();
            Verdict::fail_for(&services, "it allows every action of", "it allows no service's every action")
        }),
    check("iam-user-inline-admin", "A user's inline policy gives administrator power", High, "iam", "user")
        .fsbp(&["IAM.1"])
        .page("No inline policy of the user gives administrator power.", INLINE_WHY, INLINE_FIX, "None that we know of.")
        .detectors(&["admin-inline-policy"]).action(ActionId::DeleteInlinePolicy)
        .each(|v| inline(v, "UserPolicyList")),
    check("iam-role-inline-admin", "A role's inline policy gives administrator power", High, "iam", "role")
        .fsbp(&["IAM.1"])
        .page("No inline policy of the role gives administrator power.", INLINE_WHY, INLINE_FIX, "The administrators' own role.")
        .detectors(&["admin-inline-policy"]).action(ActionId::DeleteInlinePolicy)
        .each(|v| if super::roles::is_service_linked(v) { Ok(Verdict::Skip) } else { inline(v, "RolePolicyList") }),
    check("iam-group-inline-admin", "A group's inline policy gives administrator power", High, "iam", "group")
        .fsbp(&["IAM.1"])
        .page("No inline policy of the group gives administrator power.", INLINE_WHY, INLINE_FIX, "The administrators' own group.")
        .detectors(&["admin-inline-policy"]).action(ActionId::DeleteInlinePolicy)
        .each(|v| inline(v, "GroupPolicyList")),
    check("iam-server-certificate-expired", "An expired certificate is kept in IAM", High, "iam", "server-certificate")
        .cis("1.18", "2.18", "2.17")
        .page("No server certificate in IAM has expired.",
            "One that is put on a load balancer by mistake breaks every client, or teaches people to click warnings away.",
            "aws iam delete-server-certificate, and use ACM.",
            "None.")
        .each(|v| {
            let end = v.time("ListServerCertificates.Expiration")?.ok_or_else(|| crate::verdict::Unknown("its expiry is not known".to_owned()))?;
            let days = v.days_since(end);
            Verdict::fail_with((end < v.now).then(|| format!("it expired {days} days ago")), "it has not expired")
        }),
    check("iam-saml-provider-expired", "The certificate of a SAML provider has expired", Low, "iam", "saml-provider")
        .page("The provider's metadata is valid.",
            "Nobody can sign in by it, so that people make users instead.",
            "aws iam update-saml-provider with the new metadata.",
            "A provider that is to be deleted.")
        .detectors(&["saml-provider-changed"])
        .each(|v| {
            let Some(end) = v.time("ListSAMLProviders.ValidUntil")? else { return Ok(Verdict::Pass("it has no end".to_owned())) };
            Verdict::fail_if(end < v.now, "its certificate has expired", "its certificate is valid")
        }),
    check("iam-policy-decrypts-everything", "A customer policy decrypts with every key", Medium, "iam", "policy")
        .fsbp(&["KMS.1"])
        .page("No customer policy allows kms:Decrypt or kms:ReEncryptFrom on every key.",
            "What is kept apart by keys is open to its holder.",
            "Name the keys.",
            "Policies of recovery roles.")
        .each(|v| {
            if !matches!(ManagedPolicy::parse(&v.resource.arn), Some(ManagedPolicy::Customer { .. })) {
                return Ok(Verdict::Skip);
            }
            Verdict::fail_with(decrypts(&super::power::document(v)?, v).then(|| DECRYPTS.to_owned()), "it decrypts with the keys that it names")
        }),
    check("iam-user-inline-decrypts-everything", "A user's inline policy decrypts with every key", Medium, "iam", "user")
        .fsbp(&["KMS.2"])
        .page("No inline policy of the user allows kms:Decrypt or kms:ReEncryptFrom on every key.", DECRYPT_WHY, "Name the keys.", "None that we know of.")
        .each(|v| inline_decrypts(v, "UserPolicyList")),
    check("iam-role-inline-decrypts-everything", "A role's inline policy decrypts with every key", Medium, "iam", "role")
        .fsbp(&["KMS.2"])
        .page("No inline policy of the role allows kms:Decrypt or kms:ReEncryptFrom on every key.", DECRYPT_WHY, "Name the keys.", "Recovery roles.")
        .each(|v| if super::roles::is_service_linked(v) { Ok(Verdict::Skip) } else { inline_decrypts(v, "RolePolicyList") }),
    check("iam-group-inline-decrypts-everything", "A group's inline policy decrypts with every key", Medium, "iam", "group")
        .fsbp(&["KMS.2"])
        .page("No inline policy of the group allows kms:Decrypt or kms:ReEncryptFrom on every key.", DECRYPT_WHY, "Name the keys.", "None that we know of.")
        .each(|v| inline_decrypts(v, "GroupPolicyList")),
];

const INLINE_WHY: &str = "An inline policy is seen where somebody looks at that one principal, and nowhere else.";
const INLINE_FIX: &str = "Delete the inline policy, and attach a managed one that names what is needed.";

const DECRYPTS: &str = "it decrypts with every key";
const DECRYPT_WHY: &str = "What is kept apart by keys is open to its holder, and an inline policy is seen by nobody.";

/// Whether a policy lets its holder decrypt with keys that it does not name: those of all regions, or all of one.
fn decrypts(policy: &Policy, v: &View<'_>) -> bool {
    let home = v.home();
    // Keys that nobody would name.
    let key = |region: &str| {
        format!("arn:{}:kms:{region}:{}:key/00000000-0000-4000-8000-0000000000ff", home.partition, home.account)
    };
    let regions = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1"];
    ["kms:Decrypt", "kms:ReEncryptFrom"]
        .iter()
        .any(|action| regions.iter().any(|region| policy.allows_action_on(action, &key(region))))
}

fn inline_decrypts(v: &View<'_>, list: &str) -> Answer {
    let mut bad = Vec::new();
    for policy in v.list(&format!("{DETAILS}.{list}"))? {
        let document = policy.get("PolicyDocument").unwrap_or(&serde_json::Value::Null);
        if decrypts(&v.read_policy(list, document)?, v) {
            bad.push(format!("`{}`", text(policy, "PolicyName").unwrap_or_default()));
        }
    }
    Verdict::fail_for(&bad, "every key is decrypted with by", "no inline policy decrypts with every key")
}

fn inline(v: &View<'_>, list: &str) -> Answer {
    let home = v.home();
    let mut admin = Vec::new();
    for policy in v.list(&format!("{DETAILS}.{list}"))? {
        let document = policy.get("PolicyDocument").unwrap_or(&serde_json::Value::Null);
        if let Some(grant) = v.read_policy(list, document)?.grants_admin(home.partition, home.account) {
            admin.push(format!("`{}` {grant}", text(policy, "PolicyName").unwrap_or_default()));
        }
    }
    Verdict::fail_for(&admin, "administrator power is given by", "no inline policy gives administrator power")
}
