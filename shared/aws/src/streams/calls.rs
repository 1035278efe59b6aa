//! Records of CloudTrail among the lines of a log: they are handed to the functions whose detectors read calls.
//!
//! A function is invoked with many records at once, in the form of a delivery of its queue. It takes them for what they
//! are: events that EventBridge did not bring. One that EventBridge brings too is the same incident; one that it does not
//! is acted on where CloudTrail itself knows the call as it stands in the line, else asked about.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_core::catalogue::FUNCTIONS;
use riposte_core::seal::short_hash;
use riposte_core::text::plain;
use serde_json::{Value, json};

use crate::actions::Permission;
use crate::api::{Api, Call};
use crate::fault::{Fault, Kind};

/// What handing on needs.
pub(super) const PERMISSION: Permission = Permission::on(
    &["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:riposte-*"],
    &["lambda:InvokeFunction"],
);

/// A function takes so many bytes at once, well below what Lambda accepts.
const MOST_BYTES: usize = 200_000;

/// And so many records.
const MOST_RECORDS: usize = 100;

/// Records on their way to those who read calls.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Value>);

impl Calls {
    /// Takes a line that is a record.
    pub(super) fn take(&mut self, line: &str) {
        // The id of a role's session: who reads it knows that it did not come from EventBridge.
        self.0.push(json!({
            "messageId": short_hash(&[line]),
            "body": line.trim(),
            "attributes": { "SenderId": "AROARIPOSTE:log-watch", "ApproximateReceiveCount": "1" },
            "eventSource": "aws:sqs",
        }));
    }

    /// Hands the records to every function that reads calls.
    ///
    /// # Errors
    /// Where a function cannot be invoked. One that is not there is passed over.
    pub(super) async fn hand_on(&self, api: &dyn Api, region: &str) -> Result<(), Fault> {
        for payload in self.payloads() {
            let readers =
                FUNCTIONS.iter().filter(|function| !function.chapters.is_empty() || !function.behaviors.is_empty());
            for function in readers {
                let parameters = json!({
                    "FunctionName": format!("riposte-{}", function.name),
                    "InvocationType": "Event",
                    "Payload": BASE64_STANDARD.encode(&payload),
                });
                match api.send(&Call::new("lambda:Invoke", region, parameters)).await {
                    Ok(_) => {}
                    Err(fault) if fault.kind == Kind::Gone => {
                        tracing::warn!(
                            function = function.name,
                            reason = plain(&fault.to_string(), 300),
                            "not deployed"
                        );
                    }
                    Err(fault) => return Err(fault),
                }
            }
        }
        Ok(())
    }

    /// The records, as many together as a function takes.
    fn payloads(&self) -> Vec<String> {
        let mut all = Vec::new();
        let (mut records, mut bytes) = (Vec::new(), 0);
        for record in &self.0 {
            let size = record.to_string().len();
            if !records.is_empty() && (records.len() >= MOST_RECORDS || bytes + size > MOST_BYTES) {
                all.push(json!({ "Records": std::mem::take(&mut records) }).to_string());
                bytes = 0;
            }
            bytes += size;
            records.push(record);
        }
        if !records.is_empty() {
            all.push(json!({ "Records": records }).to_string());
        }
        all
    }
}
