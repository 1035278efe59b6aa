//! The function's own queue: how long its messages stay with this invocation.

use std::sync::Arc;

use riposte_core::event::Message;
use riposte_core::text::plain;
use serde_json::{Value, json};

use crate::api::{Api, Call};
use crate::fault::Fault;

/// SQS takes so many messages in a call.
const AT_ONCE: usize = 10;

const KEEP: &str = "sqs:ChangeMessageVisibilityBatch";

/// The queue.
#[derive(Debug)]
pub(crate) struct Queue {
    url: String,
    region: String,
    api: Arc<dyn Api>,
}

/// A message, and for how many seconds nobody else gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept<'m> {
    receipt: &'m str,
    seconds: u32,
}

impl<'m> Kept<'m> {
    /// `None` for a message without a receipt handle, which came from no queue.
    pub(crate) fn of(message: &'m Message, seconds: u32) -> Option<Self> {
        (!message.receipt.is_empty()).then_some(Self { receipt: &message.receipt, seconds })
    }
}

impl Queue {
    pub(crate) fn new(url: String, region: String, api: Arc<dyn Api>) -> Self {
        Self { url, region, api }
    }

    /// Keeps messages for their seconds from now on, ten in a call.
    pub(crate) async fn keep(&self, messages: &[Kept<'_>]) -> Result<(), Fault> {
        let mut kept = Ok(());
        for ten in messages.chunks(AT_ONCE) {
            kept = kept.and(self.keep_ten(ten).await);
        }
        kept
    }

    /// Deletes a message that was handled.
    pub(crate) async fn delete(&self, message: &Kept<'_>) -> Result<(), Fault> {
        let parameters = json!({ "QueueUrl": self.url, "ReceiptHandle": message.receipt });
        self.api.send(&Call::new("sqs:DeleteMessage", &self.region, parameters)).await.map(drop)
    }

    async fn keep_ten(&self, messages: &[Kept<'_>]) -> Result<(), Fault> {
        let entries = messages.iter().enumerate().map(|(number, kept)| {
            json!({ "Id": number.to_string(), "ReceiptHandle": kept.receipt, "VisibilityTimeout": kept.seconds })
        });
        let parameters = json!({ "QueueUrl": self.url, "Entries": entries.collect::<Vec<_>>() });
        let answer = self.api.send(&Call::new(KEEP, &self.region, parameters)).await?;
        match answer.body.pointer("/Failed/0") {
            None => Ok(()),
            Some(failed) => {
                let text = |name: &str| failed.get(name).and_then(Value::as_str);
                let words = text("Message").or_else(|| text("Code")).unwrap_or("no reason was given");
                Err(Fault::refused(KEEP, plain(words, 200)))
            }
        }
    }
}
