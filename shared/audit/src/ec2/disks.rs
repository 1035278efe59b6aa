//! Disks, their snapshots, and machine images.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check("ec2-volume-not-encrypted", "A disk is not encrypted", High, "ec2", "volume")
        .cis("5.1.1", "6.1.1", "")
        .fsbp(&["EC2.3"])
        .page(
            "The volume is encrypted.",
            "Whoever gets at a copy of the disk reads it.",
            "Copy its snapshot with encryption, make a volume of that, and swap them.",
            "Scratch disks.",
        )
        .each(|v| v.off("DescribeVolumes.Encrypted", "it is not encrypted", "it is encrypted")),
    check("ec2-volume-not-backed-up", "A disk is in no backup plan", Low, "ec2", "volume")
        .fsbp(&["EC2.28"])
        .page(
            "A backup plan selects the volume, or it was backed up within 35 days.",
            "A disk that is lost or encrypted for ransom can't be brought back.",
            "Select it in a backup plan, by a tag.",
            "Disks that hold nothing of their own.",
        )
        .beside(crate::backup::BESIDE, crate::backup::protected),
    check("ec2-snapshot-public", "A snapshot of a disk is public", Critical, "ec2", "snapshot")
        .fsbp(&["EC2.1"])
        .page(
            "Nobody but named accounts may make volumes of the snapshot.",
            "Everybody can attach a copy of the disk and read it; public snapshots are watched for.",
            "aws ec2 reset-snapshot-attribute --attribute createVolumePermission; then take what it held for stolen.",
            "Public data sets.",
        )
        .detectors(&["snapshot-public"])
        .action(ActionId::Unshare)
        .each(|v| {
            let all = v.list("DescribeSnapshotAttribute.CreateVolumePermissions")?;
            Verdict::fail_if(
                all.iter().any(|p| text(p, "Group") == Some("all")),
                "everyone may make volumes of it",
                "it is not public",
            )
        }),
    check("ec2-snapshot-not-encrypted", "A snapshot of a disk is not encrypted", Medium, "ec2", "snapshot")
        .page(
            "The snapshot is encrypted.",
            "A copy of it can be read wherever it is shared.",
            "Copy it with encryption and delete the old one.",
            "Snapshots of public images.",
        )
        .each(|v| v.off("DescribeSnapshots.Encrypted", "it is not encrypted", "it is encrypted")),
    check("ec2-image-public", "A machine image is public", Critical, "ec2", "image")
        .page(
            "The image is not public.",
            "Everybody can start a machine of it and read what is on its disk.",
            "aws ec2 modify-image-attribute --launch-permission Remove=[{Group=all}].",
            "Publishers of public images.",
        )
        .detectors(&["image-public"])
        .action(ActionId::Unshare)
        .each(|v| v.on("DescribeImages.Public", "it is public", "it is not public")),
    check("ec2-image-old", "A machine image is older than two years", Low, "ec2", "image")
        .page(
            "The image was made within the last 730 days.",
            "Machines of it begin with two years of known flaws.",
            "Build a new one, and deregister this.",
            "Images that are kept as evidence.",
        )
        .each(|v| {
            let made = v
                .time("DescribeImages.CreationDate")?
                .ok_or_else(|| crate::verdict::Unknown("its age is not known".to_owned()))?;
            let old = |days| format!("it is {days} days old");
            Verdict::fail_older(Some(v.days_since(made)), 730, old, "it is not older than 730 days")
        }),
];
