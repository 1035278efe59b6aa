//! A Lambda function that makes the clients of `identity-guard` and does nothing with them.

use std::hint::black_box;

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use riposte_aws::clients;
use riposte_aws::sdk::{DynamoDb, Iam, Sns, Ssm};
use serde_json::Value;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = clients::configuration().await;
    let clients = black_box((DynamoDb::new(&config), Iam::new(&config), Sns::new(&config), Ssm::new(&config)));
    run(service_fn(|_: LambdaEvent<Box<RawValue>>| async { Ok::<_, Error>(Value::Null) })).await?;
    drop(clients);
    Ok(())
}
