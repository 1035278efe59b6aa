//! What is asked for: the tables, one a service.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use crate::fault::Fault as Refused;

macro_rules! tables {
    ($($service:literal)*) => {
        const TEXTS: &[(&str, &str)] = &[$(($service, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/inventory/tables/", $service, ".json")))),*];
    };
}

include!("tables/list.rs");

/// A service and its types of resources, or why its table cannot be read.
pub(super) type Table = (&'static str, Result<Vec<Type>, String>);

/// The tables by service. One that cannot be read is an error that the collector reports for its service; a test reads
/// them all.
pub(super) static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    TEXTS.iter().map(|(service, text)| (*service, serde_json::from_str(text).map_err(|e| e.to_string()))).collect()
});

/// A type of resource.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Type {
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Whether it is asked for once, not in each region.
    #[serde(default)]
    pub(super) global: bool,
    /// The regions where it is asked for, where it is not all.
    #[serde(default)]
    pub(super) regions: Vec<String>,
    /// What must be listed first: the items of the outer listing are `^` in the inner one.
    pub(super) within: Option<List>,
    /// What lists the resources; none for an account.
    pub(super) list: Option<List>,
    /// Which of the items are resources of the type.
    pub(super) only: Option<When>,
    /// Whether the item of the list is a fact.
    #[serde(default)]
    pub(super) item: bool,
    /// Templates.
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) arn: String,
    /// A template of the resource's region, where the item says it.
    #[serde(default)]
    pub(super) region: String,
    /// Where the tags are, of all the shapes that services have for them.
    #[serde(default)]
    pub(super) tags: Option<String>,
    /// Codes of a fact's refusal that say that the resource itself is no more.
    #[serde(default)]
    pub(super) vanished: Vec<String>,
    /// Members of the item that are left out.
    #[serde(default)]
    pub(super) drop: Vec<String>,
    /// Values of the item that are looked at and not kept.
    #[serde(default)]
    pub(super) redact: Vec<Redact>,
    #[serde(default)]
    pub(super) facts: Vec<Fact>,
}

/// An operation that lists.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// `Operation`, or `service:Operation` where it is another's.
    pub(super) call: String,
    #[serde(default)]
    pub(super) with: Value,
    /// Where in a page the items are: `Reservations[].Instances[]`.
    pub(super) items: String,
    /// Members of the outermost element that each item gets.
    #[serde(default)]
    pub(super) inherit: Vec<String>,
    /// The name under which the account says how many there are, where it is not the operation's.
    #[serde(rename = "as")]
    pub(super) known_as: Option<String>,
    /// Codes that say that there is nothing, as those of a fact.
    #[serde(default)]
    pub(super) none: Vec<String>,
}

/// An operation that tells something of one resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fact {
    /// `Operation`, or `service:Operation` where it is another's.
    pub(super) call: String,
    #[serde(default)]
    pub(super) with: Value,
    /// The part of the answer that is the fact: `services[0]`.
    pub(super) take: Option<String>,
    /// Codes that say that there is none: `Code`, or `Code~words` where the code alone does not say it.
    #[serde(default)]
    pub(super) none: Vec<String>,
    /// Asked only then.
    pub(super) when: Option<When>,
    /// Not written: other facts, the tags or the region need it.
    #[serde(default)]
    pub(super) hidden: bool,
    /// Where in the answer the resource's region is.
    pub(super) region: Option<String>,
    /// A list's elements that are kept, by one of their members.
    pub(super) keep: Option<Keep>,
    /// Members that are left out.
    #[serde(default)]
    pub(super) drop: Vec<String>,
    /// Values that are looked at and not kept.
    #[serde(default)]
    pub(super) redact: Vec<Redact>,
}

/// A condition on the item or an earlier fact.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    /// A template.
    pub(super) value: String,
    /// What it must be.
    #[serde(default)]
    pub(super) is: Vec<Value>,
    /// What it must not be.
    #[serde(default)]
    pub(super) not: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keep {
    pub(super) list: String,
    pub(super) member: String,
    pub(super) is: Vec<String>,
}

/// Values that may be secrets.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Redact {
    /// The values of an object, but those of some names.
    Values {
        values: String,
        #[serde(default)]
        but: Vec<String>,
    },
    /// The values of a list of names and values; of some names only, where there are any.
    Pairs {
        pairs: String,
        name: String,
        value: String,
        #[serde(default)]
        only: Vec<String>,
    },
    /// A text, base64 or not.
    Text { text: String },
}

/// Whether a refusal says that there is none.
pub(super) fn says_none(none: &[String], fault: &Refused) -> bool {
    none.iter().any(|one| match one.split_once('~') {
        Some((code, words)) => fault.code == code && fault.reason.contains(words),
        None => fault.code == *one,
    })
}

/// Service and operation of a call that a service's table names.
pub(super) fn name_of<'a>(service: &'a str, call: &'a str) -> (&'a str, &'a str) {
    call.split_once(':').unwrap_or((service, call))
}
