//! How far a log stream has been judged: the position in it and the detectors' windows, in one item,
//! so that both move together or not at all.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use riposte_core::ssh::StreamWindows;
use riposte_logs::windows::Windows;
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerError, item};
use crate::fault::Fault;
use crate::invocation::now_ms;

/// Streams that were quiet for so long are forgotten, in seconds.
const STREAM_TTL_SECONDS: i64 = 60 * 24 * 3600;

/// The item of one stream.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StreamItem {
    /// GetLogEvents' forward token after the last page that was judged.
    pub token: Option<String>,
    /// When the token was given: milliseconds since 1970. It is good for 24 hours.
    pub token_ms: i64,
    /// The newest time among the lines that were judged: milliseconds since 1970.
    pub last_ms: i64,
    /// Hashes of the lines judged at `last_ms`, so that reading by time instead of by token judges none
    /// of them again.
    pub at_last: Vec<String>,
    /// Hashes of judged lines that will come again, since the stream is being read by time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<String>,
    /// Hashes of the pushed batches that were judged lately: a subscription delivers at least once.
    pub batches: Vec<String>,
    /// What each source address did, in the lines that were pulled.
    pub windows: StreamWindows,
    /// What each source address did, in the lines that were pushed. Apart, so that a stream that comes
    /// both ways does not count a failure twice.
    #[serde(default, skip_serializing_if = "StreamWindows::is_empty")]
    pub pushed: StreamWindows,
    /// What the detectors over lines of any format counted, in the lines that were pulled.
    #[serde(default, skip_serializing_if = "Windows::is_empty")]
    pub counts: Windows,
    /// The same, in the lines that were pushed.
    #[serde(default, skip_serializing_if = "Windows::is_empty")]
    pub pushed_counts: Windows,
    /// The newest time at which CloudWatch took in a line that was judged: milliseconds since 1970. A line that it took
    /// in later, and that was written before the position, was never read.
    #[serde(default)]
    pub ingested_ms: i64,
    /// Hashes of the lines that were taken in at that very time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_ingested: Vec<String>,
    /// How far the pages since the last look-back reached, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<Passed>,
    /// When the stream was last looked over for late lines: milliseconds since 1970.
    #[serde(default)]
    pub looked_ms: i64,
    /// What the list of streams said then of when the last line had been taken in: milliseconds since 1970.
    #[serde(default)]
    pub told_ms: i64,
    /// How many lines of the stream were judged.
    #[serde(default)]
    pub lines: u64,
    /// How many of them came late.
    #[serde(default)]
    pub late: u64,
    /// How often the item was written; 0: never.
    #[serde(skip)]
    pub version: u64,
}

/// How far a page reached.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Passed {
    /// The newest time among the lines that were judged: milliseconds since 1970.
    pub last_ms: i64,
    /// The newest time at which one of them had been taken in: milliseconds since 1970.
    pub ingested_ms: i64,
    /// Hashes of those that were taken in at that very time; empty where they are not remembered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_ingested: Vec<String>,
}

impl StreamItem {
    /// Whether a page of the stream was judged before.
    #[must_use]
    pub fn was_read(&self) -> bool {
        self.last_ms > 0
    }
}

