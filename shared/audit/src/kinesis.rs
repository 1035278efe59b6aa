//! Data streams.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};

pub(crate) static CHECKS: &[Check] =
    &[check("kinesis-stream-not-encrypted", "A stream is not encrypted", Medium, "kinesis", "stream")
        .fsbp(&["Kinesis.1"])
        .page(
            "The stream is encrypted with KMS.",
            "Records lie open to whoever gets at the storage.",
            "aws kinesis start-stream-encryption.",
            "None.",
        )
        .each(|v| {
            v.none_of(
                "DescribeStreamSummary.StreamDescriptionSummary.EncryptionType",
                &["KMS"],
                "it is not encrypted",
                "it is encrypted",
            )
        })];
