//! `database-endpoint-opened-to-account`: private access to a data store granted to another account.

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

pub(super) const DATABASE_ENDPOINT_OPENED_TO_ACCOUNT: Change = Change {
    meta: Meta {
        id: "database-endpoint-opened-to-account",
        title: "Private access to a data store granted to another account",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1537", "T1133"],
        events: Events::Calls(&[
            EventName { source: "redshift.amazonaws.com", name: "AuthorizeEndpointAccess" },
            EventName { source: "es.amazonaws.com", name: "AuthorizeVpcEndpointAccess" },
        ]),
        prose: page(
            "\
## What it does
Fires when another AWS account is let make endpoints of its own to a warehouse of Redshift or a domain of
OpenSearch. The account itself, AWS services and taking the permission away are silent.

## Why is this bad?
The other account's machines reach the data store as if it stood in their network, past every rule for
addresses here.

## False positives
Accounts of the same organisation that share a warehouse. The event cannot tell them from strangers.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/redshift/latest/APIReference/API_AuthorizeEndpointAccess.html>
- <https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_AuthorizeVpcEndpointAccess.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["clusterIdentifier", "domainName"],
    when: for_another,
};

fn for_another(call: &ApiCall) -> bool {
    let Some(own) = call.account() else { return false };
    call.request_text("account").is_some_and(|account| *account != *own)
}
