//! FSx: file systems.

use riposte_core::finding::Severity::Low;

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] =
    &[check("fsx-tags-lost", "A file system's copies lose its tags", Low, "fsx", "file-system")
        .fsbp(&["FSx.1", "FSx.2"])
        .page(
            "Backups, and volumes of OpenZFS, get the file system's tags.",
            "What hangs on tags, such as who may delete, does not hold for the copies.",
            "Set CopyTagsToBackups and CopyTagsToVolumes.",
            "File systems without tags.",
        )
        .each(|v| match v.text("DescribeFileSystems.FileSystemType")? {
            Some("OPENZFS") => {
                let backups = v.flag("DescribeFileSystems.OpenZFSConfiguration.CopyTagsToBackups")?;
                let volumes = v.flag("DescribeFileSystems.OpenZFSConfiguration.CopyTagsToVolumes")?;
                Verdict::fail_if(!backups || !volumes, "its copies lose its tags", "its copies get its tags")
            }
            Some("LUSTRE") => {
                // One for scratch has no backups.
                let lasts = v.text("DescribeFileSystems.LustreConfiguration.DeploymentType")?;
                if lasts.is_some_and(|kind| kind.starts_with("SCRATCH")) {
                    return Ok(Verdict::Skip);
                }
                v.off(
                    "DescribeFileSystems.LustreConfiguration.CopyTagsToBackups",
                    "its backups lose its tags",
                    "its backups get its tags",
                )
            }
            Some("WINDOWS" | "ONTAP") => Ok(Verdict::Skip),
            _ => Err(crate::verdict::Unknown("its type is not known".to_owned())),
        })];
