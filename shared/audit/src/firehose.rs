//! Delivery streams.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[check(
    "firehose-stream-not-encrypted",
    "A delivery stream is not encrypted",
    Medium,
    "firehose",
    "delivery-stream",
)
.fsbp(&["DataFirehose.1"])
.page(
    "Records are encrypted while they wait, in the stream or its source.",
    "Records lie open to whoever gets at the storage.",
    "aws firehose start-delivery-stream-encryption.",
    "Streams that read from an encrypted Kinesis stream.",
)
.each(|v| {
    if v.text("DescribeDeliveryStream.DeliveryStreamDescription.DeliveryStreamType")? == Some("KinesisStreamAsSource") {
        Ok(Verdict::Skip)
    } else {
        v.none_of(
            "DescribeDeliveryStream.DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration.Status",
            &["ENABLED"],
            "it is not encrypted",
            "it is encrypted",
        )
    }
})];
