//! `riposte status`: whether everything that must work does. Each line is a fact; what is wrong says what to do.

mod log_lines;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;
use riposte_aws::clients::SdkConfig;
use riposte_aws::fault::{Fault, Kind};
use riposte_aws::operator::{self, Operator};
use riposte_core::arn::account_of;
use riposte_core::catalogue::FUNCTIONS;
use riposte_core::incident::rfc3339;
use riposte_core::settings::{Mode, ModeSetting};
use riposte_core::text::plain;
use serde::Serialize;
use serde_json::{Value, json};

use crate::advice;
use crate::mode::not_deployed;
use crate::screen::Screen;

/// The exit code where something is wrong.
const WRONG: u8 = 3;

/// Invocations are looked for so far back, in milliseconds.
const DAY_MS: i64 = 86_400_000;

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
}

/// What was looked at.
#[derive(Debug, Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, health: Health, what: impl Into<String>, said: impl Into<String>) {
        self.0.push(Line { health, what: what.into(), said: said.into() });
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
    /// Messages that wait, and dead letters.
    pub(crate) waiting: u64,
    pub(crate) dead: u64,
}

/// Looks at everything.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, as_json: bool, screen: &Screen) -> Result<ExitCode> {
    if !operator::is_deployed(config).await? {
        bail!(not_deployed(config));
    }
    let operator = Operator::connect(config).await.map_err(|error| advice::undeployed(error, config))?;
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
    for function in FUNCTIONS {
        self::function(&mut lines, &operator, function.name).await;
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
        let said = if wrong == 0 { "healthy".to_owned() } else { format!("{wrong} things are wrong") };
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
        lines.add(Health::Note, "setting", format!("nothing reads `{path}`: is it misspelt?"));
    }
    let own: Vec<_> = settings.guardrails.iter().map(|guardrail| guardrail.id.as_str()).collect();
    let named =
        if own.is_empty() { "those that ship".to_owned() } else { format!("those that ship, and {}", own.join(", ")) };
    lines.add(Health::Ok, "guardrails", named);
    for (detector, tuning) in &settings.tunings {
        lines.add(Health::Note, "detector", format!("{detector} is set: {tuning:?}"));
    }
}

async fn function(lines: &mut Lines, operator: &Operator, name: &str) {
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
    let last = match last_invoked(operator, &full).await {
        Ok(Some(at)) => format!("last event within the five minutes from {at} on"),
        Ok(None) => "no event for a day".to_owned(),
        Err(fault) => format!("when the last event came is not known: {fault}"),
    };
    let healthy = matches!(state, "" | "Active" | "Inactive");
    let version = about.pointer("/Environment/Variables/RIPOSTE_VERSION").and_then(Value::as_str).unwrap_or("unknown");
    let said = format!("version {version}, deployed {deployed}, code {hash}, {last}");
    if healthy && version != env!("CARGO_PKG_VERSION") {
        // Either may be the older one: what one records, the other may not be able to undo.
        lines.add(Health::Note, name, format!("{said}; this command is {}", env!("CARGO_PKG_VERSION")));
    } else if healthy {
        lines.add(Health::Ok, name, said);
    } else {
        lines.add(Health::Wrong, name, format!("{state}; {said}"));
    }
    match queues(operator, name).await {
        Ok(queues) => {
            let health = if queues.dead > 0 { Health::Wrong } else { Health::Ok };
            let help =
                if queues.dead > 0 { format!(": look at them by riposte redrive {name}") } else { String::new() };
            lines.add(
                health,
                format!("{name} queue"),
                format!("{} waiting, {} dead letters{help}", queues.waiting, queues.dead),
            );
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
    Ok(times.filter_map(|point| point.get("Timestamp").and_then(Value::as_str)).max().map(str::to_owned))
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
    let count = |answer: &Value| text(answer, "ApproximateNumberOfMessages").parse::<u64>();
    let counted = |answer: &Value| {
        count(answer).map_err(|_| Fault::refused(CALL, "there is no number of messages in the answer"))
    };
    Ok(Queues { arn: text(&queue, "QueueArn"), waiting: counted(&queue)?, dead: counted(&dead)?, dead_url, dead_arn })
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
