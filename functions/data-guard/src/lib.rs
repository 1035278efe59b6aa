//! `data-guard`: alerts on data made public, shared externally, held to ransom or destroyed.

use lambda_runtime::LambdaEvent;
use riposte_aws::actions::Actions;
use riposte_aws::clients;
use riposte_aws::guard::{self, Base, CallGuard, HandlerError, StartError};
use riposte_aws::lookups::Lookups;
use riposte_core::catalogue::DATA_GUARD;
use serde_json::Value;
use serde_json::value::RawValue;

/// Makes the function ready: clients, settings, detectors.
///
/// # Errors
/// Names the environment variable or the setting that is missing or malformed.
pub async fn start() -> Result<CallGuard, StartError> {
    let config = clients::configuration().await;
    // Its detectors name no action yet: what they find is recorded, and an alert is sent.
    let base = Base::start(DATA_GUARD, &config, Actions::new(&config)).await?;
    Ok(CallGuard::new(base, Lookups::default()))
}

/// Handles one invocation.
///
/// # Errors
/// Where an event came alone and failed; failed items of a batch are in the answer.
pub async fn handle(guard: &CallGuard, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    guard::handle(guard, event.payload.get(), &event.context).await
}
