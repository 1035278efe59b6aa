//! Users and groups.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{High, Low, Medium};

use super::credentials::Credentials;
use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::View;

pub(crate) static CHECKS: &[Check] = &[
    check("iam-user-mfa-missing", "A user signs in without a second factor", High, "iam", "user")
        .cis("1.9", "2.9", "2.10").fsbp(&["IAM.5", "IAM.19"])
        .page("A user with a console password has an MFA device.",
            "One password that is guessed, phished or reused is all that it takes.",
            "Register a device, and deny everything without it by a policy.",
            "None for people; a user without a password passes.")
        .detectors(&["console-login-without-mfa", "mfa-removed"])
        .each(|v| {
            let all = Credentials::of(v)?;
            Verdict::fail_if(all.password && !all.mfa, "it has a console password and no MFA device", "it has an MFA device, or no console password")
        }),
    check("iam-user-key-never-used", "A user who signs in was given a key that nobody uses", Medium, "iam", "user")
        .cis("1.10", "2.10", "")
        .page("No user with a console password has an active access key that was never used.",
            "A key that was made with the user, and that nobody needs, lies about until somebody finds it.",
            "Deactivate the key, then delete it.",
            "A key that was made today.")
        .detectors(&["access-key-for-another"]).action(ActionId::DeactivateAccessKey)
        .each(|v| {
            let all = Credentials::of(v)?;
            let unused = all.keys.iter().any(|key| key.used.is_none());
            Verdict::fail_if(all.password && unused, "it has a console password, and an access key that was never used", "it has no password, or no key that was never used")
        }),
    check("iam-user-key-unused", "An access key was not used for 45 days", Medium, "iam", "user")
        .cis("1.11", "2.11", "2.11").fsbp(&["IAM.8", "IAM.22", "IAM.26"])
        .page("Every active access key was used, or made, within 45 days.",
            "Keys that nobody uses are missed by nobody when they are stolen.",
            "Deactivate the key, and delete it after a while.",
            "Keys for a yearly task: use a role.")
        .detectors(&["access-key-reactivated"]).action(ActionId::DeactivateAccessKey)
        .each(|v| {
            let all = Credentials::of(v)?;
            let days = all.keys.iter().filter_map(|key| key.used.or(key.made)).map(|time| v.days_since(time)).max();
            Verdict::fail_older(days, 45, |days| format!("an active key was last used {days} days ago"), "its active keys were used within 45 days, or it has none")
        }),
    check("iam-user-password-unused", "A console password was not used for 45 days", Medium, "iam", "user")
        .cis("1.11", "2.11", "2.11").fsbp(&["IAM.8", "IAM.22", "IAM.26"])
        .page("Every console password was used, or set, within 45 days.",
            "The password of somebody who left is tried by whoever finds it, and nobody misses it.",
            "aws iam delete-login-profile.",
            "Emergency users: mute them with the reason.")
        .detectors(&["console-login-by-iam-user"])
        .each(|v| {
            let all = Credentials::of(v)?;
            let days = all.password_used.filter(|_| all.password).map(|time| v.days_since(time));
            Verdict::fail_older(days, 45, |days| format!("its password was last used {days} days ago"), "its password was used within 45 days, or it has none")
        }),
    check("iam-user-two-active-keys", "A user has two active access keys", Medium, "iam", "user")
        .cis("1.12", "2.12", "")
        .page("No user has more than one active access key.",
            "The second key is the old one, which should have gone when the new one came.",
            "Deactivate the one that is not used.",
            "While a key is being rotated.")
        .action(ActionId::DeactivateAccessKey)
        .each(|v| Verdict::fail_if(Credentials::of(v)?.keys.len() > 1, "it has two active access keys", "it has one active access key at most")),
    check("iam-user-key-old", "An access key is older than 90 days", Medium, "iam", "user")
        .cis("1.13", "2.13", "2.12").fsbp(&["IAM.3"])
        .page("Every active access key was made within 90 days.",
            "A key that leaked unseen works until it is replaced.",
            "Make a new key, move its users over, deactivate the old one; better, use a role.",
            "None for keys that are in use.")
        .detectors(&["long-lived-key-asks-who-it-is"]).action(ActionId::DeactivateAccessKey)
        .each(|v| {
            let days = Credentials::of(v)?.keys.iter().filter_map(|key| key.made).map(|time| v.days_since(time)).max();
            Verdict::fail_older(days, 90, |days| format!("an active key is {days} days old"), "its active keys are 90 days old at most, or it has none")
        }),
    check("iam-user-policy-attached", "A user has policies of its own", Low, "iam", "user")
        .cis("1.14", "2.14", "2.13").fsbp(&["IAM.2"])
        .page("Users get their permissions by groups: none has an inline policy or an attached one.",
            "Permissions that are given person by person are never revoked.",
            "Attach the policy to a group, and put the user into it.",
            "Users of machines, one for each: use roles.")
        .detectors(&["admin-policy-attached", "admin-inline-policy"]).action(ActionId::DetachManagedPolicy)
        .each(|v| {
            let inline = v.list("GetAccountAuthorizationDetails.UserPolicyList")?.len();
            let attached = v.list("GetAccountAuthorizationDetails.AttachedManagedPolicies")?.len();
            Verdict::fail_with((inline + attached > 0).then(|| format!("it has {attached} attached and {inline} inline policies")), "it has no policies of its own")
        }),
    check("iam-user-admin", "A user is an administrator for good", High, "iam", "user")
        .page("No user's policies and groups together give administrator power.",
            "A user's keys last until somebody deletes them; administrators should be roles that people take for an hour.",
            "Give a role with the power, and let the user assume it with MFA.",
            "The emergency user: mute it with the reason.")
        .detectors(&["admin-policy-attached", "admin-inline-policy", "user-added-to-group"]).action(ActionId::DetachManagedPolicy)
        .with(super::power::BESIDE, |v, index| {
            let wrong = super::power::admin(v, index)?.map(|how| format!("it is an administrator: {how}"));
            Verdict::fail_with(wrong, "it is no administrator")
        }),
    check("iam-user-escalation", "A user's permissions together lead to more", High, "iam", "user")
        .page("The policies of a user and its groups, taken together, hold no published way to become an administrator.",
            "Permission to pass a role here and to make a function there are harmless alone, and an administrator together.",
            "Name the roles that may be passed, and take the action away that nobody needs.",
            "Users who deploy: give them a role with a permissions boundary.")
        .detectors(&["escalation-by-policy", "escalation-by-any-role"])
        .with(super::power::OTHERS, escalation),
    check("iam-group-escalation", "A group's permissions together lead to more", High, "iam", "group")
        .page("The policies of a group, taken together, hold no published way to become an administrator.",
            "Whoever is put into the group is an administrator in two calls.",
            "Name the roles that may be passed, and take the action away that nobody needs.",
            "Groups of those who deploy: give them a role with a permissions boundary.")
        .detectors(&["escalation-by-policy", "escalation-by-any-role"])
        .with(super::power::OTHERS, escalation),
    check("iam-group-empty", "A group has no members", Low, "iam", "group")
        .page("Every group has a member.",
            "An empty group with permissions is a place where a new user is put unseen.",
            "Delete the group.",
            "Groups that are filled by automation.")
        .each(|v| v.unset("GetGroup.Users", "it has no members", "it has members")),
];

/// Fails where a principal is no administrator and can become one.
pub(super) fn escalation(v: &View<'_>, index: &crate::index::Index) -> Answer {
    if super::power::admin(v, index)?.is_some() {
        return Ok(Verdict::Pass("it is an administrator already, which another check says".to_owned()));
    }
    let ways: Vec<_> = super::power::escalations(v, index)?;
    Verdict::fail_for(&ways, "it", "its permissions lead to no more")
}
