//! EFS: file systems and access points.

use riposte_core::finding::Severity::{High, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("efs-not-encrypted", "A file system is not encrypted", Medium, "efs", "file-system")
        .cis("2.3.1", "3.3.1", "3.3.1")
        .fsbp(&["EFS.1"])
        .page(
            "The file system is encrypted.",
            "Files lie open in its storage.",
            "Make a new one with encryption, and copy.",
            "None.",
        )
        .each(|v| v.off("DescribeFileSystems.Encrypted", "it is not encrypted", "it is encrypted")),
    check("efs-not-backed-up", "A file system is not backed up", Medium, "efs", "file-system")
        .fsbp(&["EFS.2"])
        .page(
            "Automatic backups are on, or a backup plan selects the file system.",
            "Files that are deleted or encrypted for ransom can't be brought back.",
            "aws efs put-backup-policy.",
            "Scratch files.",
        )
        .detectors(&["backup-recovery-point-deleted"])
        .with(&[("backup", "backup-selection")], |v, index| {
            let status = v.text("DescribeBackupPolicy.BackupPolicy.Status")?;
            if matches!(status, Some("ENABLED" | "ENABLING")) {
                return Ok(Verdict::Pass("automatic backups are on".to_owned()));
            }
            // What nobody has seen backs nothing up.
            let selected = crate::backup::selected(v, index).ok().flatten().is_some();
            Verdict::fail_if(
                !selected,
                "automatic backups are off, and no backup plan selects it",
                "a backup plan selects it",
            )
        }),
    check(
        "efs-access-point-without-root",
        "An access point shows the whole file system",
        Medium,
        "efs",
        "access-point",
    )
    .fsbp(&["EFS.3"])
    .page(
        "The access point has a root directory of its own.",
        "Each application sees all files.",
        "Make one with a path.",
        "None.",
    )
    .each(|v| {
        Verdict::fail_if(
            matches!(v.text("DescribeAccessPoints.RootDirectory.Path")?, None | Some("/")),
            "it shows the whole file system",
            "it shows a directory",
        )
    }),
    check("efs-access-point-without-user", "An access point takes any user", Medium, "efs", "access-point")
        .fsbp(&["EFS.4"])
        .page(
            "The access point sets a POSIX user.",
            "Clients say who they are, root among them.",
            "Make one with a user.",
            "None.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.number("DescribeAccessPoints.PosixUser.Uid")?.is_none(),
                "it takes any user",
                "it sets a user",
            )
        }),
    check("efs-public", "Everyone may mount a file system", High, "efs", "file-system")
        .page(
            "The policy asks for a mount target or names who may mount.",
            "Who reaches it reads the files.",
            "Narrow the file system's policy.",
            "None.",
        )
        .detectors(&["efs-policy-deleted"])
        .each(|v| crate::exposure::public(v, "DescribeFileSystemPolicy.Policy")),
];
