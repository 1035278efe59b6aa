//! `behavior-watch`: what principals do is compared with what they always did, and what is unusual is alerted.

use lambda_runtime::LambdaEvent;
use riposte_aws::actions::Actions;
use riposte_aws::behavior::BehaviorWatch;
use riposte_aws::guard::{self, Base, HandlerError, StartError};
use riposte_aws::{atlas, clients, environment};
use riposte_core::catalogue::BEHAVIOR_WATCH;
use serde_json::Value;
use serde_json::value::RawValue;

/// Makes the function ready: clients, settings, databases of addresses.
///
/// # Errors
/// Names the environment variable, the setting or the database that is missing or malformed.
pub async fn start() -> Result<BehaviorWatch, StartError> {
    let config = clients::configuration().await;
    let databases = match environment::atlas_folder().filter(|folder| folder.exists()) {
        Some(folder) => atlas::folder(&folder).map_err(|error| StartError::Atlas(error.to_string()))?,
        None => atlas::Databases::default(),
    };
    let base = Base::start(BEHAVIOR_WATCH, &config, Actions::new(&config)).await?;
    Ok(BehaviorWatch::new(base, databases))
}

/// Handles one invocation.
///
/// # Errors
/// Where an event came alone and failed; failed items of a batch are in the answer.
pub async fn handle(watch: &BehaviorWatch, event: LambdaEvent<Box<RawValue>>) -> Result<Value, HandlerError> {
    guard::handle(watch, event.payload.get(), &event.context).await
}
