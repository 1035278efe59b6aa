//! `WorkSpaces`: desktops.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};

pub(crate) static CHECKS: &[Check] = &[
    check(
        "workspaces-user-volume-not-encrypted",
        "A desktop's files are not encrypted",
        Medium,
        "workspaces",
        "workspace",
    )
    .fsbp(&["WorkSpaces.1"])
    .page(
        "The user volume is encrypted.",
        "Files lie open in its storage.",
        "Make a new one with encryption, and move over.",
        "Desktops for tests.",
    )
    .each(|v| {
        v.off(
            "DescribeWorkspaces.UserVolumeEncryptionEnabled",
            "its files are not encrypted",
            "its files are encrypted",
        )
    }),
    check(
        "workspaces-root-volume-not-encrypted",
        "A desktop's system is not encrypted",
        Medium,
        "workspaces",
        "workspace",
    )
    .fsbp(&["WorkSpaces.2"])
    .page(
        "The root volume is encrypted.",
        "What applications keep beside the files lies open in its storage.",
        "Make a new one with encryption, and move over.",
        "Desktops for tests.",
    )
    .each(|v| {
        v.off(
            "DescribeWorkspaces.RootVolumeEncryptionEnabled",
            "its system is not encrypted",
            "its system is encrypted",
        )
    }),
];
