//! `vpc-endpoint-denied-external-account`: a call of another account refused at our VPC endpoint.

use super::endpoint_caller::external;
use crate::detect::meta::page;
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, Events, Facts, Meta, Outcome, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};

/// See [`META`].
pub(super) struct VpcEndpointDeniedExternalAccount;

const META: Meta = Meta {
    id: "vpc-endpoint-denied-external-account",
    title: "VPC endpoint refused a call of an external account",
    domain: Domain::Network,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1567.002", "T1537"],
    events: Events::NetworkActivity,
    outcome: Outcome::Failure,
    burst: Some(Burst { what: "callers", at_least: 1, within_s: 6 * 3600, per: Per::Principal }),
    prose: page(
        "\
## What it does
Fires when the policy of a VPC endpoint of this account refuses a call that was signed with credentials of
another account (`VpceAccessDenied`), or with none: once for each caller in six hours. Calls of the own
account, of trusted accounts and of AWS's services do not fire, nor does what another policy refuses. It needs a
trail that records network activity events.

## Why is this bad?
Machines in a private network use the roles of their own account. Credentials of another account are brought
along, mostly to copy data to a bucket there, where no firewall sees it. Here the policy of the endpoint has
held; the machine that tried is in the hands of somebody else.

## False positives
Software that is delivered with credentials of its vendor's account. Allow what it needs in the policy of the
endpoint, or name the account under `/riposte/trusted-accounts`.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html>
- <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for VpcEndpointDeniedExternalAccount {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.error_code() != Some("VpceAccessDenied") {
            return Ok(Vec::new());
        }
        Ok(external(call, facts, "was refused at").into_iter().collect())
    }
}
