//! Whether what a bucket holds outlives a mistake or an attack.

use riposte_core::finding::Severity::{Low, Medium};

use crate::check::{Check, check};
use crate::verdict::{Unknown, Verdict};
use crate::view::{View, text};

pub(crate) static CHECKS: &[Check] = &[
    check("s3-bucket-not-versioned", "A bucket keeps no versions", Low, "s3", "bucket")
        .fsbp(&["S3.14"])
        .page("Versioning is enabled.",
            "What is overwritten or deleted, by mistake or for ransom, is gone.",
            "aws s3api put-bucket-versioning --versioning-configuration Status=Enabled, with a lifecycle rule for old versions.",
            "Temporary files and logs that can be made again.")
        .each(|v| v.none_of("GetBucketVersioning.Status", &["Enabled"], "versioning is not enabled", "versioning is enabled")),
    check("s3-bucket-mfa-delete-off", "Versions can be deleted without a second factor", Low, "s3", "bucket")
        .cis("2.1.2", "3.1.2", "3.1.2").fsbp(&["S3.20"])
        .page("MFA delete is on.",
            "With stolen keys alone an attacker deletes every version and turns versioning off.",
            "As root, with the MFA device: put-bucket-versioning with MFADelete=Enabled.",
            "Buckets whose lifecycle rules delete: S3 refuses both together. Object Lock does as much.")
        .each(|v| v.none_of("GetBucketVersioning.MFADelete", &["Enabled"], "versions can be deleted without a second factor", "MFA delete is on")),
    check("s3-bucket-without-object-lock", "A bucket's objects are not locked", Medium, "s3", "bucket")
        .fsbp(&["S3.15"])
        .page("Object Lock is enabled.",
            "Ransom works where backups can be deleted; a locked object can't be, not even by an administrator.",
            "Enable Object Lock with a default retention for buckets of backups and logs.",
            "Buckets whose content can be made again.")
        .each(|v| Verdict::fail_if(!is_locked(v)?, "Object Lock is not enabled", "Object Lock is enabled")),
    check("s3-bucket-without-lifecycle", "A bucket has no lifecycle rule", Low, "s3", "bucket")
        .fsbp(&["S3.13"])
        .page("At least one lifecycle rule is enabled.",
            "Old versions, parts of uploads and logs pile up, cost, and are there to be stolen.",
            "Add a rule that expires what is not needed any more.",
            "An archive that must keep everything.")
        .each(|v| Verdict::fail_if(!has_lifecycle(v)?, "no lifecycle rule is enabled", "a lifecycle rule is enabled")),
    check("s3-bucket-versioned-without-lifecycle", "A bucket keeps versions forever", Medium, "s3", "bucket")
        .fsbp(&["S3.10"])
        .page("A bucket with versions has a lifecycle rule.",
            "Versions are kept forever, with the data that was thought deleted.",
            "Add a rule that expires noncurrent versions.",
            "An archive that must keep everything.")
        .each(|v| {
            if v.text("GetBucketVersioning.Status")? != Some("Enabled") {
                return Ok(Verdict::Skip);
            }
            Verdict::fail_if(!has_lifecycle(v)?, "it keeps versions and has no lifecycle rule", "a lifecycle rule is enabled")
        }),
    check("s3-bucket-not-replicated", "A bucket is not replicated to another region", Low, "s3", "bucket")
        .fsbp(&["S3.7"])
        .page("A replication rule is enabled.",
            "The loss of a region, or of the account's control, is the loss of the data.",
            "Replicate what can't be made again into another region, best into another account.",
            "Data that exists elsewhere, or must not leave the region.")
        .detectors(&["bucket-replicated-externally"])
        .each(|v| {
            let rules = v.list("GetBucketReplication.ReplicationConfiguration.Rules")?;
            let on = rules.iter().any(|rule| text(rule, "Status") == Some("Enabled"));
            Verdict::fail_if(!on, "no replication rule is enabled", "a replication rule is enabled")
        }),
];

fn is_locked(v: &View<'_>) -> Result<bool, Unknown> {
    Ok(v.text("GetObjectLockConfiguration.ObjectLockConfiguration.ObjectLockEnabled")? == Some("Enabled"))
}

fn has_lifecycle(v: &View<'_>) -> Result<bool, Unknown> {
    let rules = v.list("GetBucketLifecycleConfiguration.Rules")?;
    Ok(rules.iter().any(|rule| text(rule, "Status") == Some("Enabled")))
}
