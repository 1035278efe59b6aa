//! `trail-guard`: logging and alarms that are switched off are switched on again, and attacks on Riposte itself are alerted.

use lambda_runtime::LambdaEvent;
use riposte_aws::actions::{
    Actions, EnableGuardduty, EnableRule, EnableSecurityhub, MakeTrailMultiRegion, RestartConfigRecorder, RestartTrail,
    RestoreConfigRecorder, RestoreEventSelectors,
};
use riposte_aws::clients;
use riposte_aws::guard::{self, Base, CallGuard, HandlerError, StartError};
use riposte_aws::lookups::Lookups;
use riposte_core::catalogue::TRAIL_GUARD;
use serde_json::Value;
use serde_json::value::RawValue;

/// Makes the function ready: clients, settings, detectors.
///
/// # Errors
/// Names the environment variable or the setting that is missing or malformed.
pub async fn start() -> Result<CallGuard, StartError> {
    let config = clients::configuration().await;
    let actions = Actions::new(&config)
        .with(RestartTrail)
        .with(MakeTrailMultiRegion)
        .with(RestoreEventSelectors)
        .with(RestartConfigRecorder)
        .with(RestoreConfigRecorder)
        .with(EnableGuardduty)
        .with(EnableRule)
        .with(EnableSecurityhub);
    let base = Base::start(TRAIL_GUARD, &config, actions).await?;
    Ok(CallGuard::new(base, Lookups::default()))
}

/// Handles one invocation.
///
/// # Errors
/// Where an event came alone and failed; failed items of a batch are in the answer.
pub async fn handle(guard: &CallGuard, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    guard::handle(guard, event.payload.get(), &event.context).await
}
