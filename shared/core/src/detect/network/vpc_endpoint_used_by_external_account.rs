//! `vpc-endpoint-used-by-external-account`: a call of another account passed our VPC endpoint.

use super::endpoint_caller::external;
use crate::detect::meta::page;
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, Events, Facts, Meta, Outcome, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct VpcEndpointUsedByExternalAccount;

const META: Meta = Meta {
    id: "vpc-endpoint-used-by-external-account",
    title: "VPC endpoint passed a call of an external account",
    domain: Domain::Network,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1567.002", "T1537"],
    events: Events::NetworkActivity,
    outcome: Outcome::Any,
    burst: Some(Burst { what: "callers", at_least: 1, within_s: 6 * 3600, per: Per::Principal }),
    prose: page(
        "\
## What it does
Fires when a call that was signed with credentials of another account, or with none, passes a VPC endpoint of
this account, whether the service then carries it out or refuses it: once for each caller in six hours. Calls of
the own account, of trusted accounts and of AWS's services do not fire, nor does what the endpoint itself
refuses. It needs a trail that records network activity events.

## Why is this bad?
Machines in a private network use the roles of their own account. Who brings along credentials of another
account can copy data to a bucket there, and neither the firewall nor this account's own records of calls show
it: the call belongs to the other account.

## False positives
Networks that are shared with other accounts, and software that is delivered with credentials of its vendor.
Name these accounts under `/riposte/trusted-accounts`, or let the policy of the endpoint admit no others.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html>
- <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for VpcEndpointUsedByExternalAccount {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.error_code() == Some("VpceAccessDenied") {
            return Ok(Vec::new());
        }
        Ok(external(call, facts, "passed").into_iter().collect())
    }
}
