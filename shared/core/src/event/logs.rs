//! Log lines pushed by a CloudWatch Logs subscription: base64 of gzip of JSON.

use std::io::Read;

use aws_lambda_events::event::cloudwatch_logs::LogData;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;

use super::ParseError;

/// The largest payload that is unpacked, in bytes. Log lines are the attacker's to write and compress
/// a thousandfold, so without a limit a small payload could fill the function's memory.
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

/// Lines of one stream, in the order in which they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogBatch {
    /// The account that owns the log group.
    pub account: String,
    /// The log group's name.
    pub group: String,
    /// The log stream's name.
    pub stream: String,
    /// The lines.
    pub lines: Vec<LogLine>,
    /// CloudWatch's probe that the destination can be reached; it carries no log lines.
    pub control: bool,
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// CloudWatch's id of the line; only pushed lines have one.
    pub id: Option<String>,
    /// When it was written: milliseconds since 1970.
    pub at_ms: i64,
    /// The line as written. Whoever writes the log chooses it.
    pub message: String,
}

impl LogBatch {
    /// Unpacks the value of `awslogs`.
    ///
    /// # Errors
    /// Names the step that failed: `base64`, `gzip` or `JSON`.
    pub fn unpack(awslogs: &Value) -> Result<Self, ParseError> {
        let wrong = |step, reason: String| ParseError::Logs { step, reason };
        let text = awslogs
            .get("data")
            .and_then(Value::as_str)
            .ok_or_else(|| wrong("base64", "`awslogs.data` is not a string".to_owned()))?;
        let packed = BASE64_STANDARD.decode(text).map_err(|e| wrong("base64", e.to_string()))?;
        let mut json = Vec::new();
        let mut reader = GzDecoder::new(packed.as_slice()).take(MAX_UNPACKED + 1);
        reader.read_to_end(&mut json).map_err(|e| wrong("gzip", e.to_string()))?;
        if json.len() as u64 > MAX_UNPACKED {
            return Err(wrong("gzip", format!("more than {MAX_UNPACKED} bytes when unpacked")));
        }
        let data: LogData = serde_json::from_slice(&json).map_err(|e| wrong("JSON", e.to_string()))?;
        let control = data.message_type == "CONTROL_MESSAGE";
        let lines = data
            .log_events
            .into_iter()
            .filter(|_| !control)
            .map(|line| LogLine { id: Some(line.id), at_ms: line.timestamp, message: line.message })
            .collect();
        Ok(Self { account: data.owner, group: data.log_group, stream: data.log_stream, lines, control })
    }
}
