//! RDS: who is notified of what happens.

use riposte_core::finding::Severity::Low;

use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::{View, flag, list, text};

const EVENTS: &str = "A failing or changed database is noticed by those who use it.";
const SUBSCRIBE: &str = "aws rds create-event-subscription for the source type, with its categories.";

pub(crate) static CHECKS: &[Check] = &[
    check("rds-cluster-events-not-subscribed", "Nobody hears of a cluster's critical events", Low, "rds", "account")
        .fsbp(&["RDS.19"])
        .page(
            "A subscription reports maintenance and failure of clusters.",
            EVENTS,
            SUBSCRIBE,
            "Regions without databases.",
        )
        .each(|v| subscribed(v, "db-cluster", &["maintenance", "failure"])),
    check("rds-instance-events-not-subscribed", "Nobody hears of an instance's critical events", Low, "rds", "account")
        .fsbp(&["RDS.20"])
        .page(
            "A subscription reports maintenance, failure and configuration changes of instances.",
            EVENTS,
            SUBSCRIBE,
            "Regions without databases.",
        )
        .each(|v| subscribed(v, "db-instance", &["maintenance", "failure", "configuration change"])),
    check(
        "rds-parameter-group-events-not-subscribed",
        "Nobody hears of changed database parameters",
        Low,
        "rds",
        "account",
    )
    .fsbp(&["RDS.21"])
    .page("A subscription reports changes of parameter groups.", EVENTS, SUBSCRIBE, "Regions without databases.")
    .each(|v| subscribed(v, "db-parameter-group", &["configuration change"])),
    check(
        "rds-security-group-events-not-subscribed",
        "Nobody hears of changed database security groups",
        Low,
        "rds",
        "account",
    )
    .fsbp(&["RDS.22"])
    .page(
        "A subscription reports changes of database security groups.",
        EVENTS,
        SUBSCRIBE,
        "Regions without databases.",
    )
    .each(|v| subscribed(v, "db-security-group", &["configuration change", "failure"])),
];

fn subscribed(v: &View<'_>, source: &str, categories: &[&str]) -> Answer {
    let all = v.list("DescribeEventSubscriptions.EventSubscriptionsList")?;
    let covers = |s: &serde_json::Value| {
        let of_source = text(s, "SourceType").is_none_or(|t| t.is_empty() || t == source);
        let all_sources = list(s, "SourceIdsList").is_empty();
        let of = list(s, "EventCategoriesList");
        let all_categories = of.is_empty() || categories.iter().all(|c| of.iter().any(|o| o.as_str() == Some(c)));
        flag(s, "Enabled") && of_source && all_sources && all_categories
    };
    let bad = format!("no enabled subscription reports {} of every {source}", categories.join(", "));
    Verdict::fail_if(!all.iter().any(covers), &bad, "an enabled subscription reports them")
}
