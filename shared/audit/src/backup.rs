//! AWS Backup: vaults, plans, recovery points, and what they protect.

use riposte_core::finding::Severity::{High, Low, Medium};

use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Answer, Verdict};
use crate::view::View;

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

/// Fails where AWS Backup does not protect a resource.
pub(crate) fn protected(v: &View<'_>, index: &Index) -> Answer {
    let arn = &v.resource.arn;
    let covered = index.of_account("backup", "protected-resource", v.resource).any(|p| {
        p.resource.arn == *arn || p.text("ListProtectedResources.ResourceArn").ok().flatten() == Some(arn.as_str())
    });
    Verdict::fail_if(!covered, "AWS Backup does not protect it", "AWS Backup protects it")
}
