//! AWS Backup: vaults, plans, recovery points, and what they protect.

use riposte_core::finding::Severity::{High, Low, Medium};

use serde_json::Value;

use crate::check::{Check, check};
use crate::index::Index;
use crate::resource::Resource;
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, list, strings, text};

pub(crate) static CHECKS: &[Check] = &[
    check(
        "backup-recovery-point-not-encrypted",
        "A recovery point is not encrypted",
        Medium,
        "backup",
        "recovery-point",
    )
    .fsbp(&["Backup.1"])
    .page(
        "The recovery point is encrypted.",
        "A backup is a copy of everything; whoever gets at its storage reads it.",
        "Encrypt what is backed up, or copy the point into an encrypted vault.",
        "None that we know of.",
    )
    .each(|v| v.off("ListRecoveryPointsByBackupVault.IsEncrypted", "it is not encrypted", "it is encrypted")),
    check("backup-vault-not-locked", "A backup vault is not locked", Medium, "backup", "backup-vault")
        .page(
            "Vault Lock keeps recovery points from being deleted early.",
            "Ransom begins with the deletion of the backups.",
            "aws backup put-backup-vault-lock-configuration with a minimum retention.",
            "Vaults for tests.",
        )
        .detectors(&["backup-recovery-point-deleted", "backup-vault-weakened"])
        .each(|v| v.off("ListBackupVaults.Locked", "it is not locked", "it is locked")),
    check("backup-vault-public", "A backup vault is open to everyone", High, "backup", "backup-vault")
        .page(
            "The vault's access policy names who gets in.",
            "Whoever copies a recovery point has all the data.",
            "Take the statement with Principal * out of the vault's access policy.",
            "None that we know of.",
        )
        .each(|v| crate::exposure::public(v, "GetBackupVaultAccessPolicy.Policy")),
    check("backup-plan-missing", "A region with backup vaults has no backup plan", Low, "backup", "backup-vault")
        .page(
            "Where there is a vault there is a plan.",
            "A vault without a plan fills by hand, or not at all.",
            "Make a plan, and select resources by tag.",
            "Vaults that take copies from other accounts.",
        )
        .beside(&[("backup", "backup-plan")], |v, index| {
            let none = index.near("backup", "backup-plan", v.resource).next().is_none();
            Verdict::fail_if(none, "no backup plan is in its region", "a backup plan is in its region")
        }),
];

/// What is looked at beside a resource that should be backed up.
pub(crate) const BESIDE: &[(&str, &str)] = &[("backup", "backup-selection"), ("backup", "protected-resource")];

/// Days within which a backup is one of a plan: those are made once a month at least.
const RECENT: i64 = 35;

/// Fails where AWS Backup does not protect a resource: no plan's selection takes it, and it has no recent backup.
pub(crate) fn protected(v: &View<'_>, index: &Index) -> Answer {
    if let Some(plan) = selected(v, index)? {
        return Ok(Verdict::Pass(format!("a backup plan selects it by `{}`", riposte_core::text::plain(&plan, 80))));
    }
    let Some(backed) = index.find("backup", "protected-resource", &v.resource.arn) else {
        return Ok(Verdict::Fail("AWS Backup does not protect it: no backup plan selects it".to_owned()));
    };
    let days = backed.time("ListProtectedResources.LastBackupTime")?.map(|time| v.days_since(time));
    let old = |days| format!("no backup plan selects it, and it was last backed up {days} days ago");
    Verdict::fail_older(days, RECENT, old, "AWS Backup protects it")
}

/// The selection of a backup plan that takes a resource, where one does.
pub(crate) fn selected(v: &View<'_>, index: &Index) -> Result<Option<String>, Unknown> {
    for selection in index.near("backup", "backup-selection", v.resource) {
        let Some(of) = selection.get("GetBackupSelection.BackupSelection")? else { continue };
        if takes(of, v.resource) {
            return Ok(Some(selection.resource.name.clone()));
        }
    }
    Ok(None)
}

/// Whether a selection takes a resource: it names it, or has one of its tags; its conditions hold all; and it does not
/// leave it out. One that names nothing takes what its conditions leave.
fn takes(selection: &Value, resource: &Resource) -> bool {
    let names = |list: &str| strings(selection, list).any(|pattern| riposte_core::arn::matches(pattern, &resource.arn));
    let has_tag = |key: &str, fits: &dyn Fn(&str) -> bool| resource.tags.get(key).is_some_and(|value| fits(value));
    let tags = list(selection, "ListOfTags");
    let tagged = tags.iter().any(|tag| {
        let (key, wanted) =
            (text(tag, "ConditionKey").unwrap_or_default(), text(tag, "ConditionValue").unwrap_or_default());
        has_tag(key.strip_prefix(TAG).unwrap_or(key), &|value| value == wanted)
    });
    let conditions = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"].into_iter().all(|operator| {
        list(selection, &format!("Conditions.{operator}")).iter().all(|condition| {
            let key = text(condition, "ConditionKey").unwrap_or_default();
            let wanted = text(condition, "ConditionValue").unwrap_or_default();
            let fits = has_tag(key.strip_prefix(TAG).unwrap_or(key), &|value| match operator {
                "StringEquals" | "StringNotEquals" => value == wanted,
                _ => riposte_core::arn::matches(wanted, value),
            });
            fits != operator.contains("Not")
        })
    });
    let any = list(selection, "Resources").is_empty() && tags.is_empty();
    (any || names("Resources") || tagged) && conditions && !names("NotResources")
}

const TAG: &str = "aws:ResourceTag/";
