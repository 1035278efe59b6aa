//! The function's own queue: how long its messages stay with this invocation.

use std::fmt;
use std::pin::Pin;

use riposte_core::event::Message;
use riposte_core::text::plain;
use serde_json::{Value, json};

use crate::fault::Fault;

/// What a call comes to.
pub(crate) type Sent<'a> = Pin<Box<dyn Future<Output = Result<Value, Fault>> + Send + 'a>>;

/// Makes calls to SQS.
pub(crate) trait Calls: fmt::Debug + Send + Sync {
    /// Makes one call.
    fn send<'a>(&'a self, operation: &'static str, parameters: Value) -> Sent<'a>;
}

/// The queue.
#[derive(Debug)]
pub(crate) struct Queue {
    url: String,
    calls: Box<dyn Calls>,
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
    #[cfg_attr(not(test), expect(dead_code, reason = "made as soon as there is a client for SQS"))]
    pub(crate) fn new(url: String, calls: Box<dyn Calls>) -> Self {
        Self { url, calls }
    }

    /// Keeps the messages of one batch (ten at most) for their seconds from now on.
    pub(crate) async fn keep(&self, messages: &[Kept<'_>]) -> Result<(), Fault> {
        let entries = messages.iter().enumerate().map(|(number, kept)| {
            json!({ "Id": number.to_string(), "ReceiptHandle": kept.receipt, "VisibilityTimeout": kept.seconds })
        });
        let parameters = json!({ "QueueUrl": self.url, "Entries": entries.collect::<Vec<_>>() });
        let answer = self.calls.send("ChangeMessageVisibilityBatch", parameters).await?;
        match answer.pointer("/Failed/0") {
            None => Ok(()),
            Some(failed) => {
                let text = |name: &str| failed.get(name).and_then(Value::as_str);
                let words = text("Message").or_else(|| text("Code")).unwrap_or("no reason was given");
                Err(Fault::refused("sqs:ChangeMessageVisibilityBatch", plain(words, 200)))
            }
        }
    }
}
