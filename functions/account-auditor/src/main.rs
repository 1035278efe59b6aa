//! Wiring: logging, start, and the Lambda runtime's loop.

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Error> {
    tracing::init_default_subscriber();
    let function = match account_auditor::start().await {
        Ok(function) => function,
        Err(error) => {
            // The first line that an operator looks for: which setting is wrong, by its path.
            tracing::error!(%error, "the function cannot start");
            return Ok(ExitCode::FAILURE);
        }
    };
    run(service_fn(|event: LambdaEvent<Box<RawValue>>| account_auditor::handle(&function, event))).await?;
    Ok(ExitCode::SUCCESS)
}
