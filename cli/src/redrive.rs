//! `riposte redrive`: dead letters, what is wrong with each, and sent again.

use std::io::Write;

use anyhow::{Context, Result, bail};
use riposte_aws::clients::SdkConfig;
use riposte_aws::operator::Operator;
use riposte_core::catalogue::FUNCTIONS;
use riposte_core::event::Event;
use riposte_core::text::plain;
use serde_json::{Value, json};

use crate::connect::connected;
use crate::near::near;
use crate::screen::{Screen, counted};
use crate::status::{Queues, queues};
use crate::undo::{confirmed, unique};
use crate::usage::Usage;

/// So many dead letters of a function are looked at.
const LOOKED_AT: usize = 10;

/// Which ones.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Those of this function; those of every function by default
    function: Option<String>,
    /// Show them, and send nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// The role that may send to the queues; the stack's own by default
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
}

/// Shows them, asks, and sends them again.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, options: &Options, screen: &Screen) -> Result<()> {
    let names: Vec<&str> = match &options.function {
        None => FUNCTIONS.iter().map(|function| function.name).collect(),
        Some(name) => {
            let bare = name.strip_prefix("riposte-").unwrap_or(name);
            let all = || FUNCTIONS.iter().map(|function| function.name);
            let Some(known) = all().find(|known| *known == bare) else {
                return Err(Usage(format!("there is no function {}", near(name, all(), "riposte status"))).into());
            };
            vec![known]
        }
    };
    let operator = connected(config).await?;
    let mut dead: Vec<(&str, Queues)> = Vec::new();
    for name in names {
        let queues = queues(&operator, name).await?;
        if queues.dead > 0 {
            writeln!(out, "{}", screen.heading(&format!("{name}: {}", counted(queues.dead, "dead letter"))))?;
            for line in letters(&operator, &queues).await? {
                writeln!(out, "{}", screen.line(2, &line))?;
            }
            dead.push((name, queues));
        }
    }
    if dead.is_empty() {
        return Ok(writeln!(out, "no dead letters")?);
    }
    out.flush()?;
    if options.dry_run {
        return Ok(());
    }
    let first = "what kept them must be repaired first; what is no event comes back as a dead letter";
    writeln!(out, "{}", screen.line(0, first))?;
    if !options.yes && !confirmed(out, "send them again?")? {
        bail!("nothing was sent");
    }
    let role = match &options.role {
        Some(role) => role.clone(),
        None => redrive_role(&operator).await.with_context(|| "the stack's role for it: say --role")?,
    };
    let as_role = operator.as_role(config, &role, &format!("redrive-{}", unique()?)).await?;
    for (name, queues) in dead {
        let parameters = json!({ "SourceArn": queues.dead_arn, "DestinationArn": queues.arn });
        as_role.call("sqs:StartMessageMoveTask", parameters).await?;
        writeln!(out, "{name}: {} sent back to the queue", counted(queues.dead, "dead letter"))?;
    }
    Ok(())
}

/// Some dead letters, each with what is known of it.
async fn letters(operator: &Operator, queues: &Queues) -> Result<Vec<String>> {
    let parameters = json!({
        "QueueUrl": queues.dead_url,
        "MaxNumberOfMessages": LOOKED_AT,
        // Not hidden while they are looked at: what is hidden is not sent again.
        "VisibilityTimeout": 0,
        "AttributeNames": ["All"],
    });
    let answer = operator.call("sqs:ReceiveMessage", parameters).await?;
    let messages = answer.get("Messages").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines: Vec<String> = messages.iter().map(letter).collect();
    let more = queues.dead.saturating_sub(lines.len() as u64);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    Ok(lines)
}

fn letter(message: &Value) -> String {
    let body = message.get("Body").and_then(Value::as_str).unwrap_or_default();
    let said = match Event::parse(body) {
        Ok(Event::Call(call)) => {
            let (name, id) = (call.event_name().to_owned(), call.event_id().unwrap_or("(without an id)").to_owned());
            let when = call.event_time().unwrap_or("an unknown time").to_owned();
            match call.scope() {
                Ok(_) => {
                    format!("{name} {id} of {when}: an event; the function's log says why it failed (riposte why {id})")
                }
                Err(error) => format!("{name} {id} of {when}: can never be handled: {error}"),
            }
        }
        Ok(Event::Threat(threat)) => {
            format!("a finding of GuardDuty, {}; the function's log says why it failed", threat.kind())
        }
        Ok(_) => "an event that is no API call; the function's log says why it failed".to_owned(),
        Err(error) => format!("no event, and will never be one: {error}"),
    };
    plain(&said, 600)
}

/// The stack's role for it.
async fn redrive_role(operator: &Operator) -> Result<String> {
    let table = &operator.loaded.settings.ledger_table;
    let found = operator.call("cloudformation:DescribeStackResources", json!({ "PhysicalResourceId": table })).await?;
    let stack = found.pointer("/StackResources/0/StackName").and_then(Value::as_str);
    let stack = stack.with_context(|| format!("no stack has the table `{}`", plain(table, 80)))?;
    let about = operator.call("cloudformation:DescribeStacks", json!({ "StackName": stack })).await?;
    let outputs = about.pointer("/Stacks/0/Outputs").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = |output: &&Value| output.get("OutputKey").and_then(Value::as_str) == Some("RedriveRoleArn");
    let role = outputs.iter().find(named).and_then(|output| output.get("OutputValue")).and_then(Value::as_str);
    Ok(role.with_context(|| format!("the stack `{}` has no output RedriveRoleArn", plain(stack, 80)))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_says_whether_it_can_ever_be_handled() {
        let said = |body: &str| letter(&json!({ "Body": body }));
        assert!(said("not json\u{1b}").contains("will never be one"), "{}", said("not json"));
        let record = json!({"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com", "eventID": "e-1"});
        assert!(said(&record.to_string()).contains("can never be handled"), "{}", said(&record.to_string()));
        let whole = json!({
            "eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com", "eventID": "e-1",
            "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        });
        assert!(said(&whole.to_string()).contains("riposte why e-1"), "{}", said(&whole.to_string()));
    }
}
