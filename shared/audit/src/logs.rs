//! Log groups.

use riposte_core::finding::Severity::{High, Low};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("logs-group-kept-forever", "Logs are kept forever", Low, "logs", "log-group")
        .page(
            "The log group has a retention.",
            "Old logs hold personal data that should be gone, and cost.",
            "aws logs put-retention-policy.",
            "Logs that the law wants kept.",
        )
        .detectors(&["log-retention-cut"])
        .each(|v| {
            Verdict::fail_if(
                v.number("DescribeLogGroups.retentionInDays")?.is_none(),
                "its logs are kept forever",
                "its logs have a retention",
            )
        }),
    check("logs-resource-policy-public", "Everyone may write logs", High, "logs", "resource-policy")
        .page(
            "The resource policy names the services and sources that may write.",
            "Everyone writes lines into your logs.",
            "aws logs put-resource-policy with named principals.",
            "None.",
        )
        .each(|v| public(v, "DescribeResourcePolicies.policyDocument")),
];
