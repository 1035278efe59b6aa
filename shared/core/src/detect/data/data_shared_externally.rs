//! `data-shared-externally`: data shared with another account.

use serde_json::Value;

use super::json::{each, texts};
use crate::arn::account_of;
use crate::detect::named::{named, values};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct DataSharedExternally;

const META: Meta = Meta {
    id: "data-shared-externally",
    title: "Data shared with another account",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1537", "T1098"],
    events: Events::Calls(&[
        EventName { source: "lakeformation.amazonaws.com", name: "GrantPermissions" },
        EventName { source: "lakeformation.amazonaws.com", name: "BatchGrantPermissions" },
        EventName { source: "redshift.amazonaws.com", name: "AuthorizeDataShare" },
        EventName { source: "redshift.amazonaws.com", name: "AuthorizeEndpointAccess" },
        EventName { source: "es.amazonaws.com", name: "AuthorizeVpcEndpointAccess" },
        EventName { source: "s3.amazonaws.com", name: "CreateAccessGrant" },
    ]),
    prose: "\
## What it does
Fires when Lake Formation grants tables, databases or locations to another account or to a principal of
one, when a Redshift data share is authorized for another account, when another account may reach a Redshift
cluster or a search domain by an endpoint in a network of its own, and when S3 Access Grants gives such a
principal a place in a bucket. Grants to the account's own principals and to groups do not match.

## Why is this bad?
The other account queries the live tables with its own tools, for as long as the grant stands: nothing has
to be copied, and the queries are recorded there, not here.

## False positives
Data that is shared within a company by design. Compare the account in the finding with your own.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-permissions.html>
- <https://docs.aws.amazon.com/redshift/latest/dg/datashare-overview.html>
",
    ..Meta::PLAIN
};

impl Detector for DataSharedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let principal =
            |entry: &'static str| move |value: &Value| value.get("principal")?.get(entry)?.as_str().map(str::to_owned);
        let of = principal("dataLakePrincipalIdentifier");
        let mut with: Vec<String> = call.member("requestParameters").and_then(&of).into_iter().collect();
        with.extend(each(call.request("entries")).iter().filter_map(&of));
        with.extend(texts(call.request("consumerIdentifier")).map(str::to_owned));
        with.extend(values(call.record(), "granteeIdentifier"));
        with.extend(texts(call.request("account")).map(str::to_owned));
        let own = call.account();
        let foreign = |who: &&String| account_of(who).is_some_and(|id| facts.trusted.is_foreign(own.as_deref(), id));
        let Some(who) = with.iter().find(foreign) else { return Ok(Vec::new()) };
        let first = ["dataShareArn", "clusterIdentifier", "domainName"].iter().find_map(|name| call.request_text(name));
        let what = first.map(str::to_owned).or_else(|| named(call, &["s3SubPrefix", "accessGrantsLocationId"]));
        let what =
            what.or_else(|| call.request("resource").map(Value::to_string)).unwrap_or_else(|| "(several)".into());
        let why = format!("`{}` gives `{who}`, of another account, access to `{what}`", call.event_name());
        let service = call.service();
        let target = Target::Resource { service: service.to_owned(), id: plain(&what, 300) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
