//! Queues.

use riposte_core::finding::Severity::{Critical, Low, Medium};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("sqs-queue-public", "Everyone may use a queue", Critical, "sqs", "queue")
        .cis("", "", "2.21")
        .fsbp(&["SQS.3"])
        .page(
            "The queue's policy names who gets in.",
            "Everyone reads its messages, or puts his own into it.",
            "Name the principals, or the source's ARN for a service.",
            "None that we know of.",
        )
        .detectors(&["sqs-or-sns-changed"])
        .each(|v| public(v, "GetQueueAttributes.Attributes.Policy")),
    check("sqs-queue-not-encrypted", "A queue is not encrypted", Medium, "sqs", "queue")
        .fsbp(&["SQS.1"])
        .page(
            "Messages are encrypted, by SQS's own key or a KMS key.",
            "Messages lie open to whoever gets at the storage.",
            "aws sqs set-queue-attributes with SqsManagedSseEnabled or KmsMasterKeyId.",
            "None.",
        )
        .each(|v| {
            let (kms, own) = (
                v.text("GetQueueAttributes.Attributes.KmsMasterKeyId")?.is_some_and(|k| !k.is_empty()),
                v.flag("GetQueueAttributes.Attributes.SqsManagedSseEnabled")?,
            );
            Verdict::fail_if(!kms && !own, "it is not encrypted", "it is encrypted")
        }),
    check("sqs-queue-without-dead-letters", "A queue loses what fails", Low, "sqs", "queue")
        .page(
            "A redrive policy names a queue for dead letters; a dead-letter queue itself is left out.",
            "A message that can't be worked on is lost, or blocks the others.",
            "Add a RedrivePolicy.",
            "Dead-letter queues.",
        )
        .each(|v| {
            if v.get("GetQueueAttributes.Attributes.RedriveAllowPolicy")?.is_some() {
                Ok(Verdict::Skip)
            } else {
                v.unset(
                    "GetQueueAttributes.Attributes.RedrivePolicy",
                    "it has no redrive policy",
                    "it has a redrive policy",
                )
            }
        }),
];
