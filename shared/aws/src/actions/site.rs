//! Where an action works, and what it asks there.

use riposte_audit::baseline::Good;
use riposte_core::arn::partition;
use riposte_core::event::Scope;
use riposte_core::text::plain;
use serde_json::Value;

use super::Sdk;
use crate::api::{Api, Call};
use crate::fault::{Fault, Kind};
use crate::ledger::{Ledger, LedgerError};

/// How many pages are read of one list: beyond that, something goes round in circles.
const PAGES: usize = 1_000;

/// The account and region of an event, and the way to AWS.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Sends calls.
    pub api: &'a dyn Api,
    /// Which event, in which account and region.
    pub scope: &'a Scope,
    pub(super) sdk: &'a Sdk,
    /// Where the account audit keeps how resources were.
    past: Option<&'a Ledger>,
}

impl<'a> Site<'a> {
    pub(super) fn new(api: &'a dyn Api, sdk: &'a Sdk, scope: &'a Scope) -> Self {
        Self { api, scope, sdk, past: None }
    }

    /// The same, which knows how resources were.
    #[must_use]
    pub fn with_past(self, ledger: &'a Ledger) -> Self {
        Self { past: Some(ledger), ..self }
    }

    /// How a resource of the account was when it was good last, before the event, as the account audit kept it; `None`
    /// where it kept nothing that may be believed.
    ///
    /// # Errors
    /// Where the ledger does not answer.
    pub async fn former(&self, service: &str, kind: &str, arn: &str) -> Result<Option<Good>, Fault> {
        let Some(ledger) = self.past else { return Ok(None) };
        match ledger.history_of(&self.scope.account, service, kind, arn).await {
            Ok(history) => Ok(history.and_then(|history| history.last_good(Some(&self.scope.event_id)))),
            Err(LedgerError::Fault(fault)) => Err(fault),
            Err(error) => {
                tracing::error!(resource = plain(arn, 300), %error, "how it was is not known");
                Ok(None)
            }
        }
    }

    /// The same of the account itself in the event's region, as a service knows it.
    ///
    /// # Errors
    /// As [`Site::former`].
    pub async fn former_of_account(&self, service: &str) -> Result<Option<Good>, Fault> {
        let Some(ledger) = self.past else { return Ok(None) };
        match ledger.history_of_account(&self.scope.account, self.partition(), service, &self.scope.region).await {
            Ok(history) => Ok(history.and_then(|history| history.last_good(Some(&self.scope.event_id)))),
            Err(LedgerError::Fault(fault)) => Err(fault),
            Err(error) => {
                tracing::error!(service, %error, "how the account was is not known");
                Ok(None)
            }
        }
    }

    /// IAM's own client.
    pub(super) fn iam(&self) -> aws_sdk_iam::Client {
        self.sdk.iam.of(&self.scope.region)
    }

    /// EC2's own client.
    pub(super) fn ec2(&self) -> aws_sdk_ec2::Client {
        self.sdk.ec2.of(&self.scope.region)
    }

    /// Reads: sends a call that changes nothing, `service:Operation`, to the event's region.
    ///
    /// # Errors
    /// AWS's refusal, or no answer.
    pub async fn get(&self, call: &str, parameters: Value) -> Result<Value, Fault> {
        let call = Call::new(call, &self.scope.region, parameters);
        Ok(self.api.send(&call).await?.body)
    }

    /// The same, and `None` where AWS says that the thing does not exist.
    ///
    /// # Errors
    /// Any other refusal, or no answer.
    pub async fn find(&self, call: &str, parameters: Value) -> Result<Option<Value>, Fault> {
        match self.get(call, parameters).await {
            Ok(body) => Ok(Some(body)),
            Err(fault) if fault.kind == Kind::Gone => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The members of a list, over all pages: `members` names the list in the answers, `token` the answer's and the
    /// request's names for the way to the next page (`("NextToken", "NextToken")`, in IAM `("Marker", "Marker")`).
    ///
    /// # Errors
    /// As [`Site::get`].
    pub async fn list(
        &self,
        call: &str,
        parameters: Value,
        members: &str,
        token: (&str, &str),
    ) -> Result<Vec<Value>, Fault> {
        let mut parameters = parameters;
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let mut page = self.get(call, parameters.clone()).await?;
            if let Some(Value::Array(found)) = page.get_mut(members).map(Value::take) {
                all.extend(found);
            }
            let next = page.get(token.0).and_then(Value::as_str).filter(|next| !next.is_empty());
            match (next, &mut parameters) {
                (Some(next), Value::Object(map)) => map.insert(token.1.to_owned(), Value::from(next)),
                _ => return Ok(all),
            };
        }
        Err(Fault::refused(call.to_owned(), format!("the list has more than {PAGES} pages")))
    }

    /// The partition of the region: `aws`, `aws-cn` or `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        partition(&self.scope.region)
    }

    /// The ARN of a resource of the account in the region: `arn("ec2", "instance/i-1")`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.scope.region, self.scope.account)
    }
}
