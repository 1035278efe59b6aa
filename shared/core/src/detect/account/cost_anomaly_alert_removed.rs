//! `cost-anomaly-alert-removed`: cost anomaly detection switched off.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const COST_ANOMALY_ALERT_REMOVED: Change = Change {
    meta: Meta {
        id: "cost-anomaly-alert-removed",
        title: "Cost anomaly detection switched off",
        domain: Domain::Account,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562"],
        events: Events::Calls(&[
            EventName { source: "ce.amazonaws.com", name: "DeleteAnomalyMonitor" },
            EventName { source: "ce.amazonaws.com", name: "DeleteAnomalySubscription" },
        ]),
        prose: page(
            "\
## What it does
Fires when a monitor of AWS Cost Anomaly Detection, or a subscription to what it finds, is deleted. New
and changed ones do not match.

## Why is this bad?
Sudden costs are how mining and stolen access to models show. Without the monitor they show at the end
of the month.

## False positives
Monitors of projects that have ended, and subscriptions of people who left.

## References
- <https://attack.mitre.org/techniques/T1562/>
- <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DeleteAnomalyMonitor.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["monitorArn", "subscriptionArn"],
    when: always,
};
