//! `trail-blind-spot`: a trail that leaves services, calls or principals out.

use super::trail_narrowed::{EVENTS, trail};
use super::trail_selectors::coverage;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct TrailBlindSpot;

const META: Meta = Meta {
    id: "trail-blind-spot",
    title: "CloudTrail trail leaves services or principals out",
    domain: Domain::Traces,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1562.008"],
    events: Events::Calls(EVENTS),
    prose: "\
## What it does
Fires when the selectors of a trail leave management events of a service (usually KMS or the RDS data API), of
some calls or of some principals out, and no other selector of the same trail takes them in; and when data
events of some principals are left out. To choose which resources and which calls are recorded as data events
does not match. A trail without management events is `trail-narrowed`.

## Why is this bad?
A small gap is hardly noticed. Without KMS the use of keys is not recorded, which is where ransom by
re-encryption would show; a principal that is left out can do what it likes.

## False positives
KMS and the RDS data API are left out by many to save money, as the console offers it. Keep one trail that
records everything. Where these alone are left out, the confidence is low.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html>
- <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html>
",
    ..Meta::PLAIN
};

impl Detector for TrailBlindSpot {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let left_out = coverage(call).map(|coverage| coverage.leaves_out).unwrap_or_default();
        if left_out.is_empty() {
            return Ok(Vec::new());
        }
        let (name, actor) = (trail(call), call.actor());
        let why = format!(
            "`PutEventSelectors` by `{}` limited what the trail `{name}` records: {}",
            actor.label(),
            left_out.join(", ")
        );
        let target = Target::Resource { service: "cloudtrail".to_owned(), id: name.to_owned() };
        // The console has a box for each of the two, to save what they cost.
        let costly = |limit: &String| ["kms.amazonaws.com", "rdsdata.amazonaws.com"].iter().any(|s| limit.contains(s));
        let confidence = left_out.iter().all(costly).then_some(Confidence::Low);
        Ok(vec![Claim { confidence, ..Claim::of(target, plain(&why, 600)) }])
    }
}
