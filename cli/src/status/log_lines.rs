//! Whether log lines are lost: what CloudWatch took in of each log group beside what was evaluated of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use riposte_aws::fault::Fault;
use riposte_aws::metrics::{LOG_GROUP, Metric, NAMESPACE};
use riposte_aws::operator::Operator;
use riposte_core::incident::rfc3339;
use serde_json::{Value, json};

use super::{DAY_MS, Health, Lines};

/// Numbers are added up over so many milliseconds; metrics come in steps of it.
const STEP_MS: i64 = 300_000;

/// What was taken in within this time may still be on its way to a detector: three pulls at the usual rate.
const ON_ITS_WAY_MS: i64 = 900_000;

/// Numbers of a metric: when each step began, in milliseconds since 1970, and its sum.
type Points = Vec<(i64, f64)>;

/// What is known of a group.
#[derive(Debug, PartialEq)]
struct Count {
    /// From when on it was counted: milliseconds since 1970.
    from_ms: i64,
    /// What CloudWatch took in until a short time ago.
    taken_in: f64,
    /// What was evaluated until now, of lines that came late among them.
    evaluated: f64,
}

/// Says of each group that is evaluated whether all its lines were.
pub(super) async fn look(lines: &mut Lines, operator: &Operator) {
    let named = &operator.loaded.settings.log_groups;
    let mut groups: BTreeSet<String> = named.iter().filter(|group| !group.contains('*')).cloned().collect();
    match pushed(operator).await {
        Ok(pushed) => groups.extend(pushed),
        Err(fault) => lines.unknown("log lines", &fault),
    }
    for group in groups {
        match count(operator, &group, named.contains(&group)).await {
            Ok(None) => {}
            Ok(Some(count)) => {
                let (health, said) = verdict(&group, &count);
                let Count { from_ms, taken_in, evaluated } = count;
                let facts = json!({
                    "group": group, "since": rfc3339(from_ms), "taken_in": taken_in, "evaluated": evaluated,
                });
                lines.with(health, "log lines", said, facts);
            }
            Err(fault) => lines.unknown(format!("log lines of {group}"), &fault),
        }
    }
}

fn verdict(group: &str, count: &Count) -> (Health, String) {
    let Count { from_ms, taken_in, evaluated } = *count;
    let said =
        format!("{group}: {taken_in:.0} taken in by CloudWatch since {}, {evaluated:.0} evaluated", rfc3339(from_ms));
    if evaluated >= taken_in {
        return (Health::Ok, said);
    }
    let help = "look at the queue and the errors of log-watch";
    (Health::Wrong, format!("{said}: {:.0} are missing; {help}", taken_in - evaluated))
}

/// The groups of which lines were evaluated lately, pulled or pushed.
async fn pushed(operator: &Operator) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut parameters = json!({
            "Namespace": NAMESPACE,
            "MetricName": Metric::LinesEvaluated.name(),
            "Dimensions": [{ "Name": LOG_GROUP }],
        });
        if let (Some(token), Some(map)) = (token.take(), parameters.as_object_mut()) {
            map.insert("NextToken".to_owned(), Value::String(token));
        }
        let answer = operator.call("cloudwatch:ListMetrics", parameters).await?;
        let metrics = answer.get("Metrics").and_then(Value::as_array).into_iter().flatten();
        let dimensions = metrics.filter_map(|metric| metric.get("Dimensions")?.as_array()).flatten();
        let of_group = dimensions.filter(|dimension| dimension.get("Name").and_then(Value::as_str) == Some(LOG_GROUP));
        found.extend(of_group.filter_map(|dimension| dimension.get("Value")?.as_str().map(str::to_owned)));
        token = answer.get("NextToken").and_then(Value::as_str).filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// What is known of a group; nothing where nothing of it was evaluated and nobody wants it to be.
async fn count(operator: &Operator, group: &str, named: bool) -> Result<Option<Count>, Fault> {
    let now = Timestamp::now().as_millisecond();
    let from_ms = (now - DAY_MS).div_euclid(STEP_MS) * STEP_MS;
    let taken_in = points(operator, ("AWS/Logs", "IncomingLogEvents"), ("LogGroupName", group), from_ms, now).await?;
    let metric = Metric::LinesEvaluated.name();
    let evaluated = points(operator, (NAMESPACE, metric), (LOG_GROUP, group), from_ms, now).await?;
    Ok(compared(&taken_in, &evaluated, (from_ms, now), named))
}

