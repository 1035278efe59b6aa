//! `identity-guard`: grants and credentials that persist access are revoked.

use lambda_runtime::LambdaEvent;
use riposte_aws::actions::{
    Actions, DeactivateAccessKey, DeactivateAccessKeys, DeactivateCredential, DeleteInlinePolicy, DenyPrincipal,
    DetachManagedPolicy, DisableAnywhereProfile, DisableGuestAccess, DisableTrustAnchor, RemoveFromGroup,
    RemoveOidcProvider, RemoveTrustedPrincipal, RestoreDefaultPolicyVersion, RestorePermissionsBoundary,
    RestoreQuarantine, RevokeSessions,
};
use riposte_aws::clients;
use riposte_aws::guard::{self, Base, CallGuard, HandlerError, StartError};
use riposte_aws::lookups::Lookups;
use riposte_core::catalogue::IDENTITY_GUARD;
use serde_json::Value;
use serde_json::value::RawValue;

/// Makes the function ready: clients, settings, detectors.
///
/// # Errors
/// Names the environment variable or the setting that is missing or malformed.
pub async fn start() -> Result<CallGuard, StartError> {
    let config = clients::configuration().await;
    let actions = Actions::new(&config)
        .with(DetachManagedPolicy)
        .with(DeleteInlinePolicy)
        .with(DeactivateAccessKey)
        .with(RemoveTrustedPrincipal)
        .with(RestoreDefaultPolicyVersion)
        .with(RemoveFromGroup)
        .with(DeactivateCredential)
        .with(DenyPrincipal)
        .with(DisableTrustAnchor)
        .with(DisableAnywhereProfile)
        .with(DeactivateAccessKeys)
        .with(RestoreQuarantine)
        .with(RestorePermissionsBoundary)
        .with(RemoveOidcProvider)
        .with(DisableGuestAccess)
        .with(RevokeSessions);
    let base = Base::start(IDENTITY_GUARD, &config, actions).await?;
    Ok(CallGuard::new(base, Lookups::default().with_iam(&config).with_trust(&config)))
}

/// Handles one invocation.
///
/// # Errors
/// Where an event came alone and failed; failed items of a batch are in the answer.
pub async fn handle(guard: &CallGuard, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    guard::handle(guard, event.payload.get(), &event.context).await
}
