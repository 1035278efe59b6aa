//! `resource-shared-externally`: resources shared with another account through RAM.

use serde_json::Value;

use crate::arn::is_account;
use crate::detect::meta::page;
use crate::detect::named::{is_true, named};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct ResourceSharedExternally;

const fn ram(name: &'static str) -> EventName {
    EventName { source: "ram.amazonaws.com", name }
}

const META: Meta = Meta {
    id: "resource-shared-externally",
    title: "Resources shared with another account",
    domain: Domain::Account,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1537"],
    events: Events::Calls(&[ram("AssociateResourceShare"), ram("CreateResourceShare"), ram("UpdateResourceShare")]),
    prose: page(
        "\
## What it does
Fires when AWS RAM shares resources with an account, role or user other than the account's own, or when an
existing share is opened to principals outside the organization. Shares with the organization or its units
do not match, nor do those with principals of the same account.

## Why is this bad?
A shared subnet, resolver rule, prefix list, certificate authority or database cluster is used from the
other account, under that account's permissions: a way into the network and out with the data that does not
show in any policy here.

## False positives
Accounts of the same organization that are named one by one. The event cannot tell them from outsiders:
sharing with the organization can.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html>
- <https://docs.aws.amazon.com/ram/latest/APIReference/API_CreateResourceShare.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ResourceSharedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(own) = call.account() else { return Ok(Vec::new()) };
        let principals = call.request("principals").and_then(Value::as_array).into_iter().flatten();
        let foreign = principals.filter_map(Value::as_str).find(|principal| {
            account_of(principal).is_some_and(|account| facts.trusted.is_foreign(Some(&own), account))
        });
        let opened =
            call.event_name() == "UpdateResourceShare" && call.request("allowExternalPrincipals").is_some_and(is_true);
        let with = match foreign {
            Some(principal) => format!("with `{principal}`"),
            None if opened => "with whoever is outside the organization".to_owned(),
            None => return Ok(Vec::new()),
        };
        let id = named(call, &["resourceShareArn", "name"]).unwrap_or_else(|| "(unknown)".to_owned());
        let why = format!("`{}` shares `{id}` {with}", call.event_name());
        Ok(vec![Claim::of(Target::Resource { service: "ram".to_owned(), id }, plain(&why, 600))])
    }
}

/// The account that a principal is or is of. An organization's own ARN is of none.
fn account_of(principal: &str) -> Option<&str> {
    let account = match principal.strip_prefix("arn:") {
        Some(rest) => match rest.split(':').collect::<Vec<_>>().get(1..4) {
            Some(["iam" | "sts", _, account]) => *account,
            _ => return None,
        },
        None => principal,
    };
    is_account(account).then_some(account)
}
