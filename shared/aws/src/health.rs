//! How the functions fare: the alarms that tell the topic, and the queues that they watch.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::api::{Api, Call, Model, Pages, models};
use crate::fault::Fault;

/// The models that [`health`] needs of its client.
pub static MODELS: [&Model; 2] = [&models::CLOUDWATCH, &models::SQS];

/// The permissions that [`health`] needs.
pub const PERMISSIONS: [&str; 3] = ["cloudwatch:DescribeAlarms", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"];

/// Alarms and queues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Every alarm that tells the topic, by name.
    pub alarms: Vec<Alarm>,
    /// The queues whose age or length an alarm watches, by name.
    pub queues: Vec<Queue>,
    /// Queues that could not be read, each with why.
    pub unread: Vec<String>,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Its description.
    pub why: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Since when, RFC 3339; empty where AWS does not say.
    pub since: String,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Whether it holds dead letters: its age is not watched.
    pub dead_letters: bool,
    /// Messages that can be received.
    pub waiting: u64,
    /// Messages that are being worked on.
    pub in_flight: u64,
}

/// Reads the alarms of the topic's region that tell the topic, and the queues that these watch.
///
/// # Errors
/// Where the alarms cannot be read. A queue that cannot be read is named in [`Health::unread`].
pub async fn health(api: &dyn Api, topic_arn: &str) -> Result<Health, Fault> {
    let region = topic_arn.split(':').nth(3).unwrap_or_default();
    let call = Call::new("cloudwatch:DescribeAlarms", region, json!({ "ActionPrefix": topic_arn }));
    let mut pages = Pages::new(api, &models::CLOUDWATCH, call)?;
    let mut health = Health::default();
    let mut queues: std::collections::BTreeMap<String, bool> = std::collections::BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = page?;
        for alarm in page.get("MetricAlarms").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| alarm.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let actions = alarm.get("AlarmActions").and_then(Value::as_array);
            // An emulator, or a later AWS, may understand the prefix in its own way.
            if !actions.into_iter().flatten().any(|action| action.as_str() == Some(topic_arn)) {
                continue;
            }
            for queue in queues_of(alarm) {
                let is_aged = text("MetricName") == "ApproximateAgeOfOldestMessage";
                queues.entry(queue).and_modify(|aged| *aged |= is_aged).or_insert(is_aged);
            }
            health.alarms.push(Alarm {
                name: text("AlarmName"),
                why: text("AlarmDescription"),
                state: text("StateValue"),
                since: text("StateUpdatedTimestamp"),
            });
        }
    }
    let read = join_all(queues.iter().map(|(name, aged)| queue(api, region, name, !aged))).await;
    for (name, read) in queues.keys().zip(read) {
        match read {
            Ok(queue) => health.queues.push(queue),
            Err(fault) => health.unread.push(format!("the queue `{name}`: {fault}")),
        }
    }
    health.alarms.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(health)
}

/// The queues that an alarm watches.
fn queues_of(alarm: &Value) -> Vec<String> {
    let dimensions = alarm.get("Dimensions").and_then(Value::as_array).into_iter().flatten();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    dimensions.filter(|d| text(d, "Name").as_deref() == Some("QueueName")).filter_map(|d| text(d, "Value")).collect()
}

async fn queue(api: &dyn Api, region: &str, name: &str, dead_letters: bool) -> Result<Queue, Fault> {
    const ATTRIBUTES: [&str; 2] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    let answer = api.send(&Call::new("sqs:GetQueueUrl", region, json!({ "QueueName": name }))).await?;
    let url = answer.body.get("QueueUrl").cloned().unwrap_or_default();
    let parameters = json!({ "QueueUrl": url, "AttributeNames": ATTRIBUTES });
    let answer = api.send(&Call::new("sqs:GetQueueAttributes", region, parameters)).await?;
    let number = |name: &str| {
        let value = answer.body.get("Attributes").and_then(|all| all.get(name)).and_then(Value::as_str);
        let value = value.and_then(|text| text.parse().ok());
        value.ok_or_else(|| Fault::refused("sqs:GetQueueAttributes", format!("there is no `{name}` in the answer")))
    };
    let [waiting, in_flight] = ATTRIBUTES;
    Ok(Queue { name: name.to_owned(), dead_letters, waiting: number(waiting)?, in_flight: number(in_flight)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Aws, Scripted, ScriptedApi, refuse};

    const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:notices";

    fn scripted() -> (Aws, ScriptedApi) {
        let aws = Aws::new();
        let alarm = |name: &str, metric: &str, queue: &str, topic: &str| {
            json!({ "AlarmName": name, "AlarmDescription": "why", "StateValue": "OK", "MetricName": metric,
                    "AlarmActions": [topic], "StateUpdatedTimestamp": "2026-01-02T03:04:05Z",
                    "Dimensions": [{ "Name": "QueueName", "Value": queue }] })
        };
        let alarms = json!([
            alarm("b", "ApproximateAgeOfOldestMessage", "queue", TOPIC),
            alarm("a", "ApproximateNumberOfMessagesVisible", "dead", TOPIC),
            alarm("c", "ApproximateNumberOfMessagesVisible", "broken", TOPIC),
            alarm("d", "ApproximateNumberOfMessagesVisible", "foreign", "arn:aws:sns:eu-west-1:111122223333:other"),
        ]);
        aws.world(|world| {
            world.script = Scripted {
                state: alarms,
                calls: &[
                    ("cloudwatch:DescribeAlarms", |state, _| Ok(json!({ "MetricAlarms": state }))),
                    ("sqs:GetQueueUrl", |_, asked| Ok(json!({ "QueueUrl": asked["QueueName"] }))),
                    ("sqs:GetQueueAttributes", |_, asked| match asked["QueueUrl"].as_str() {
                        Some("broken") => refuse("AccessDenied"),
                        _ => Ok(json!({ "Attributes": { "ApproximateNumberOfMessages": "2", "ApproximateNumberOfMessagesNotVisible": "1" } })),
                    }),
                ],
            };
        });
        (aws.clone(), ScriptedApi(aws))
    }

    #[tokio::test]
    async fn the_topics_own_alarms_name_the_queues() {
        let (_, api) = scripted();
        let health = health(&api, TOPIC).await.unwrap();
        assert_eq!(health.alarms.iter().map(|alarm| alarm.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        let queue = |name: &str, dead_letters| Queue { name: name.to_owned(), dead_letters, waiting: 2, in_flight: 1 };
        assert_eq!(health.queues, [queue("dead", true), queue("queue", false)]);
        assert!(health.unread.len() == 1 && health.unread[0].contains("broken"), "{:?}", health.unread);
    }
}
