//! `log-watch`: log streams, pulled and pushed, are judged, and the source behind the lines is denied.
//!
//! Three triggers: a log stream was created (CloudTrail's CreateLogStream), a schedule's tick, and a
//! batch that a log subscription pushed.

use lambda_runtime::LambdaEvent;
use riposte_aws::actions::{Actions, DenySource};
use riposte_aws::guard::{self, Base, Handler, HandlerError, ItemError, Source, StartError};
use riposte_aws::invocation::Invocation;
use riposte_aws::streams::{LogStreams, StreamName};
use riposte_aws::{clients, environment};
use riposte_core::catalogue::LOG_WATCH;
use riposte_core::event::{ApiCall, Event};
use serde_json::Value;
use serde_json::value::RawValue;

/// The function: what all have, the streams, and the region it runs in, which is the region of what a
/// schedule or a subscription sends.
#[derive(Debug)]
pub struct LogWatch {
    base: Base,
    streams: LogStreams,
    region: String,
}

/// Makes the function ready: clients, settings, detectors.
///
/// # Errors
/// Names the environment variable or the setting that is missing or malformed.
pub async fn start() -> Result<LogWatch, StartError> {
    let config = clients::configuration().await;
    let region = environment::region()?;
    let base = Base::start(LOG_WATCH, &config, Actions::new(&config).with(DenySource)).await?;
    let streams = LogStreams::new(&config, base.spec.log_detectors);
    Ok(LogWatch { base, streams, region })
}

/// Handles one invocation.
///
/// # Errors
/// Where an event came alone and failed; failed items of a batch are in the answer.
pub async fn handle(watch: &LogWatch, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    guard::handle(watch, event.payload.get(), &event.context).await
}

impl LogWatch {
    async fn created(&self, call: &ApiCall, invocation: &Invocation) -> Result<(), ItemError> {
        let names = (call.request_text("logGroupName"), call.request_text("logStreamName"));
        let (Some(group), Some(stream)) = names else {
            guard::unread(&self.base, &Event::Call(Box::new(call.clone())));
            return Ok(());
        };
        if call.failed() {
            return Ok(());
        }
        let scope = call.scope()?;
        let loaded = self.base.loaded().await?;
        if scope.account != self.base.account || !self.streams.wants(group, &loaded) {
            return Ok(());
        }
        let (account, region) = (scope.account, scope.region);
        let name = StreamName { account, region, group: group.to_owned(), stream: stream.to_owned() };
        self.streams.pull(&name, &self.base, &loaded, invocation).await
    }
}

impl Handler for LogWatch {
    fn base(&self) -> &Base {
        &self.base
    }

    async fn event(&self, event: &Event, _source: Source, invocation: &Invocation) -> Result<(), ItemError> {
        match event {
            Event::Call(call) => self.created(call, invocation).await,
            Event::Tick(_) => {
                let loaded = self.base.loaded().await?;
                // What cannot be taken back now keeps no line from being read.
                let ended = self.base.end_due(invocation).await;
                self.streams.pull_groups(&self.base, &loaded, &self.region, invocation).await?;
                ended
            }
            Event::Logs(batch) => {
                let loaded = self.base.loaded().await?;
                self.streams.push(batch, &self.region, &self.base, &loaded, invocation).await
            }
            Event::Other(_) | Event::Threat(_) | Event::Unread(_) => {
                guard::unread(&self.base, event);
                Ok(())
            }
        }
    }
}
