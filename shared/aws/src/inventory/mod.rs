//! The inventory: what AWS says of every resource of the account, one JSON line each.
//!
//! What is asked stands in [`tables`](table): a JSON file a service, in which each type of resource has the operation
//! that lists it and the operations that are its facts. A new fact is a line there. Only reading operations may stand in
//! a table; a test sees to it.
//!
//! A line is `{"version":1,"service","type","account","region","arn","id","name","tags","facts"}`. A fact has the name of
//! its operation and is that operation's answer in botocore's shape, or the item of the list. `null` is "there is none",
//! `{"error":{"code","message"}}` is "not assessed". A resource of type `account` a service and region says of each listing
//! how many resources it brought, or why it brought none: nothing found is told apart from nothing known.
//!
//! Memory does not grow with the account: a listing is read page by page, and a resource is handed on as soon as its
//! facts are there.

mod collect;
mod gather;
mod report;
mod table;
mod template;
mod tidy;
mod usage;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::{Value, json};

pub use self::collect::collect;
use crate::api::{Api, Call, Client, models};
use crate::clients::SdkConfig;
use crate::fault::Fault;

/// The version of the lines.
pub const VERSION: u64 = 1;

/// What to collect, and how.
pub struct Options {
    /// The region that services without regions are asked in.
    pub home: String,
    /// The regions to look at; all enabled ones where it is empty.
    pub regions: Vec<String>,
    /// The services to look at, by their models' names; all where it is empty.
    pub services: BTreeSet<String>,
    /// The types to look at, by service; all of the services where it is empty. The account says of each listing how
    /// many there are in any case.
    pub types: BTreeSet<(String, String)>,
    /// What the resources are called that are asked about, by id, name or ARN; all where it is empty. For types of
    /// which `named` has some; the others are collected whole.
    pub named: Named,
    /// How long one service in one region may take. What is not there then is not assessed.
    pub deadline: Duration,
    /// How many services and regions are asked at once.
    pub at_once: usize,
    /// What takes the place of a value that may be a secret, by the value's name and the value.
    pub redact: fn(&str, &str) -> String,
    /// Of so many roles AWS is asked what they used, which it takes seconds for each. Of others it is not assessed.
    pub usages: AtomicUsize,
}

/// The resources of one type that are asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Their types, by service.
    pub types: BTreeSet<(String, String)>,
    /// Their ids, names and ARNs.
    pub names: BTreeSet<String>,
}

impl Named {
    /// Whether an item of a listing is asked about: some of its members say one of the names.
    fn takes(&self, service: &str, kind: &str, item: &Value) -> bool {
        let of_type = self.types.iter().any(|(s, k)| s == service && k == kind);
        if self.names.is_empty() || !of_type {
            return true;
        }
        let says = |text: &str| {
            let last = text.rsplit([':', '/']).next().unwrap_or(text);
            let is_path = text.starts_with("arn:") || text.starts_with("http");
            self.names.contains(text) || (is_path && self.names.contains(last))
        };
        match item {
            Value::String(text) => says(text),
            Value::Object(members) => members.values().any(|value| value.as_str().is_some_and(says)),
            _ => true,
        }
    }
}

impl Options {
    /// Whether a type is looked at.
    fn wants(&self, service: &str, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|(s, k)| s == service && k == kind)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("home", &self.home).field("regions", &self.regions).finish_non_exhaustive()
    }
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The account.
    pub account: String,
    /// The regions that were looked at.
    pub regions: Vec<String>,
    /// How many resources were handed on.
    pub resources: u64,
    /// Listings that failed: service, region and why. What would have stood in them is not assessed.
    pub unlisted: Vec<String>,
}

/// A client for an inventory: of all services, and more patient than an invocation may be.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_secs(90))
        .build();
    let retries = RetryConfig::standard().with_max_attempts(4);
    Client::new(&config.to_builder().timeout_config(limits).retry_config(retries).build(), models::ALL)
}

/// The account that the credentials belong to, and its partition.
///
/// # Errors
/// Where STS refuses or does not answer.
pub async fn identity(api: &dyn Api, region: &str) -> Result<(String, String), Fault> {
    const CALL: &str = "sts:GetCallerIdentity";
    let answer = api.send(&Call::new(CALL, region, json!({}))).await?;
    let part = |name: &str| answer.body.get(name).and_then(Value::as_str).map(str::to_owned);
    let account = part("Account").ok_or_else(|| Fault::refused(CALL, "the answer has no account"))?;
    let partition = part("Arn").and_then(|arn| arn.split(':').nth(1).map(str::to_owned));
    Ok((account, partition.unwrap_or_else(|| riposte_core::arn::partition(region).to_owned())))
}

/// A type of resource that is collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// The service.
    pub service: &'static str,
    /// The type.
    pub kind: String,
    /// Whether it is asked for once, not in each region.
    pub global: bool,
    /// The operation that lists it; empty for an account.
    pub listed_by: String,
    /// The operations that are facts.
    pub facts: BTreeSet<String>,
}

/// All types that are collected.
#[must_use]
pub fn collected() -> Vec<Collected> {
    let operation = |service, call| table::name_of(service, call).1.to_owned();
    let mut all = Vec::new();
    for (service, types) in table::TABLES.iter() {
        for one in types.iter().flatten() {
            let listed_by = one.list.as_ref().map_or_else(String::new, |list| {
                list.known_as.clone().unwrap_or_else(|| operation(service, &list.call))
            });
            let facts = one.facts.iter().filter(|fact| !fact.hidden).map(|fact| operation(service, &fact.call));
            let item = one.item.then(|| listed_by.clone());
            let facts = facts.chain(item).collect();
            all.push(Collected { service, kind: one.kind.clone(), global: one.global, listed_by, facts });
        }
    }
    all
}

/// The regions that are enabled in the account.
///
/// # Errors
/// Where EC2 refuses or does not answer.
pub async fn regions(api: &dyn Api, region: &str) -> Result<Vec<String>, Fault> {
    let answer = api.send(&Call::new("ec2:DescribeRegions", region, json!({}))).await?;
    let all = answer.body.get("Regions").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(all.iter().filter_map(|found| found.get("RegionName")?.as_str().map(str::to_owned)).collect())
}
