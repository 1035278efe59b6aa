//! Metrics in CloudWatch's embedded metric format: a JSON line on standard output, which CloudWatch
//! Logs turns into a metric. No call, no permission, nothing to wait for.

use riposte_core::outcome::Outcome;
use serde_json::{Value, json};

use crate::by_hand::OPERATOR;
use crate::invocation::now_ms;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Riposte";

/// The dimension of what is counted of a log group.
pub const LOG_GROUP: &str = "LogGroup";

/// The dimension of what an exclusion left out.
pub const EXCLUSION: &str = "Exclusion";

/// The dimension of what became of incidents.
pub const OUTCOME: &str = "Outcome";

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Items of a delivery that are no event. They end in the dead-letter queue.
    ParseFailures,
    /// Events without an account, a region or an id.
    ScopeFailures,
    /// Events of a kind that the function does not read.
    UnreadEvents,
    /// Detectors that could not evaluate an event.
    DetectorFailures,
    /// Findings.
    Findings,
    /// Findings that an exclusion left out, by exclusion too; or the setting that switches their detector off.
    Excluded,
    /// Incidents that came to an end of which people were notified, by their outcome.
    Incidents,
    /// Incidents in which the action could not be carried out.
    ActionFailures,
    /// Notices that the topic refused.
    NoticeFailures,
    /// Settings that cannot be used, found when they were read.
    SettingFailures,
    /// Nodes that were not patched as they should, or did not come back healthy.
    PatchFailures,
    /// Items that will come again.
    Retries,
    /// Log lines that were evaluated. Beside it stands what CloudWatch says that it took in, `IncomingLogEvents`.
    LinesEvaluated,
    /// Those of them that were taken in late.
    LateLines,
}

impl Metric {
    /// Its name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ParseFailures => "ParseFailures",
            Self::ScopeFailures => "ScopeFailures",
            Self::UnreadEvents => "UnreadEvents",
            Self::DetectorFailures => "DetectorFailures",
            Self::Findings => "Findings",
            Self::Excluded => "Excluded",
            Self::Incidents => "Incidents",
            Self::ActionFailures => "ActionFailures",
            Self::NoticeFailures => "NoticeFailures",
            Self::SettingFailures => "SettingFailures",
            Self::PatchFailures => "PatchFailures",
            Self::Retries => "Retries",
            Self::LinesEvaluated => "LinesEvaluated",
            Self::LateLines => "LateLines",
        }
    }

    /// Over which dimensions it is counted, each a metric that is paid for while it is not zero. What an alarm watches
    /// is counted over all functions, which the alarm reads, and by function; what goes on all the time, only once.
    fn dimensions(self) -> Value {
        match self {
            Self::ParseFailures
            | Self::DetectorFailures
            | Self::ActionFailures
            | Self::NoticeFailures
            | Self::SettingFailures
            | Self::PatchFailures
            | Self::Retries => json!([["Function"], []]),
            // One function writes them.
            Self::LinesEvaluated | Self::LateLines => json!([["Function"]]),
            Self::ScopeFailures | Self::UnreadEvents | Self::Findings | Self::Excluded => json!([[]]),
            // By the outcome alone: together they are the incidents.
            Self::Incidents => json!([]),
        }
    }
}

/// Counts one.
pub fn count(function: &str, metric: Metric) {
    add(function, metric, 1);
}

/// Counts so many; says nothing where there are none. What a person's command does is on that person's screen, and counted
/// by nobody.
pub fn add(function: &str, metric: Metric, count: usize) {
    add_of(function, None, metric, count);
}

/// The same, counted for a dimension's value too: its name, and the value.
pub fn add_of(function: &str, of: Option<(&str, &str)>, metric: Metric, count: usize) {
    if count > 0 && function != OPERATOR {
        println!("{}", line(function, of, metric, count, now_ms()));
    }
}

/// Counts what became of an incident.
pub fn ended(function: &str, outcome: Outcome) {
    add_of(function, Some((OUTCOME, outcome.as_str())), Metric::Incidents, 1);
}

fn line(function: &str, of: Option<(&str, &str)>, metric: Metric, count: usize, at_ms: i64) -> Value {
    let name = metric.name();
    let mut line = json!({
        "_aws": {
            "Timestamp": at_ms,
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": metric.dimensions(),
                "Metrics": [{ "Name": name, "Unit": "Count" }],
            }],
        },
        "Function": function,
        name: count,
    });
    if let Some((dimension, value)) = of {
        if let Some(sets) = line.pointer_mut("/_aws/CloudWatchMetrics/0/Dimensions").and_then(Value::as_array_mut) {
            sets.push(json!([dimension]));
        }
        if let Some(line) = line.as_object_mut() {
            line.insert(dimension.to_owned(), json!(value));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_follows_the_embedded_metric_format() {
        let line = line("ingress-guard", None, Metric::ParseFailures, 3, 7);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        let metric = directive["Metrics"][0]["Name"].as_str().unwrap();
        let dimension = directive["Dimensions"][0][0].as_str().unwrap();
        assert_eq!((line[metric].as_i64(), line[dimension].as_str()), (Some(3), Some("ingress-guard")));
        assert_eq!(directive["Dimensions"][1], json!([]));
        assert_eq!(line["_aws"]["Timestamp"], 7);
    }

    #[test]
    fn an_outcome_and_an_exclusion_are_counted_by_their_names() {
        for outcome in Outcome::ALL {
            let line = line("f", Some((OUTCOME, outcome.as_str())), Metric::Incidents, 1, 7);
            assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Outcome"]]));
            assert_eq!((&line["Outcome"], &line["Incidents"]), (&json!(outcome), &json!(1)));
        }
        let line = line("f", Some((EXCLUSION, "scanner")), Metric::Excluded, 1, 7);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[], ["Exclusion"]]));
        assert_eq!(line["Exclusion"], "scanner");
    }

    #[test]
    fn what_is_counted_of_a_log_group_is_counted_in_all_too() {
        let line = line("log-watch", Some((LOG_GROUP, "/var/log/secure")), Metric::LinesEvaluated, 3, 7);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function"], ["LogGroup"]]));
        assert_eq!((&line["LogGroup"], &line["Function"]), (&json!("/var/log/secure"), &json!("log-watch")));
    }
}