/// Both numbers over the time in which the group was evaluated. A line that is evaluated was taken in before, so what was
/// taken in until a short time ago is at most what was evaluated until now.
fn compared(taken_in: &Points, evaluated: &Points, (from_ms, now_ms): (i64, i64), named: bool) -> Option<Count> {
    let first = evaluated.iter().filter(|(_, sum)| *sum > 0.0).map(|(at, _)| *at).min();
    let from_ms = match first {
        None if !named => return None,
        // A subscription that began within the day was sent nothing of before.
        Some(first) if !named && first >= from_ms + ON_ITS_WAY_MS => first + STEP_MS,
        _ => from_ms,
    };
    let until_ms = now_ms - ON_ITS_WAY_MS;
    let sum = |points: &Points, until_ms: i64| -> f64 {
        let within = points.iter().filter(|(at, _)| *at >= from_ms && at.saturating_add(STEP_MS) <= until_ms);
        // A sum of no floats is -0, and is shown so.
        within.map(|(_, sum)| sum).fold(0.0, |all, sum| all + sum)
    };
    Some(Count { from_ms, taken_in: sum(taken_in, until_ms), evaluated: sum(evaluated, i64::MAX) })
}

async fn points(
    operator: &Operator,
    (namespace, metric): (&str, &str),
    (dimension, value): (&str, &str),
    from_ms: i64,
    until_ms: i64,
) -> Result<Points, Fault> {
    let parameters = json!({
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{ "Name": dimension, "Value": value }],
        "StartTime": rfc3339(from_ms),
        "EndTime": rfc3339(until_ms),
        "Period": STEP_MS / 1000,
        "Statistics": ["Sum"],
    });
    let answer = operator.call("cloudwatch:GetMetricStatistics", parameters).await?;
    let points = answer.get("Datapoints").and_then(Value::as_array).into_iter().flatten();
    let read = points.filter_map(|point| {
        let at: Timestamp = point.get("Timestamp")?.as_str()?.parse().ok()?;
        Some((at.as_millisecond(), point.get("Sum")?.as_f64()?))
    });
    Ok(read.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn day(now: i64, lines: f64) -> Points {
        (0..288).map(|step| (now - DAY_MS + step * STEP_MS, lines)).collect()
    }

    #[test]
    fn lines_on_their_way_are_not_missing_and_lost_ones_are() {
        let now = 100 * DAY_MS;
        let all = day(now, 10.0);
        let behind: Points = all.iter().copied().filter(|(at, _)| *at < now - ON_ITS_WAY_MS).collect();
        let count = compared(&all, &behind, (now - DAY_MS, now), true).unwrap();
        assert_eq!((count.taken_in, count.evaluated), (2850.0, 2850.0));
        assert_eq!(verdict("/g", &count).0, Health::Ok);
        let (health, said) = verdict("/g", &compared(&all, &behind[1..].to_vec(), (now - DAY_MS, now), true).unwrap());
        assert_eq!(health, Health::Wrong);
        assert!(said.contains("2850 taken in") && said.contains("10 are missing"), "{said}");
    }

    #[test]
    fn nothing_is_zero() {
        let now = 100 * DAY_MS;
        let (health, said) = verdict("/g", &compared(&Vec::new(), &Vec::new(), (now - DAY_MS, now), true).unwrap());
        assert!(health == Health::Ok && said.contains(" 0 taken in") && !said.contains(" -0"), "{said}");
    }

    #[test]
    fn a_group_that_is_named_and_not_read_is_told_and_a_new_subscription_is_not() {
        let now = 100 * DAY_MS;
        let span = (now - DAY_MS, now);
        let all = day(now, 10.0);
        assert_eq!(verdict("/g", &compared(&all, &Vec::new(), span, true).unwrap()).0, Health::Wrong);
        assert_eq!(compared(&all, &Vec::new(), span, false), None);
        let since: Points = all.iter().copied().filter(|(at, _)| *at >= now - 5 * HOUR).collect();
        let count = compared(&all, &since, span, false).unwrap();
        assert_eq!((verdict("/g", &count).0, count.from_ms), (Health::Ok, now - 5 * HOUR + STEP_MS));
        assert_eq!(verdict("/g", &compared(&all, &since, span, true).unwrap()).0, Health::Wrong);
    }
}
