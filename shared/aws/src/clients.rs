//! SDK clients, one for each region that an event comes from.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_types::timeout::TimeoutConfig;
pub use aws_types::SdkConfig;
use aws_types::region::Region;

/// How long one attempt of a call may take. A connection that answers nothing would otherwise hold the
/// invocation until Lambda ends it, with the lease taken.
const ATTEMPT: Duration = Duration::from_secs(5);

/// How long a call may take with all its attempts.
const CALL: Duration = Duration::from_secs(15);

/// The SDK's configuration: endpoint, region, profile and credentials as the AWS SDK reads them, with
/// time limits that fit into an invocation.
pub async fn configuration() -> SdkConfig {
    let limits = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(CALL).build();
    aws_config::defaults(aws_config::BehaviorVersion::latest()).timeout_config(limits).load().await
}

/// Clients of one service, made when a region is first needed and kept. The resource is in the event's
/// region, which is not always the function's.
#[derive(Debug)]
pub struct Regional<C> {
    config: SdkConfig,
    make: fn(&SdkConfig) -> C,
    made: Mutex<HashMap<String, C>>,
}

impl<C: Clone> Regional<C> {
    /// No client yet.
    #[must_use]
    pub fn new(config: &SdkConfig, make: fn(&SdkConfig) -> C) -> Self {
        Self { config: config.clone(), make, made: Mutex::new(HashMap::new()) }
    }

    /// The client for `region`.
    #[must_use]
    pub fn of(&self, region: &str) -> C {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(region.to_owned())
            .or_insert_with(|| {
                let config = self.config.to_builder().region(Region::new(region.to_owned())).build();
                (self.make)(&config)
            })
            .clone()
    }
}
