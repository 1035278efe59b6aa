//! `hunter`: evaluates one share of a hunt, and writes what it gave.
//!
//! Nobody calls it but the state machine of `infra/hunt.yaml`, and its role may read the one place and write the other. It
//! is idempotent: a share's result is one object, written once the share was evaluated, over what an earlier attempt
//! wrote. What is wrong with an object stands in the result; what may go away by itself is an error, and the state machine
//! calls again.

mod evaluate;

use std::time::Instant;

use lambda_runtime::{Diagnostic, LambdaEvent, tracing};
use riposte_aws::clients::{self, SdkConfig};
use riposte_aws::fault::{Fault, Kind};
use riposte_aws::objects::Store;
use riposte_core::text::plain;
use riposte_scan::hunt::{Order, QuestionError, VERSION};
use riposte_scan::portable::Done;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use thiserror::Error;

pub use self::evaluate::evaluated;

/// Why a share was not evaluated.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HuntError {
    /// What came is no order.
    #[error("no order of a hunt: {0}")]
    Order(#[from] serde_json::Error),
    /// The command that began the hunt has other detectors.
    #[error("the hunt was begun by version {}, and this is {VERSION}: deploy the version of the command", plain(.0, 40))]
    Version(String),
    /// The question cannot be answered.
    #[error("the question: {0}")]
    Question(#[from] QuestionError),
    /// AWS did not answer, or refused.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Something of this process failed.
    #[error("{0}")]
    Failed(String),
}

impl HuntError {
    /// The name of the error, by which the state machine tells what is worth another attempt.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Order(_) | Self::Version(_) | Self::Question(_) => "Refused",
            Self::Fault(fault) if fault.kind != Kind::Transient => "Refused",
            Self::Fault(_) | Self::Failed(_) => "Transient",
        }
    }
}

impl From<HuntError> for Diagnostic {
    fn from(error: HuntError) -> Self {
        Self { error_type: error.name().to_owned(), error_message: plain(&error.to_string(), 600) }
    }
}

/// Makes the function ready.
pub async fn start() -> SdkConfig {
    clients::configuration().await
}

/// Handles one share.
///
/// # Errors
/// Where it was not evaluated to its end. Why is written beside the results, as far as that can be done.
pub async fn handle(config: &SdkConfig, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HuntError> {
    let order: Order = serde_json::from_str(event.payload.get())?;
    let store = Store::new(config, &order.output.bucket);
    match share(&store, &order).await {
        Ok(done) => Ok(json!({ "share": done.share, "objects": done.objects, "broken": done.broken })),
        Err(error) => {
            let why =
                json!({ "share": order.share.number, "error": error.name(), "why": plain(&error.to_string(), 600) });
            let key = order.output.failure(&order.hunt.folder, order.share.number);
            if let Err(fault) = store.put(&key, why.to_string().as_bytes()).await {
                tracing::warn!(%fault, share = order.share.number, "why the share failed is not written");
            }
            Err(error)
        }
    }
}

async fn share(store: &Store, order: &Order) -> Result<Done, HuntError> {
    if order.hunt.version != VERSION {
        return Err(HuntError::Version(order.hunt.version.clone()));
    }
    let began = Instant::now();
    let (hunt, share) = (order.hunt.clone(), order.share.clone());
    // Threads read and evaluate; this one only waits.
    let evaluated = tokio::task::spawn_blocking(move || evaluated(&hunt, &share));
    let results = evaluated.await.map_err(|error| HuntError::Failed(error.to_string()))??;
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (result, done) = results.end(milliseconds).map_err(|error| HuntError::Failed(error.to_string()))?;
    store.put(&order.output.result(&order.hunt.folder, order.share.number), &result).await?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use lambda_runtime::Context;

    use super::*;

    #[tokio::test]
    async fn what_is_no_order_is_refused_before_anything_is_asked_of_aws() {
        // A configuration without credentials, region or client: any call would fail otherwise.
        let config = SdkConfig::builder().build();
        for wrong in ["{}", "[]", r#"{"output": {"bucket": "b", "prefix": ""}, "hunt": {"folder": "x"}, "share": {}}"#]
        {
            let payload = RawValue::from_string(wrong.to_owned()).unwrap();
            let error = handle(&config, LambdaEvent::new(payload, Context::default())).await.unwrap_err();
            assert!(matches!(error, HuntError::Order(_)) && error.name() == "Refused", "{error}");
            assert!(Diagnostic::from(error).error_message.starts_with("no order of a hunt"));
        }
    }

    #[test]
    fn what_may_go_away_by_itself_is_worth_another_attempt() {
        let fault = |kind| HuntError::Fault(Fault { kind, ..Fault::refused("s3:ListObjectsV2", "why") });
        assert_eq!(fault(Kind::Transient).name(), "Transient");
        for kind in [Kind::Denied, Kind::Gone, Kind::Refused] {
            assert_eq!(fault(kind).name(), "Refused");
        }
        assert_eq!(HuntError::Failed("a thread failed".to_owned()).name(), "Transient");
        assert_eq!(HuntError::Version("0.0.9".to_owned()).name(), "Refused");
    }
}
