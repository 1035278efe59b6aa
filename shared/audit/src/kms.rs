//! Keys.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;
use crate::view::View;

pub(crate) static CHECKS: &[Check] = &[
    check("kms-key-rotation-off", "A key is never rotated", High, "kms", "key")
        .cis("3.6", "4.6", "4.6")
        .fsbp(&["KMS.4"])
        .page(
            "A symmetric customer key rotates by itself.",
            "Everything that was ever encrypted hangs on one key's material.",
            "aws kms enable-key-rotation.",
            "Keys with imported material can't rotate by themselves; they and disabled keys are left out.",
        )
        .detectors(&["rotation-disabled"])
        .each(|v| {
            let (manager, origin) =
                (v.text("DescribeKey.KeyMetadata.KeyManager")?, v.text("DescribeKey.KeyMetadata.Origin")?);
            let spec =
                v.text("DescribeKey.KeyMetadata.KeySpec")?.or(v.text("DescribeKey.KeyMetadata.CustomerMasterKeySpec")?);
            if manager != Some("CUSTOMER")
                || origin.is_some_and(|o| o != "AWS_KMS")
                || spec.is_some_and(|s| s != "SYMMETRIC_DEFAULT")
                || is_leaving(v)?
                // What is disabled encrypts nothing, and KMS rotates it no more.
                || v.text("DescribeKey.KeyMetadata.KeyState")? == Some("Disabled")
            {
                return Ok(Verdict::Skip);
            }
            v.off("GetKeyRotationStatus.KeyRotationEnabled", "it never rotates", "it rotates by itself")
        }),
    check("kms-key-pending-deletion", "A key is about to be deleted", Critical, "kms", "key")
        .fsbp(&["KMS.3"])
        .page(
            "No customer key waits for its deletion.",
            "What it encrypted is lost forever when it is gone: ransom by one call.",
            "aws kms cancel-key-deletion, unless it is meant.",
            "A key whose data is gone.",
        )
        .detectors(&["kms-key-loss-attempted"])
        .action(ActionId::CancelKeyDeletion)
        .each(|v| {
            if v.text("DescribeKey.KeyMetadata.KeyManager")? != Some("CUSTOMER") {
                Ok(Verdict::Skip)
            } else {
                Verdict::fail_if(is_leaving(v)?, "it waits for its deletion", "it does not wait for its deletion")
            }
        }),
    check("kms-key-public", "Everyone may use a key", Critical, "kms", "key")
        .cis("", "", "2.21")
        .fsbp(&["KMS.5"])
        .page(
            "The key's policy names who may use it.",
            "Everyone decrypts what it encrypted, or encrypts your data away.",
            "Take the statement with Principal * out, or add kms:CallerAccount.",
            "None that we know of.",
        )
        .detectors(&["kms-key-policy-public"])
        .each(|v| {
            if v.text("DescribeKey.KeyMetadata.KeyManager")? != Some("CUSTOMER") {
                Ok(Verdict::Skip)
            } else {
                public(v, "GetKeyPolicy.Policy")
            }
        }),
];

fn is_leaving(v: &View<'_>) -> Result<bool, crate::verdict::Unknown> {
    Ok(matches!(v.text("DescribeKey.KeyMetadata.KeyState")?, Some("PendingDeletion" | "PendingReplicaDeletion")))
}
