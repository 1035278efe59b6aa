//! Wiring: logging, start, and the Lambda runtime's loop.

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = hunter::start().await;
    run(service_fn(|event: LambdaEvent<Box<RawValue>>| hunter::handle(&config, event))).await
}
