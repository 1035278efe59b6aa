//! Notes: what a function remembers from run to run, one item each under a key of its own, written only where nobody else
//! did since it was read.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Ledger, LedgerError, item};
use crate::fault::Fault;
use crate::invocation::now_ms;

/// A note that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// What it says; `None` where there is none yet.
    pub text: Option<String>,
    /// How often it was written; 0: never.
    pub version: u64,
}

impl Ledger {
    /// The note of a key.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or the item cannot be read.
    pub async fn note(&self, key: &str) -> Result<Note, LedgerError> {
        let pk = pk(key);
        let request = self.client.get_item().table_name(&self.table).key("pk", AttributeValue::S(pk.clone()));
        let answer = request.consistent_read(true).send().await.map_err(Fault::of("dynamodb:GetItem (note)"))?;
        let Some(fields) = answer.item() else { return Ok(Note::default()) };
        let wrong = |wrong: &str| LedgerError::Item { pk: pk.clone(), wrong: wrong.to_owned() };
        let text = item::string(fields, "record").ok_or_else(|| wrong("it has no `record`"))?;
        let version = fields.get("version").and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok());
        Ok(Note { text: Some(text.to_owned()), version: version.ok_or_else(|| wrong("it has no `version`"))? })
    }

    /// Writes a note if nobody else did since it was read, and says whether it did. It is kept for so many seconds.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn write_note(&self, key: &str, read: &Note, text: &str, seconds: i64) -> Result<bool, LedgerError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(pk(key)))
            .item("record", AttributeValue::S(text.to_owned()))
            .item("version", AttributeValue::N((read.version + 1).to_string()))
            .item("expires_at", AttributeValue::N((now_ms() / 1000).saturating_add(seconds).to_string()))
            .condition_expression("attribute_not_exists(pk) OR #v = :v")
            .expression_attribute_names("#v", "version")
            .expression_attribute_values(":v", AttributeValue::N(read.version.to_string()))
            .send()
            .await;
        match put.map_err(Fault::of("dynamodb:PutItem (note)")) {
            Ok(_) => Ok(true),
            Err(fault) if fault.code == "ConditionalCheckFailedException" => Ok(false),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Deletes a note, where it is there.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn forget_note(&self, key: &str) -> Result<(), LedgerError> {
        let request = self.client.delete_item().table_name(&self.table).key("pk", AttributeValue::S(pk(key)));
        request.send().await.map_err(Fault::of("dynamodb:DeleteItem (note)"))?;
        Ok(())
    }
}

fn pk(key: &str) -> String {
    format!("note#{key}")
}
