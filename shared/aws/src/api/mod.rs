//! AWS as actions see it: calls and answers as data.
//!
//! Names, parameters and answers are those of the service's own model (as botocore ships it): `ec2`,
//! `RevokeSecurityGroupIngress`, `{"GroupId": …}`. So one more call needs no code, and a change that stands in the
//! ledger is sent as it stands.

mod permission;
mod sdk;

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::fault::Fault;

pub use permission::permissions_of;
pub use sdk::SdkApi;

/// A future on the heap, so that what returns it can stand behind `dyn`.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One API call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The service by the name of its model: `ec2`, `s3control`.
    pub service: String,
    /// The operation: `RevokeSecurityGroupIngress`.
    pub operation: String,
    /// The region that it is sent to; a service without regions takes it for its partition.
    pub region: String,
    /// The parameters, named and shaped as in the model.
    pub parameters: Value,
    /// What marks the call as ours: it stands in the user agent as the application's name (`app/MARK`), which
    /// CloudTrail records. At most 50 characters of those that the AWS SDKs allow there.
    pub mark: Option<String>,
}

impl Call {
    /// An unmarked call; `name` is `service:Operation`.
    #[must_use]
    pub fn new(name: &str, region: &str, parameters: Value) -> Self {
        let (service, operation) = name.split_once(':').unwrap_or(("", name));
        let (service, operation, region) = (service.to_owned(), operation.to_owned(), region.to_owned());
        Self { service, operation, region, parameters, mark: None }
    }

    /// The same call, marked as ours.
    #[must_use]
    pub fn marked(self, mark: &str) -> Self {
        Self { mark: Some(mark.to_owned()), ..self }
    }

    /// `service:Operation`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// AWS's answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The request's id, by which CloudTrail records it; empty where the service gave none.
    pub request_id: String,
    /// What the operation returns, named and shaped as in the model; `{}` where it returns nothing.
    pub body: Value,
}

/// Sends calls.
pub trait Api: Send + Sync + std::fmt::Debug {
    /// Sends one call, with the retries, time limits and credentials of the SDK's configuration.
    ///
    /// A fault after more than one attempt says so ([`Fault::repeated`]): an earlier attempt may have been carried
    /// out.
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>>;
}
