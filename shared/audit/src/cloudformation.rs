//! CloudFormation: stacks.

use riposte_core::finding::Severity::{Critical, Low};

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check("cloudformation-stack-notifies-nobody", "A stack notifies nobody", Low, "cloudformation", "stack")
        .fsbp(&["CloudFormation.1"])
        .page(
            "The stack has a topic for its events.",
            "That a whole stack is being deleted, those learn who use it.",
            "Give it a topic.",
            "Stacks within stacks, whose parents notify.",
        )
        .each(|v| {
            if v.text("DescribeStacks.ParentId")?.is_some() {
                return Ok(Verdict::Skip);
            }
            v.unset("DescribeStacks.NotificationARNs", "it notifies nobody", "it notifies a topic")
        }),
    check("cloudformation-secret-in-outputs", "A stack's outputs hold a secret", Critical, "cloudformation", "stack")
        .page(
            "Outputs hold no keys or passwords.",
            "Everyone who may describe stacks reads them.",
            "Take the output out; rotate the secret.",
            "A value that merely looks like one.",
        )
        .each(|v| {
            let outputs = v.list("DescribeStacks.Outputs")?;
            let names: Vec<_> = outputs
                .iter()
                .filter_map(|o| {
                    let key = text(o, "OutputKey")?;
                    let kind = crate::secrets::found_in(key, text(o, "OutputValue").unwrap_or_default())?;
                    Some(format!("{key} ({kind})"))
                })
                .collect();
            Verdict::fail_for(&names, "its outputs hold", "its outputs hold no secret")
        }),
];
