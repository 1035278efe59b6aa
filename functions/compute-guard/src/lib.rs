//! `compute-guard`: code that runs where it should not, and functions that are opened to everyone, are alerted and closed.

use lambda_runtime::LambdaEvent;
use riposte_aws::actions::{
    Actions, DenyPrincipal, DetachInstanceProfile, DisableSerialConsole, IsolateInstance, RemoveLayerPermission,
    RemovePermission, RequireMetadataTokens, RequireUrlAuth, RevokeEksAccess, RevokeSessions, StopFunction,
    StopInstance, Unshare,
};
use riposte_aws::clients;
use riposte_aws::guard::{self, Base, CallGuard, HandlerError, StartError};
use riposte_aws::lookups::Lookups;
use riposte_core::catalogue::COMPUTE_GUARD;
use serde_json::Value;
use serde_json::value::RawValue;

/// Makes the function ready: clients, settings, detectors.
///
/// # Errors
/// Names the environment variable or the setting that is missing or malformed.
pub async fn start() -> Result<CallGuard, StartError> {
    let config = clients::configuration().await;
    let actions = Actions::new(&config)
        .with(RequireUrlAuth)
        .with(RemovePermission)
        .with(RevokeSessions)
        .with(RequireMetadataTokens)
        .with(DenyPrincipal)
        .with(DetachInstanceProfile)
        .with(StopInstance)
        .with(IsolateInstance)
        .with(StopFunction)
        .with(RemoveLayerPermission)
        .with(Unshare)
        .with(DisableSerialConsole)
        .with(RevokeEksAccess);
    let base = Base::start(COMPUTE_GUARD, &config, actions).await?;
    Ok(CallGuard::new(base, Lookups::default().with_images(&config)))
}

/// Handles one invocation.
///
/// # Errors
/// Where an event came alone and failed; failed items of a batch are in the answer.
pub async fn handle(guard: &CallGuard, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    guard::handle(guard, event.payload.get(), &event.context).await
}
