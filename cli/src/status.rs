//! `riposte status`: whether everything that must work does. Each line is a fact; what is wrong says what to do.

mod log_lines;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jiff::Timestamp;
use riposte_aws::clients::SdkConfig;
use riposte_aws::fault::{Fault, Kind};
use riposte_aws::operator::{self, Operator};
use riposte_core::arn::account_of;
use riposte_core::catalogue::FUNCTIONS;
use riposte_core::incident::rfc3339;
use riposte_core::settings::{Mode, ModeSetting, Tuning};
use riposte_core::text::plain;
use serde::Serialize;
use serde_json::{Value, json};

use crate::connect::quietly;
use crate::screen::{Screen, counted};

/// The exit code where something is wrong.
const WRONG: u8 = 3;

/// Invocations are looked for so far back, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// So many of the newest incidents are looked at.
const INCIDENTS: usize = 200;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Ok,
    /// Worth knowing.
    Note,
    Wrong,
}

/// One line.
#[derive(Debug, Serialize)]
struct Line {
    health: Health,
    what: String,
    said: String,
    /// The same for programs: numbers, versions and times.
    #[serde(skip_serializing_if = "Value::is_null")]
    facts: Value,
}

/// What was looked at.
#[derive(Debug, Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, health: Health, what: impl Into<String>, said: impl Into<String>) {
        self.with(health, what, said, Value::Null);
    }

    fn with(&mut self, health: Health, what: impl Into<String>, said: impl Into<String>, facts: Value) {
        self.0.push(Line { health, what: what.into(), said: said.into(), facts });
    }

    /// A call that failed: what it would have said is not known.
    fn unknown(&mut self, what: impl Into<String>, fault: &Fault) {
        self.add(Health::Wrong, what, format!("not known: {fault}"));
    }
}

/// A function's queues, as its configuration and its queue name them.
pub(crate) struct Queues {
    pub(crate) arn: String,
    pub(crate) dead_url: String,
    pub(crate) dead_arn: String,
    /// Messages that wait.
    pub(crate) waiting: u64,
    /// Messages that a function holds, or that wait to be tried again.
    pub(crate) in_flight: u64,
    /// Dead letters.
    pub(crate) dead: u64,
}

