//! Calls to AWS as data: one untyped client for the operations of many services.
//!
//! A [`Call`] names a service, an operation and its parameters, an [`Answer`] brings the body, both in the shapes of
//! AWS's public service models: members by their names in the model, timestamps as RFC 3339 strings, blobs as base64,
//! numbers and booleans typed. So an action or a collector is a line of a table instead of generated code, of which
//! fifty services have hundreds of megabytes.
//!
//! [`Client`] checks parameters against the model, speaks the service's protocol over the SDK's own runtime (signing,
//! credentials, retries, time limits) and reads the answer by the model. [`models`] has the embedded models; a program
//! carries those that it names.

mod client;
mod decode;
mod encode;
mod endpoint;
mod model;
pub mod models;
mod pages;
mod permission;
mod refusal;
mod values;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::fault::Fault;

pub use self::client::Client;
pub(crate) use self::endpoint::is_label;
pub use self::model::Model;
pub use self::pages::Pages;
pub use self::permission::permissions_of;
pub(crate) use self::refusal::region_named;

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
