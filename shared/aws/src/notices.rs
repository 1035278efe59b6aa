//! Notices over SNS.

use aws_sdk_sns::Client;
use riposte_core::incident::Incident;
use riposte_core::notice::Notice;

use crate::fault::Fault;

/// Sends the incident's notice and returns the topic's message id.
///
/// # Errors
/// Where the topic refuses it. The incident stays as it is, and the queue brings the event again.
pub async fn publish(client: &Client, topic_arn: &str, incident: &Incident) -> Result<String, Fault> {
    send(client, topic_arn, Notice::of(incident)).await
}

/// Sends a notice and returns the topic's message id.
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
        .map_err(Fault::of("sns:Publish"))?;
    Ok(answer.message_id().unwrap_or_default().to_owned())
}
