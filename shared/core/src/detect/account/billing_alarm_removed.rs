//! `billing-alarm-removed`: alarm on costs removed or silenced.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::named::is_true;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const BILLING_ALARM_REMOVED: Change = Change {
    meta: Meta {
        id: "billing-alarm-removed",
        title: "Alarm on costs removed or silenced",
        domain: Domain::Account,
        severity: Severity::Medium,
        confidence: Confidence::Low,
        technique: &["T1562"],
        events: Events::Calls(&[
            EventName { source: "monitoring.amazonaws.com", name: "DeleteAlarms" },
            EventName { source: "monitoring.amazonaws.com", name: "DisableAlarmActions" },
            EventName { source: "monitoring.amazonaws.com", name: "PutMetricAlarm" },
        ]),
        prose: page(
            "\
## What it does
Fires when an alarm whose name speaks of costs (billing, charges, budget, spend) is deleted or its
actions are switched off, or an alarm on the billing metrics is written without actions. The metric of a
deleted alarm is not in the event, so only its name can tell. Other alarms do not match.

## Why is this bad?
Mining shows on the bill first. Without the alarm it shows at the end of the month.

## False positives
An alarm that is replaced by a budget. Deployments that delete and make alarms in one run.

## References
- <https://attack.mitre.org/techniques/T1562/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["alarmNames", "alarmName"],
    when: silences_costs,
};

const WORDS: [&str; 5] = ["billing", "charges", "budget", "spend", "costs"];

fn silences_costs(call: &ApiCall) -> bool {
    if call.event_name() == "PutMetricAlarm" {
        let off = call.request("actionsEnabled").is_some_and(|on| !is_true(on));
        let nobody = call.request("alarmActions").and_then(Value::as_array).is_none_or(Vec::is_empty);
        return (off || nobody) && call.request_text("namespace") == Some("AWS/Billing");
    }
    let names = call.request("alarmNames").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_lowercase).any(|name| WORDS.iter().any(|word| name.contains(word)))
}
