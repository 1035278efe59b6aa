//! Topics.

use riposte_core::finding::Severity::{High, Medium};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check("sns-topic-public", "Everyone may use a topic", High, "sns", "topic")
        .cis("", "", "2.21")
        .fsbp(&["SNS.4"])
        .page(
            "The topic's policy names who gets in.",
            "Everyone subscribes to what you send, or sends in your name.",
            "Name the principals, or aws:SourceOwner.",
            "None that we know of.",
        )
        .detectors(&["sqs-or-sns-changed"])
        .each(|v| public(v, "GetTopicAttributes.Attributes.Policy")),
    check("sns-topic-not-encrypted", "A topic is not encrypted with KMS", Medium, "sns", "topic")
        .fsbp(&["SNS.1"])
        .page(
            "The topic encrypts messages under a KMS key.",
            "Messages lie open to whoever gets at the storage.",
            "aws sns set-topic-attributes KmsMasterKeyId.",
            "Topics whose messages hold nothing.",
        )
        .each(|v| {
            v.unset(
                "GetTopicAttributes.Attributes.KmsMasterKeyId",
                "it is not encrypted with KMS",
                "it is encrypted with KMS",
            )
        }),
    check("sns-topic-delivery-not-logged", "A topic does not log what it delivers", Medium, "sns", "topic")
        .fsbp(&["SNS.2"])
        .page(
            "Delivery status is logged for some protocol.",
            "Messages that did not arrive are not known.",
            "Set a feedback role on the topic.",
            "Topics of no weight.",
        )
        .each(|v| {
            let mut any = false;
            for protocol in ["HTTP", "Lambda", "SQS", "Firehose", "Application"] {
                any |= v
                    .text(&format!("GetTopicAttributes.Attributes.{protocol}FailureFeedbackRoleArn"))?
                    .is_some_and(|a| !a.is_empty());
            }
            Verdict::fail_if(!any, "deliveries are not logged", "deliveries are logged")
        }),
    check("sns-subscription-clear-text", "A topic delivers over HTTP", Medium, "sns", "topic")
        .page("No subscription uses plain HTTP.", "Messages pass in clear.", "Subscribe an HTTPS address.", "None.")
        .each(|v| {
            let clear =
                v.list("ListSubscriptionsByTopic.Subscriptions")?.iter().any(|s| text(s, "Protocol") == Some("http"));
            Verdict::fail_if(clear, "a subscription uses HTTP", "no subscription uses HTTP")
        }),
];
