//! MQ: brokers.

use riposte_core::finding::Severity::{Critical, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("mq-broker-public", "A broker has a public address", Critical, "mq", "broker")
        .page(
            "The broker is not publicly accessible.",
            "Everybody tries its passwords and its flaws, which were severe.",
            "Make a new one without.",
            "None that we know of: reach it over a VPN.",
        )
        .each(|v| {
            v.on("DescribeBroker.PubliclyAccessible", "it is publicly accessible", "it is not publicly accessible")
        }),
    check("mq-broker-not-audited", "A broker is not audited", Medium, "mq", "broker")
        .fsbp(&["MQ.2"])
        .page(
            "The broker's logs go to CloudWatch: for ActiveMQ the audit log as well.",
            "Who changed queues and users is not known afterwards.",
            "aws mq update-broker --logs Audit=true,General=true.",
            "Brokers for tests.",
        )
        .each(|v| {
            // RabbitMQ has no audit log of its own.
            let rabbit = v.text("DescribeBroker.EngineType")?.is_some_and(|e| e.eq_ignore_ascii_case("RABBITMQ"));
            let (audit, general) = (v.flag("DescribeBroker.Logs.Audit")?, v.flag("DescribeBroker.Logs.General")?);
            Verdict::fail_if(if rabbit { !general } else { !audit }, "it is not audited", "it is audited")
        }),
    check("mq-broker-minor-upgrades-off", "A broker does not take minor upgrades", Medium, "mq", "broker")
        .fsbp(&["MQ.3"])
        .page(
            "Minor versions are installed by themselves.",
            "Known flaws stay open.",
            "aws mq update-broker --auto-minor-version-upgrade.",
            "None.",
        )
        .each(|v| v.off("DescribeBroker.AutoMinorVersionUpgrade", "minor upgrades are off", "minor upgrades are on")),
];