/// Looks at everything.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, as_json: bool, screen: &Screen) -> Result<ExitCode> {
    let operator = quietly(config).await?;
    let mut lines = Lines::default();
    match operator::whoami(config).await {
        Ok(caller) => {
            let account = account_of(&caller).unwrap_or("unknown");
            let place = format!("account {account}, region {}, as {caller}", operator.region());
            lines.add(Health::Ok, "account", place);
        }
        Err(fault) => lines.unknown("account", &fault),
    }
    settings(&mut lines, &operator);
    bus(&mut lines, config, &operator).await;
    let incidents = last_incidents(&operator).await;
    for function in FUNCTIONS {
        let last = incidents.get(function.name).map(String::as_str);
        self::function(&mut lines, &operator, function.name, last).await;
    }
    log_lines::look(&mut lines, &operator).await;
    alarms(&mut lines, &operator).await;
    topic(&mut lines, &operator).await;
    ledger(&mut lines, &operator).await;
    let wrong = lines.0.iter().filter(|line| line.health == Health::Wrong).count();
    if as_json {
        writeln!(out, "{}", json!({ "healthy": wrong == 0, "lines": lines.0 }))?;
    } else {
        for line in &lines.0 {
            let mark = match line.health {
                Health::Ok => "ok   ",
                Health::Note => "note ",
                Health::Wrong => "WRONG",
            };
            writeln!(out, "{}", screen.line(0, &format!("{mark}  {:<22} {}", line.what, plain(&line.said, 600))))?;
        }
        let said = match wrong {
            0 => "healthy".to_owned(),
            1 => "1 thing is wrong".to_owned(),
            more => format!("{more} things are wrong"),
        };
        writeln!(out, "{said}")?;
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

fn settings(lines: &mut Lines, operator: &Operator) {
    let settings = &operator.loaded.settings;
    let mode = ModeSetting { mode: settings.mode, only: settings.live_only.clone() };
    let health = if settings.mode == Mode::Live { Health::Ok } else { Health::Note };
    lines.add(health, "mode", mode.to_string());
    for broken in &operator.loaded.broken {
        lines.add(Health::Wrong, "setting", broken.error.to_string());
    }
    for path in &settings.unknown {
        lines.add(Health::Note, "setting", format!("nothing reads `{path}`: is it misspelled?"));
    }
    let own: Vec<_> = settings.guardrails.iter().map(|guardrail| guardrail.id.as_str()).collect();
    let named =
        if own.is_empty() { "those that ship".to_owned() } else { format!("those that ship, and {}", own.join(", ")) };
    lines.add(Health::Ok, "guardrails", named);
    for (detector, tuning) in &settings.tunings {
        let said = match tuning {
            Tuning::Off => "is off".to_owned(),
            Tuning::Severity(severity) => format!("is set to be {severity}"),
        };
        lines.add(Health::Note, "detector", format!("{detector} {said}"));
    }
}

async fn function(lines: &mut Lines, operator: &Operator, name: &str, incident: Option<&str>) {
    let full = format!("riposte-{name}");
    let about = match operator.call("lambda:GetFunctionConfiguration", json!({ "FunctionName": full })).await {
        Ok(about) => about,
        Err(fault) if fault.kind == Kind::Gone => {
            return lines.add(Health::Wrong, name, "the function is not there: deploy again (make deploy)");
        }
        Err(fault) => return lines.unknown(name, &fault),
    };
    let text = |key: &str| about.get(key).and_then(Value::as_str).unwrap_or_default();
    let (state, deployed) = (text("State"), text("LastModified"));
    let hash: String = text("CodeSha256").chars().take(8).collect();
    let invoked = last_invoked(operator, &full).await;
    let last = match (&invoked, incident) {
        (Ok(Some(at)), _) => format!("last invoked within the five minutes from {at} on"),
        // Metrics come minutes later than what the function has recorded.
        (Ok(None), Some(at)) => format!("last incident {at}; CloudWatch shows no invocation for a day"),
        (Ok(None), None) => "CloudWatch shows no invocation for a day".to_owned(),
        (Err(fault), _) => format!("when it was last invoked is not known: {fault}"),
    };
    let deployed = utc(deployed);
    let healthy = matches!(state, "" | "Active" | "Inactive");
    let version = about.pointer("/Environment/Variables/RIPOSTE_VERSION").and_then(Value::as_str).unwrap_or("unknown");
    let said = format!("version {version}, deployed {deployed}, code {hash}, {last}");
    let facts = json!({
        "version": version, "deployed": deployed, "code": hash, "state": state,
        "last_invoked": invoked.ok().flatten(), "last_incident": incident,
    });
    if healthy && version != env!("CARGO_PKG_VERSION") {
        // Either may be the older one: what one records, the other may not be able to undo.
        lines.with(Health::Note, name, format!("{said}; this command is {}", env!("CARGO_PKG_VERSION")), facts);
    } else if healthy {
        lines.with(Health::Ok, name, said, facts);
    } else {
        lines.with(Health::Wrong, name, format!("{state}; {said}"), facts);
    }
    match queues(operator, name).await {
        Ok(queues) => {
            let health = if queues.dead > 0 { Health::Wrong } else { Health::Ok };
            let help =
                if queues.dead > 0 { format!(": look at them by riposte redrive {name}") } else { String::new() };
            let (waiting, in_flight) = (queues.waiting, queues.in_flight);
            let said =
                format!("{waiting} waiting, {in_flight} in flight, {}{help}", counted(queues.dead, "dead letter"));
            let facts = json!({ "waiting": waiting, "in_flight": in_flight, "dead": queues.dead });
            lines.with(health, format!("{name} queue"), said, facts);
        }
        Err(fault) => lines.unknown(format!("{name} queue"), &fault),
    }
}

/// When the function was last invoked within a day.
async fn last_invoked(operator: &Operator, function: &str) -> Result<Option<String>, Fault> {
    let now = Timestamp::now().as_millisecond();
    let parameters = json!({
        "Namespace": "AWS/Lambda",
        "MetricName": "Invocations",
        "Dimensions": [{ "Name": "FunctionName", "Value": function }],
        "StartTime": rfc3339(now - DAY_MS),
        "EndTime": rfc3339(now),
        "Period": 300,
        "Statistics": ["Sum"],
    });
    let answer = operator.call("cloudwatch:GetMetricStatistics", parameters).await?;
    let points = answer.get("Datapoints").and_then(Value::as_array).into_iter().flatten();
    let times = points.filter(|point| point.get("Sum").and_then(Value::as_f64).unwrap_or_default() > 0.0);
    Ok(times.filter_map(|point| point.get("Timestamp").and_then(Value::as_str)).max().map(utc))
}

/// A time as AWS writes it (`2026-05-04T10:00:00.000+0000`), as everywhere else: `2026-05-04T10:00:00Z`.
fn utc(time: &str) -> String {
    let parsed = time.parse::<Timestamp>().or_else(|_| {
        let read = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", time);
        read.and_then(|read| read.to_timestamp())
    });
    parsed.map_or_else(|_| plain(time, 60), |at| rfc3339(at.as_millisecond()))
}

/// The queues of a function.
///
/// # Errors
/// As AWS answers.
pub(crate) async fn queues(operator: &Operator, name: &str) -> Result<Queues, Fault> {
    const CALL: &str = "sqs:GetQueueAttributes";
    let about =
        operator.call("lambda:GetFunctionConfiguration", json!({ "FunctionName": format!("riposte-{name}") })).await?;
    let url = about.pointer("/Environment/Variables/RIPOSTE_QUEUE_URL").and_then(Value::as_str);
    let url = url.ok_or_else(|| Fault::refused(CALL, format!("the function {name} names no queue")))?.to_owned();
    let attributes =
        |url: String| async move { operator.call(CALL, json!({ "QueueUrl": url, "AttributeNames": ["All"] })).await };
    let queue = attributes(url).await?;
    let text = |answer: &Value, key: &str| {
        answer.get("Attributes").and_then(|all| all.get(key)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let redrive: Value = serde_json::from_str(&text(&queue, "RedrivePolicy")).unwrap_or_default();
    let dead_arn = redrive.get("deadLetterTargetArn").and_then(Value::as_str).unwrap_or_default().to_owned();
    let dead_name = dead_arn.rsplit(':').next().unwrap_or_default();
    let answer = operator.call("sqs:GetQueueUrl", json!({ "QueueName": dead_name })).await?;
    let dead_url = answer.get("QueueUrl").and_then(Value::as_str).unwrap_or_default().to_owned();
    let dead = attributes(dead_url.clone()).await?;
    let number = |answer: &Value, of: &str| {
        let count = text(answer, &format!("ApproximateNumberOfMessages{of}")).parse::<u64>();
        count.map_err(|_| Fault::refused(CALL, "there is no number of messages in the answer"))
    };
    Ok(Queues {
        arn: text(&queue, "QueueArn"),
        waiting: number(&queue, "")?,
        in_flight: number(&queue, "NotVisible")?.saturating_add(number(&queue, "Delayed")?),
        dead: number(&dead, "")?,
        dead_url,
        dead_arn,
    })
}

/// When each function last recorded an incident, of the newest ones. What cannot be read, the ledger's line says.
async fn last_incidents(operator: &Operator) -> BTreeMap<String, String> {
    let listed = operator.ledger.list(INCIDENTS).await.map(|listed| listed.incidents).unwrap_or_default();
    let mut last = BTreeMap::new();
    for incident in listed {
        last.entry(incident.function).or_insert_with(|| rfc3339(incident.opened_ms));
    }
    last
}

/// Whether the event bus that is set is there.
async fn bus(lines: &mut Lines, config: &SdkConfig, operator: &Operator) {
    let Some(bus) = &operator.loaded.settings.event_bus else { return };
    match Operator::has_bus(config, bus).await {
        Ok(true) => lines.add(Health::Ok, "event bus", bus),
        Ok(false) => lines.add(
            Health::Wrong,
            "event bus",
            format!("there is no event bus `{bus}`: name one by riposte settings set event-bus"),
        ),
        Err(fault) => lines.add(Health::Note, "event bus", format!("{bus}, which could not be looked up: {fault}")),
    }
}

async fn alarms(lines: &mut Lines, operator: &Operator) {
    let topic = &operator.loaded.settings.topic_arn;
    let mut token: Option<String> = None;
    let (mut all, mut ringing) = (0, Vec::new());
    loop {
        let mut parameters = json!({ "ActionPrefix": topic, "MaxRecords": 100 });
        if let (Some(token), Some(map)) = (token.take(), parameters.as_object_mut()) {
            map.insert("NextToken".to_owned(), Value::String(token));
        }
        let answer = match operator.call("cloudwatch:DescribeAlarms", parameters).await {
            Ok(answer) => answer,
            Err(fault) => return lines.unknown("alarms", &fault),
        };
        for alarm in answer.get("MetricAlarms").and_then(Value::as_array).into_iter().flatten() {
            all += 1;
            if alarm.get("StateValue").and_then(Value::as_str) == Some("ALARM") {
                let text = |key: &str| alarm.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                ringing.push(format!("{}: {}", text("AlarmName"), text("AlarmDescription")));
            }
        }
        token = answer.get("NextToken").and_then(Value::as_str).filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    if all == 0 {
        return lines.add(Health::Wrong, "alarms", "none notifies the topic: deploy again (make deploy)");
    }
    for alarm in &ringing {
        lines.add(Health::Wrong, "alarm", alarm);
    }
    if ringing.is_empty() {
        lines.add(Health::Ok, "alarms", format!("{all}, none in alarm"));
    }
}

async fn topic(lines: &mut Lines, operator: &Operator) {
    let topic = &operator.loaded.settings.topic_arn;
    let answer = match operator.call("sns:ListSubscriptionsByTopic", json!({ "TopicArn": topic })).await {
        Ok(answer) => answer,
        Err(fault) => return lines.unknown("notices", &fault),
    };
    let all = answer.get("Subscriptions").and_then(Value::as_array).cloned().unwrap_or_default();
    if all.is_empty() {
        return lines.add(Health::Wrong, "notices", "nobody has subscribed to the topic: nobody is notified");
    }
    for subscription in &all {
        let text = |key: &str| subscription.get(key).and_then(Value::as_str).unwrap_or_default();
        let who = format!("{} {}", text("Protocol"), text("Endpoint"));
        if text("SubscriptionArn").starts_with("arn:") {
            lines.add(Health::Ok, "notices", who);
        } else {
            lines.add(Health::Wrong, "notices", format!("{who} has not confirmed the subscription: open AWS's e-mail"));
        }
    }
}

async fn ledger(lines: &mut Lines, operator: &Operator) {
    match operator.ledger.list(1).await {
        Ok(listed) if !listed.unreadable.is_empty() => {
            let why = listed.unreadable.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            lines.add(Health::Wrong, "ledger", why);
        }
        Ok(listed) => {
            let last =
                listed.incidents.first().map(|incident| format!("last incident {}", rfc3339(incident.opened_ms)));
            lines.add(Health::Ok, "ledger", last.unwrap_or_else(|| "no incident yet".to_owned()));
        }
        Err(error) => lines.add(Health::Wrong, "ledger", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_one_way() {
        for time in ["2026-05-04T10:00:00.000+0000", "2026-05-04T10:00:00+00:00", "2026-05-04T10:00:00Z"] {
            assert!(utc(time).starts_with("2026-05-04T10:00:00") && utc(time).ends_with('Z'), "{}", utc(time));
        }
        assert_eq!(utc("soon"), "soon");
    }
}
