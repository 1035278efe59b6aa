//! Event buses and endpoints.

use riposte_core::finding::Severity::{High, Low};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("events-bus-public", "Everyone may put events on a bus", High, "events", "event-bus")
        .cis("", "", "2.21")
        .page(
            "The bus's policy names who may put events.",
            "Everyone triggers what the bus's rules do.",
            "Name accounts, or the organization.",
            "None.",
        )
        .detectors(&["eventbridge-bus-changed"])
        .each(|v| public(v, "DescribeEventBus.Policy")),
    check("events-bus-without-policy", "A bus of your own has no policy", Low, "events", "event-bus")
        .fsbp(&["EventBridge.3"])
        .page(
            "A custom bus has a resource policy.",
            "Who may put events is left to every identity's policy.",
            "aws events put-permission.",
            "Buses of one account.",
        )
        .each(|v| {
            if v.text("DescribeEventBus.Name")? == Some("default") {
                Ok(Verdict::Skip)
            } else {
                v.unset("DescribeEventBus.Policy", "it has no policy", "it has a policy")
            }
        }),
];
