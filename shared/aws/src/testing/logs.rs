//! Log streams and their pages.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::http::{Refused, Request, page};

/// What CloudWatch Logs holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Logs {
    /// By group and stream.
    pub(crate) streams: BTreeMap<(String, String), Stream>,
    /// Streams on a page of a list; 0: all.
    pub(crate) page: usize,
    /// Whether an empty page comes before each page with lines, as AWS may send them.
    pub(crate) empty_pages: bool,
    /// Tokens of another generation are no longer good.
    pub(crate) generation: usize,
}

/// A log stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stream {
    /// Time in milliseconds, and text, in order.
    pub(crate) lines: Vec<(i64, String)>,
    /// Lines on a page; 0: 10,000. A page never holds more than a megabyte.
    pub(crate) page: usize,
    /// When CloudWatch took a line in, by its text.
    pub(crate) taken_in: BTreeMap<String, i64>,
    /// So long after its time it took in each of the others, in milliseconds; `None`: it does not say.
    pub(crate) delay_ms: Option<i64>,
    /// When the last line was taken in, as a list of streams tells it; `None`: not told.
    pub(crate) told_ms: Option<i64>,
    /// When the last line was written, as a list of streams tells it; `None`: not told.
    pub(crate) written_ms: Option<i64>,
}

impl Logs {
    /// A stream, made where there is none.
    pub(crate) fn stream(&mut self, group: &str, stream: &str) -> &mut Stream {
        self.streams.entry((group.to_owned(), stream.to_owned())).or_default()
    }

    pub(super) fn answer(&mut self, request: &Request) -> Result<String, Refused> {
        match request.operation.as_str() {
            "GetLogEvents" => self.events(request),
            "DescribeLogStreams" => self.list(request),
            other => panic!("the fake CloudWatch Logs has no `{other}`"),
        }
    }

    fn events(&self, request: &Request) -> Result<String, Refused> {
        let key = (request.text("logGroupName").to_owned(), request.text("logStreamName").to_owned());
        let stream = self.streams.get(&key).ok_or_else(|| Refused::new("ResourceNotFoundException"))?;
        let (from, was_empty) = match request.json["nextToken"].as_str() {
            Some(token) => self.position(token)?,
            None => {
                let start = request.json["startTime"].as_i64().unwrap_or(i64::MIN);
                (stream.lines.partition_point(|(at, _)| *at < start), false)
            }
        };
        let lines = &stream.lines[from.min(stream.lines.len())..];
        if self.empty_pages && !was_empty && !lines.is_empty() {
            return Ok(json!({ "events": [], "nextForwardToken": self.token(from, true) }).to_string());
        }
        let mut bytes = 0;
        let most = if stream.page == 0 { 10_000 } else { stream.page };
        let fits = |(_, message): &&(i64, String)| {
            bytes += message.len() + 26;
            bytes <= 1_048_576
        };
        let lines: Vec<_> = lines.iter().take(most).take_while(fits).collect();
        let end = request.json["endTime"].as_i64().unwrap_or(i64::MAX);
        let event = |(at, text): &&(i64, String)| {
            let mut event = json!({ "timestamp": at, "message": text });
            let delayed = || stream.delay_ms.map(|delay_ms| at + delay_ms);
            if let Some(taken_in) = stream.taken_in.get(text).copied().or_else(delayed) {
                event["ingestionTime"] = json!(taken_in);
            }
            event
        };
        let events: Vec<Value> = lines.iter().filter(|(at, _)| *at < end).map(event).collect();
        let token = if lines.is_empty() { self.token(from, was_empty) } else { self.token(from + lines.len(), false) };
        Ok(json!({ "events": events, "nextForwardToken": token, "nextBackwardToken": "b/0" }).to_string())
    }

    fn token(&self, at: usize, was_empty: bool) -> String {
        format!("f/{}/{at}/{was_empty}", self.generation)
    }

    fn position(&self, token: &str) -> Result<(usize, bool), Refused> {
        let parts: Vec<_> = token.split('/').collect();
        match parts.as_slice() {
            ["f", generation, at, was_empty] if *generation == self.generation.to_string() => {
                Ok((at.parse().unwrap(), *was_empty == "true"))
            }
            _ => Err(Refused::new("InvalidParameterException")),
        }
    }

    fn list(&self, request: &Request) -> Result<String, Refused> {
        let group = request.text("logGroupName");
        let of_group = self.streams.iter().filter(|((g, _), _)| g == group);
        let mut streams: Vec<_> =
            of_group.map(|((_, name), stream)| (stream.written_ms, name, stream.told_ms)).collect();
        if streams.is_empty() {
            return Err(Refused::new("ResourceNotFoundException"));
        }
        streams.sort();
        streams.reverse();
        let size = if self.page == 0 { 50 } else { self.page };
        let (streams, next) = page(&streams, size, request.text("nextToken"));
        let stream = |(written, name, told): &(Option<i64>, &String, Option<i64>)| {
            let mut stream = json!({ "logStreamName": name });
            if let Some(written) = written {
                stream["lastEventTimestamp"] = json!(written);
            }
            if let Some(told) = told {
                stream["lastIngestionTime"] = json!(told);
            }
            stream
        };
        let streams: Vec<Value> = streams.iter().map(stream).collect();
        let mut answer = json!({ "logStreams": streams });
        if let Some(next) = next {
            answer["nextToken"] = json!(next);
        }
        Ok(answer.to_string())
    }
}
