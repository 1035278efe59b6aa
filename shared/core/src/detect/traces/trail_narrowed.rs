//! `trail-narrowed`: a trail that no longer records all management events.

use super::trail_selectors::{Coverage, coverage};
use crate::action::{ActionId, RestoreEventSelectors};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct TrailNarrowed;

const META: Meta = Meta {
    id: "trail-narrowed",
    title: "CloudTrail trail records less",
    domain: Domain::Traces,
    severity: Severity::High,
    confidence: Confidence::High,
    technique: &["T1562.008"],
    actions: &[ActionId::RestoreEventSelectors],
    events: Events::Calls(EVENTS),
    prose: "\
## What it does
Fires when the selectors of a trail are set so that it records no management events at all, or only those
that read, or only those that write. Older and advanced selectors are understood, and what several of them
add up to counts. A trail that records data events of something in particular and no management events may be
a second trail: the confidence is then low. Selectors that only leave something out are `trail-blind-spot`.

The event does not say what the selectors were before, so that data events which are no longer recorded
cannot be found out.

## Why is this bad?
The trail still exists, still logs and still writes a file every five minutes, so that nothing looks wrong,
while the calls that create users, open networks and delete backups are no longer in it.

## False positives
A second trail for data events only, and trails that leave out reads to save money. Keep one trail that
records everything.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.defense-evasion.cloudtrail-event-selectors/>
- <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html>
",
    ..Meta::PLAIN
};

/// The call that sets selectors.
pub(super) const EVENTS: &[EventName] = &[EventName { source: "cloudtrail.amazonaws.com", name: "PutEventSelectors" }];

/// The trail that a call is about.
pub(super) fn trail(call: &ApiCall) -> &str {
    call.request_text("trailName").unwrap_or("(not named)")
}

impl Detector for TrailNarrowed {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (what, confidence) = match coverage(call) {
            Some(Coverage { reads: false, writes: false, data: true, .. }) => {
                ("data events only, and no management events", Some(Confidence::Low))
            }
            Some(Coverage { reads: false, writes: false, .. }) => ("no management events", None),
            Some(Coverage { writes: false, .. }) => ("only management events that read", None),
            Some(Coverage { reads: false, .. }) => ("only management events that write", Some(Confidence::Medium)),
            Some(_) | None => return Ok(Vec::new()),
        };
        let name = trail(call);
        let why = format!("`PutEventSelectors` by `{}` made the trail `{name}` record {what}", call.actor().label());
        let target = Target::Resource { service: "cloudtrail".to_owned(), id: name.to_owned() };
        let named =
            call.request_text("trailName").map(|name| name.rsplit_once(":trail/").map_or(name, |(_, name)| name));
        let response = named.map(|trail| RestoreEventSelectors { trail: trail.to_owned() });
        Ok(vec![Claim { confidence, ..Claim::of(target, plain(&why, 600)).asking(response) }])
    }
}
