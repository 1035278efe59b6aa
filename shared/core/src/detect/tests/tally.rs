//! Bursts: different things, of one principal, within one window.

use serde_json::json;

use crate::detect::{Burst, Claim, DetectError, Detector, Facts, Index, Meta, Per, Sighting, Tally, run};
use crate::event::ApiCall;
use crate::finding::Target;

/// Counts the names that `Take` calls carry.
struct Taken;

const META: Meta = Meta {
    id: "much-taken",
    title: "Much taken",
    events: crate::detect::Events::Calls(&[crate::detect::EventName { source: "x.amazonaws.com", name: "Take" }]),
    burst: Some(Burst { what: "things", at_least: 3, within_s: 600, per: Per::Principal }),
    ..Meta::PLAIN
};

impl Detector for Taken {
    fn meta(&self) -> &Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let name = call.request_text("name").unwrap_or_default().to_owned();
        let target = Target::Resource { service: "x".to_owned(), id: name.clone() };
        Ok(vec![Claim { counted: Some(name), ..Claim::of(target, "taken".to_owned()) }])
    }
}

fn sighting(name: &str, user: &str, time: &str) -> Sighting {
    let record = json!({ "eventName": "Take", "eventSource": "x.amazonaws.com", "eventID": format!("{name}-{time}"),
        "eventTime": time, "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": { "type": "IAMUser", "arn": format!("arn:aws:iam::111122223333:user/{user}") },
        "requestParameters": { "name": name } });
    let call = ApiCall::new(record.as_object().unwrap().clone(), None, None);
    let index = Index::new([&Taken as &'static dyn Detector]);
    let mut report = run(&index, &call, &call.scope().unwrap(), &Facts::default());
    assert!(report.findings.is_empty(), "one event of a burst is no finding");
    report.sightings.remove(0)
}

fn counted(sightings: impl IntoIterator<Item = Sighting>) -> Vec<String> {
    let mut tally = Tally::default();
    sightings.into_iter().filter_map(|sighting| tally.count(sighting)).map(|finding| finding.why).collect()
}

#[test]
fn the_event_that_completes_the_number_makes_the_finding_and_it_comes_once() {
    let at = |second: u32| format!("2026-03-02T08:10:{second:02}Z");
    let names = ["a", "b", "c", "d", "e"];
    let found = counted(names.iter().zip(1..).map(|(name, second)| sighting(name, "eve", &at(second))));
    assert_eq!(found, ["3 different things within 10 min, the last: taken"]);
}

#[test]
fn the_same_thing_counts_once_however_often_it_is_delivered() {
    let time = "2026-03-02T08:10:00Z";
    assert!(counted((0..50).map(|_| sighting("a", "eve", time))).is_empty());
    assert!(counted(["a", "b", "a", "b"].map(|name| sighting(name, "eve", time))).is_empty());
}

#[test]
fn principals_and_windows_are_counted_apart() {
    let time = "2026-03-02T08:10:00Z";
    let users = [("a", "eve"), ("b", "eve"), ("c", "adam")];
    assert!(counted(users.map(|(name, user)| sighting(name, user, time))).is_empty());
    let times = [("a", "2026-03-02T08:09:59Z"), ("b", "2026-03-02T08:10:00Z"), ("c", "2026-03-02T08:10:01Z")];
    assert!(counted(times.map(|(name, time)| sighting(name, "eve", time))).is_empty());
    let reversed = ["2026-03-02T08:19:59Z", "2026-03-02T08:12:00Z", "2026-03-02T08:10:00Z"];
    let found = counted(["a", "b", "c"].iter().zip(reversed).map(|(name, time)| sighting(name, "eve", time)));
    assert_eq!(found.len(), 1, "the order of events does not matter");
}

#[test]
fn events_without_a_time_count_together() {
    assert_eq!(counted(["a", "b", "c"].map(|name| sighting(name, "eve", "no time"))).len(), 1);
}

#[test]
fn what_goes_on_is_told_again_after_six_hours() {
    let day = |name: &'static str| {
        (0..24 * 6).map(move |n| sighting(name, "eve", &format!("2026-03-02T{:02}:{}0:00Z", n / 6, n % 6)))
    };
    let all: Vec<_> = ["a", "b", "c"].into_iter().flat_map(day).collect();
    assert_eq!(counted(all.iter().cloned()).len(), 4);
    let ids: std::collections::BTreeSet<_> = all.iter().map(Sighting::burst_id).collect();
    assert_eq!(ids.len(), 4, "and it is the same incident until then");
}

#[test]
fn an_address_is_counted_whoever_calls() {
    let spray = |user: &str, address: &str| {
        let mut sighting = sighting(user, user, "2026-03-02T08:10:00Z");
        sighting.finding.principal.source_ip = Some(address.to_owned());
        let burst = Burst { per: Per::Address, ..sighting.burst };
        Sighting::new(&META, burst, user.to_owned(), sighting.finding)
    };
    assert_eq!(counted([spray("a", "192.0.2.1"), spray("b", "192.0.2.1"), spray("c", "192.0.2.1")]).len(), 1);
    assert!(counted([spray("a", "192.0.2.1"), spray("b", "192.0.2.1"), spray("c", "192.0.2.2")]).is_empty());
}
