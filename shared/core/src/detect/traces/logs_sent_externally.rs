//! `logs-sent-externally`: log lines and metrics that leave as they are written.

use serde_json::Value;

use super::paths::texts;
use crate::arn::is_account;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct LogsSentExternally;

const META: Meta = Meta {
    id: "logs-sent-externally",
    title: "Logs sent to another account",
    domain: Domain::Traces,
    severity: Severity::Medium,
    technique: &["T1537", "T1562.008"],
    events: Events::Calls(&[
        EventName { source: "logs.amazonaws.com", name: "PutSubscriptionFilter" },
        EventName { source: "logs.amazonaws.com", name: "PutAccountPolicy" },
        EventName { source: "logs.amazonaws.com", name: "CreateDelivery" },
        EventName { source: "oam.amazonaws.com", name: "CreateLink" },
    ]),
    prose: "\
## What it does
Fires when a log group, or all of an account, is subscribed to a destination in another account, a service's
logs are delivered to one there, or the account is linked to the monitoring account of somebody else.
Destinations in the account itself do not match.

## Why is this bad?
Logs hold what applications say of their users, and often tokens and passwords. Each line arrives there as it
is written, for as long as the filter stands; and a group can have few filters, so that one more may take the
place of the one by which the security team reads.

## False positives
A central logging account, which every account sends to. Compare the account in the finding with it.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html>
",
    ..Meta::PLAIN
};

impl Detector for LogsSentExternally {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let keys = ["requestParameters.destinationArn", "requestParameters.deliveryDestinationArn"];
        let keys = keys.iter().chain(&["requestParameters.sinkIdentifier"]);
        let mut to: Vec<String> = keys.flat_map(|key| texts(call, key)).map(str::to_owned).collect();
        to.extend(call.request_text("policyDocument").and_then(destination));
        let own = call.account();
        // Who the caller's account is must be known, or every destination would look foreign.
        let Some(own) = own.as_deref() else { return Ok(Vec::new()) };
        let foreign = |arn: &String| account(arn).is_some_and(|id| facts.trusted.is_foreign(Some(own), id));
        let names = ["requestParameters.logGroupName", "requestParameters.deliverySourceName"];
        let source = names.iter().flat_map(|key| texts(call, key)).next().unwrap_or("(the account)");
        let claim = |arn: String| {
            let actor = call.actor();
            let why = format!("`{}` by `{}` sends `{source}` to `{arn}`", call.event_name(), actor.label());
            let service = call.service();
            let target = Target::Resource { service: service.to_owned(), id: source.to_owned() };
            Claim::of(target, plain(&why, 600))
        };
        Ok(to.into_iter().filter(foreign).map(claim).collect())
    }
}

/// Where the policy of a whole account sends its lines.
fn destination(policy: &str) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    policy.get("DestinationArn")?.as_str().map(str::to_owned)
}

/// The account of an ARN that names one.
fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|id| is_account(id))
}
