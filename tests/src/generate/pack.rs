//! Which rule delivers which call: packed by service, so that a call that comes or goes changes one rule.
//!
//! Filling rules one after another would move every call behind the new one. Here each service has a place by the hash
//! of its name, and a rule that grows too long becomes two, by the next bit of the hash. A service that alone needs
//! half a rule or more has rules of its own, split by the hash of the call's name.

use std::collections::BTreeMap;

use riposte_core::detect::{ANY, EventName};
use riposte_core::seal::short_hash;

/// Calls that go together, and what tells their rule from the others of its kind: a part of its logical id.
pub(super) type Packed = (String, Vec<EventName>);

/// Packs calls so that `fits` holds for each part. `large` says that a service's calls deserve rules of their own.
pub(super) fn pack(
    events: &[EventName],
    fits: impl Fn(&[EventName]) -> bool,
    large: impl Fn(&[EventName]) -> bool,
) -> Vec<Packed> {
    let mut services: BTreeMap<&str, Vec<EventName>> = BTreeMap::new();
    // A call without a service, or a service without a call, stands apart: beside others it would let more through.
    let (mut of_any_service, mut whole_services) = (Vec::new(), Vec::new());
    for event in events {
        match (event.source == ANY, event.name == ANY) {
            (true, _) => of_any_service.push(*event),
            (false, true) => whole_services.push(*event),
            (false, false) => services.entry(event.source).or_default().push(*event),
        }
    }
    let mut out = Vec::new();
    let mut small = Vec::new();
    for (source, calls) in services {
        if large(&calls) {
            split(format!("{}Rule", word(source)), calls, &fits, |event| event.name, &mut out);
        } else {
            small.extend(calls);
        }
    }
    split("Rule".to_owned(), small, &fits, |event| event.source, &mut out);
    split("ServicesRule".to_owned(), whole_services, &fits, |event| event.source, &mut out);
    split("AnywhereRule".to_owned(), of_any_service, &fits, |event| event.name, &mut out);
    out
}

fn split(
    name: String,
    events: Vec<EventName>,
    fits: &impl Fn(&[EventName]) -> bool,
    by: fn(&EventName) -> &'static str,
    out: &mut Vec<Packed>,
) {
    let mut parts = vec![(name, 0_u32, events)];
    while let Some((name, depth, events)) = parts.pop() {
        if events.is_empty() {
            continue;
        }
        // 64 bits of hash: what is still together after them is one name.
        if depth == 64 || fits(&events) {
            out.push((name, events));
            continue;
        }
        let (ones, zeros): (Vec<_>, Vec<_>) = events.into_iter().partition(|event| bit(by(event), depth));
        parts.push((format!("{name}1"), depth + 1, ones));
        parts.push((format!("{name}0"), depth + 1, zeros));
    }
}

fn bit(name: &str, depth: u32) -> bool {
    let hash = u64::from_str_radix(&short_hash(&[name]), 16).unwrap_or_default();
    hash.rotate_left(depth + 1) & 1 == 1
}

/// A service's name as part of a logical id: `ec2.amazonaws.com` is `Ec2`.
fn word(source: &str) -> String {
    let short = source.split('.').next().unwrap_or(source);
    let words = short.split(|c: char| !c.is_ascii_alphanumeric());
    words.map(super::template::capitalized).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICES: [&str; 12] = [
        "a.amazonaws.com",
        "b.amazonaws.com",
        "c.amazonaws.com",
        "d.amazonaws.com",
        "e.amazonaws.com",
        "f.amazonaws.com",
        "g.amazonaws.com",
        "h.amazonaws.com",
        "i.amazonaws.com",
        "j.amazonaws.com",
        "k.amazonaws.com",
        "big-one.amazonaws.com",
    ];
    const NAMES: [&str; 9] = ["Create", "Delete", "Put", "Update", "Start", "Stop", "Attach", "Detach", "Modify"];

    fn packed(events: &[EventName]) -> BTreeMap<String, Vec<EventName>> {
        pack(events, |calls| calls.len() <= 8, |calls| calls.len() > 4).into_iter().collect()
    }

    /// Three calls of each service, and nine of the big one.
    fn events() -> Vec<EventName> {
        let of = |source| NAMES.iter().take(if source == "big-one.amazonaws.com" { 9 } else { 3 });
        SERVICES.iter().flat_map(|source| of(*source).map(|name| EventName { source, name })).collect()
    }

    #[test]
    fn everything_is_in_exactly_one_rule_and_every_rule_fits() {
        let events = events();
        let rules = packed(&events);
        assert!(rules.values().all(|calls| calls.len() <= 8));
        let mut all: Vec<_> = rules.values().flatten().copied().collect();
        all.sort_unstable();
        let mut wanted = events;
        wanted.sort_unstable();
        assert_eq!(all, wanted);
        assert!(rules.keys().any(|name| name.starts_with("BigOneRule")), "{:?}", rules.keys());
    }

    /// The point of it: whichever call comes, one rule changes, or one becomes two.
    #[test]
    fn a_call_that_comes_changes_one_rule() {
        let all = events();
        for (index, added) in all.iter().enumerate() {
            let mut before: Vec<_> = all.clone();
            before.remove(index);
            let (before, after) = (packed(&before), packed(&all));
            let changed: Vec<_> = before.iter().filter(|(name, calls)| after.get(*name) != Some(*calls)).collect();
            assert!(changed.len() <= 1, "{added:?}: {changed:?}");
        }
    }

    #[test]
    fn what_names_no_service_or_no_call_stands_apart() {
        let events = [
            EventName { source: "a.amazonaws.com", name: "Create" },
            EventName { source: "a.amazonaws.com", name: ANY },
            EventName { source: ANY, name: "Create" },
        ];
        let names: Vec<_> = packed(&events).into_keys().collect();
        assert_eq!(names, ["AnywhereRule", "Rule", "ServicesRule"]);
    }
}