impl Ledger {
    /// The stream's item; a new one where there is none.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or the item cannot be read.
    pub async fn stream(&self, key: &str) -> Result<StreamItem, LedgerError> {
        let pk = stream_pk(key);
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk.clone()))
            .consistent_read(true)
            .send()
            .await
            .map_err(Fault::of("dynamodb:GetItem (stream)"))?;
        let Some(fields) = answer.item() else { return Ok(StreamItem::default()) };
        let wrong = |wrong: String| LedgerError::Item { pk: pk.clone(), wrong };
        let text = item::string(fields, "record").ok_or_else(|| wrong("it has no `record`".to_owned()))?;
        let mut stream: StreamItem = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
        stream.version = fields
            .get("version")
            .and_then(|v| v.as_n().ok())
            .and_then(|n| n.parse().ok())
            .ok_or_else(|| wrong("it has no `version`".to_owned()))?;
        Ok(stream)
    }

    /// Writes the stream's item if nobody else did since it was read, and says whether it did: also where its answer was
    /// lost, so that what the write counts is counted.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn write_stream(&self, key: &str, stream: &mut StreamItem) -> Result<bool, LedgerError> {
        let pk = stream_pk(key);
        let record =
            serde_json::to_string(stream).map_err(|e| LedgerError::Item { pk: pk.clone(), wrong: e.to_string() })?;
        let mark = mark();
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(pk))
            .item("record", AttributeValue::S(record))
            .item("version", AttributeValue::N((stream.version + 1).to_string()))
            .item(MARK, AttributeValue::S(mark.clone()))
            .item("expires_at", AttributeValue::N((now_ms() / 1000 + STREAM_TTL_SECONDS).to_string()))
            .condition_expression("attribute_not_exists(pk) OR #v = :v")
            .expression_attribute_names("#v", "version")
            .expression_attribute_values(":v", AttributeValue::N(stream.version.to_string()))
            .send()
            .await;
        let Err(fault) = put.map_err(Fault::of("dynamodb:PutItem (stream)")) else {
            stream.version += 1;
            return Ok(true);
        };
        let is_taken = fault.code == "ConditionalCheckFailedException";
        // The first of the SDK's attempts may have written it, or one whose answer never came.
        if (is_taken || fault.worth_retrying()) && self.is_marked(key, &mark).await? {
            stream.version += 1;
            return Ok(true);
        }
        if is_taken { Ok(false) } else { Err(fault.into()) }
    }

    /// Whether a stream's item was written last under this mark.
    async fn is_marked(&self, key: &str, mark: &str) -> Result<bool, LedgerError> {
        let get = self.client.get_item().table_name(&self.table).key("pk", AttributeValue::S(stream_pk(key)));
        let get = get.consistent_read(true).projection_expression(MARK).send().await;
        let answer = get.map_err(Fault::of("dynamodb:GetItem (stream)"))?;
        Ok(answer.item().and_then(|fields| item::string(fields, MARK)) == Some(mark))
    }

    /// Forgets a stream that no longer exists.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn forget_stream(&self, key: &str) -> Result<(), LedgerError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(stream_pk(key)))
            .send()
            .await
            .map_err(Fault::of("dynamodb:DeleteItem (stream)"))?;
        Ok(())
    }
}

/// The attribute by which a writer knows its own write again.
const MARK: &str = "written_as";

/// A mark unlike any other: of this process, and of this write.
fn mark() -> String {
    static WRITES: AtomicU64 = AtomicU64::new(0);
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
    format!("{:016x}-{}", *PROCESS, WRITES.fetch_add(1, Ordering::Relaxed))
}

fn stream_pk(key: &str) -> String {
    format!("stream#{key}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Aws, Fault as Broken, keys};

    fn ledger(aws: &Aws) -> Ledger {
        Ledger::new(aws_sdk_dynamodb::Client::new(&aws.config()), "riposte-ledger", keys("log-watch"))
    }

    #[tokio::test]
    async fn a_write_whose_answer_was_lost_is_known_to_be_ours() {
        for fault in [Broken::LostAnswer, Broken::Timeout] {
            let aws = Aws::new();
            let ledger = ledger(&aws);
            let mut item = StreamItem { lines: 7, ..StreamItem::default() };
            aws.fail("PutItem", fault.clone());
            // A call that was never made is no write: it is made again.
            if ledger.write_stream("a", &mut item).await.is_err() {
                assert!(ledger.write_stream("a", &mut item).await.unwrap());
            }
            assert_eq!((ledger.stream("a").await.unwrap(), item.version), (item.clone(), 1), "{fault:?}");
            item.lines = 9;
            assert!(ledger.write_stream("a", &mut item).await.unwrap());
            assert_eq!(ledger.stream("a").await.unwrap().lines, 9);
        }
    }

    #[tokio::test]
    async fn another_ones_write_is_not_ours_though_it_says_the_same() {
        let aws = Aws::new();
        let ledger = ledger(&aws);
        let item = StreamItem { lines: 7, ..StreamItem::default() };
        let (mut one, mut other) = (item.clone(), item);
        assert!(ledger.write_stream("a", &mut one).await.unwrap());
        assert!(!ledger.write_stream("a", &mut other).await.unwrap());
        assert_eq!((one.version, other.version), (1, 0));
    }
}
