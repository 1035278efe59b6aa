//! Notices over SNS, and an event of each outcome on the operator's event bus.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use riposte_core::document::{self, Links};
use riposte_core::incident::Incident;
use riposte_core::notice::Notice;
use riposte_core::outcome::Outcome;
use riposte_core::settings::Settings;
use serde_json::{Value, json};

use crate::api::{Api, Call};
use crate::fault::Fault;

/// What the events' `source` says.
pub const EVENT_SOURCE: &str = "riposte";

/// What the events' `detail-type` says.
pub const DETAIL_TYPE: &str = "Riposte Incident";

const PUBLISH: &str = "sns:Publish";
const PUT: &str = "events:PutEvents";

/// Sends the incident's notice and returns the topic's message id. Subscriptions can filter by its attributes.
///
/// # Errors
/// Where the topic refuses it. The incident stays as it is, and the queue brings the event again.
pub async fn publish(client: &Client, settings: &Settings, incident: &Incident) -> Result<String, Fault> {
    let links = links(settings, incident);
    let Notice { subject, body } = Notice::with(incident, &links);
    let mut publish = client.publish().topic_arn(&settings.topic_arn).subject(subject);
    publish = if settings.notice_json {
        publish.message_structure("json").message(for_machines(incident, links, &body)?)
    } else {
        publish.message(body)
    };
    let finding = &incident.finding;
    for (name, value) in [
        ("severity", finding.severity.to_string()),
        ("detector", finding.detector.clone()),
        ("outcome", Outcome::of(incident).to_string()),
        ("account", finding.scope.account.clone()),
        ("region", finding.scope.region.clone()),
        ("incident", incident.id.clone()),
    ] {
        // SNS refuses an empty attribute, and with it the notice.
        if !value.is_empty() {
            publish = publish.message_attributes(name, attribute(&value)?);
        }
    }
    let answer = publish.send().await.map_err(Fault::of(PUBLISH))?;
    Ok(answer.message_id().unwrap_or_default().to_owned())
}

fn attribute(value: &str) -> Result<MessageAttributeValue, Fault> {
    let built = MessageAttributeValue::builder().data_type("String").string_value(value).build();
    built.map_err(|error| Fault::refused(PUBLISH, error.to_string()))
}

fn links(settings: &Settings, incident: &Incident) -> Links {
    let finding = &incident.finding;
    Links::of(finding, settings.runbooks.get(&finding.detector).map(String::as_str))
}

/// One text for each kind of subscription: people's read as before, programs' are the document.
fn for_machines(incident: &Incident, links: Links, body: &str) -> Result<String, Fault> {
    let document = document::of(incident, links).map_err(|error| Fault::refused(PUBLISH, error.to_string()))?;
    let document = document.to_string();
    let mut forms = serde_json::Map::from_iter([("default".to_owned(), Value::String(body.to_owned()))]);
    for protocol in ["http", "https", "sqs", "lambda", "firehose"] {
        forms.insert(protocol.to_owned(), Value::String(document.clone()));
    }
    Ok(Value::Object(forms).to_string())
}

/// Puts an event of the incident's outcome on the operator's bus. Nothing, where none is set.
///
/// # Errors
/// Where the bus refuses it.
pub async fn emit(api: &dyn Api, region: &str, settings: &Settings, incident: &Incident) -> Result<(), Fault> {
    let Some(bus) = &settings.event_bus else { return Ok(()) };
    let document = document::of(incident, links(settings, incident));
    let document = document.map_err(|error| Fault::refused(PUT, error.to_string()))?;
    let region = region_of(bus).unwrap_or(region);
    let entry = json!({
        "Source": EVENT_SOURCE,
        "DetailType": DETAIL_TYPE,
        "Detail": document.to_string(),
        "EventBusName": bus,
    });
    let answer = api.send(&Call::new(PUT, region, json!({ "Entries": [entry] }))).await?;
    let failed = answer.body.get("FailedEntryCount").and_then(Value::as_i64).unwrap_or_default();
    if failed == 0 {
        return Ok(());
    }
    let said = answer.body.pointer("/Entries/0");
    let word = |key: &str| said.and_then(|entry| entry.get(key)).and_then(Value::as_str).unwrap_or_default();
    Err(Fault::answered(PUT, word("ErrorCode"), 400, word("ErrorMessage")))
}

/// Where a bus is that is named by its ARN.
pub(crate) fn region_of(bus: &str) -> Option<&str> {
    bus.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2))
}

/// Sends a notice that is of no incident, and returns the topic's message id.
///
/// # Errors
/// Where the topic refuses it.
pub async fn send(client: &Client, topic_arn: &str, notice: Notice) -> Result<String, Fault> {
    let answer = client
        .publish()
        .topic_arn(topic_arn)
        .subject(notice.subject)
        .message(notice.body)
        .send()
        .await
        .map_err(Fault::of(PUBLISH))?;
    Ok(answer.message_id().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests;
