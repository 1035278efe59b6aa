//! `patcher`: machines are patched, in their windows or at once, and what came of it is verified.
//!
//! Two triggers: a schedule's tick, and a finding of Inspector.

use lambda_runtime::LambdaEvent;
use riposte_aws::actions::{Actions, ApplySecurityGroup, CreateSecurityGroup};
use riposte_aws::guard::{self, Base, HandlerError, StartError};
use riposte_aws::patch::PatchGuard;
use riposte_aws::{clients, environment};
use riposte_core::catalogue::PATCHER;
use serde_json::Value;
use serde_json::value::RawValue;

/// Makes the function ready: clients and settings.
///
/// # Errors
/// Names the environment variable or the setting that is missing or malformed.
pub async fn start() -> Result<PatchGuard, StartError> {
    let config = clients::configuration().await;
    let region = environment::region()?;
    let base =
        Base::start(PATCHER, &config, Actions::new(&config).with(ApplySecurityGroup).with(CreateSecurityGroup)).await?;
    Ok(PatchGuard::new(base, &config, region))
}

/// Handles one invocation.
///
/// # Errors
/// Where an event came alone and failed; failed items of a batch are in the answer.
pub async fn handle(guard: &PatchGuard, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    guard::handle(guard, event.payload.get(), &event.context).await
}
