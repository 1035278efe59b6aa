//! A Lambda function that does nothing: what `lambda_runtime` costs alone.

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde_json::Value;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(|_: LambdaEvent<Box<RawValue>>| async { Ok::<_, Error>(Value::Null) })).await
}
