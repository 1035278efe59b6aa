//! Secrets.

use riposte_core::finding::Severity::{High, Medium};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("secretsmanager-secret-not-rotated", "A secret never rotates by itself", Medium, "secretsmanager", "secret")
        .fsbp(&["SecretsManager.1"])
        .page(
            "Automatic rotation is on.",
            "A secret that leaked works until somebody remembers to change it.",
            "aws secretsmanager rotate-secret with a rotation function.",
            "Secrets of others, which they rotate.",
        )
        .detectors(&["rotation-disabled"])
        .each(|v| v.off("ListSecrets.RotationEnabled", "automatic rotation is off", "automatic rotation is on")),
    check(
        "secretsmanager-secret-rotation-failing",
        "A secret's rotation is overdue",
        Medium,
        "secretsmanager",
        "secret",
    )
    .fsbp(&["SecretsManager.2"])
    .page(
        "A secret that rotates did so by its schedule.",
        "It looks changed, and is the old one.",
        "Look at the rotation function's logs.",
        "None.",
    )
    .each(|v| {
        if !v.flag("ListSecrets.RotationEnabled")? {
            return Ok(Verdict::Skip);
        }
        let next = v.time("ListSecrets.NextRotationDate")?;
        let overdue = next
            .filter(|next| v.days_since(*next) > 1)
            .map(|next| format!("it should have rotated {} days ago", v.days_since(next)));
        Verdict::fail_with(overdue, "it rotates by its schedule")
    }),
    check("secretsmanager-secret-unused", "A secret was not read for 90 days", Medium, "secretsmanager", "secret")
        .fsbp(&["SecretsManager.3"])
        .page(
            "The secret was read, or made, within 90 days.",
            "A secret that nobody needs is there to be stolen.",
            "Delete it, with a recovery window.",
            "Secrets for emergencies.",
        )
        .each(|v| {
            let last = v.time("ListSecrets.LastAccessedDate")?.or(v.time("ListSecrets.CreatedDate")?);
            let last =
                last.ok_or_else(|| crate::verdict::Unknown("neither its last use nor its age is known".to_owned()))?;
            let unread = |days| format!("it was last read {days} days ago");
            Verdict::fail_older(Some(v.days_since(last)), 90, unread, "it was read or made within 90 days")
        }),
    check("secretsmanager-secret-old", "A secret was not changed for 90 days", Medium, "secretsmanager", "secret")
        .fsbp(&["SecretsManager.4"])
        .page(
            "The secret was changed within 90 days.",
            "A secret that leaked works until it is changed.",
            "Rotate it.",
            "Keys that must not change.",
        )
        .each(|v| {
            let last = v
                .time("ListSecrets.LastRotatedDate")?
                .or(v.time("ListSecrets.LastChangedDate")?)
                .or(v.time("ListSecrets.CreatedDate")?);
            let last = last.ok_or_else(|| crate::verdict::Unknown("its age is not known".to_owned()))?;
            let unchanged = |days| format!("it was last changed {days} days ago");
            Verdict::fail_older(Some(v.days_since(last)), 90, unchanged, "it was changed within 90 days")
        }),
    check("secretsmanager-secret-public", "Everyone may read a secret", High, "secretsmanager", "secret")
        .cis("", "", "2.21")
        .page(
            "The secret's policy names who gets in.",
            "Everyone with an AWS account reads it.",
            "Take the statement with Principal * out; rotate the secret.",
            "None.",
        )
        .detectors(&["secret-policy-public"])
        .each(|v| public(v, "GetResourcePolicy.ResourcePolicy")),
];
