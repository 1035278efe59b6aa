//! Which detectors read an event, found by its name: most events are nobody's, and a catalogue of any
//! size must cost them nothing.

use std::collections::HashMap;

use super::tools::is_known;
use super::{ANY, Detector, Events};
use crate::event::{ApiCall, without_date};

/// A catalogue, ready to be asked who reads an event.
#[derive(Debug, Default)]
pub struct Index {
    detectors: Vec<&'static dyn Detector>,
    /// By the call's name in lower case, since Sigma compares without case: service and place.
    by_name: HashMap<String, Vec<(&'static str, usize)>>,
    /// Those that read every call of a service.
    by_service: HashMap<&'static str, Vec<usize>>,
    by_root: Vec<usize>,
    denied: Vec<usize>,
    all: Vec<usize>,
    network_activity: Vec<usize>,
    tools: Vec<usize>,
}

/// What of an event decides who reads it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// `eventName`
    pub name: &'a str,
    /// `eventSource`
    pub source: Option<&'a str>,
    /// Whether the call failed.
    pub failed: bool,
    /// Whether it failed for want of a permission.
    pub denied: bool,
    /// Whether the root user made it.
    pub by_root: bool,
    /// Whether it is no call but what a VPC endpoint saw of one.
    pub network_activity: bool,
    /// Whether its user agent names a known tool.
    pub by_tool: bool,
}

impl<'a> From<&'a ApiCall> for Head<'a> {
    fn from(call: &'a ApiCall) -> Self {
        Self {
            name: call.event_name(),
            source: call.event_source(),
            failed: call.failed(),
            denied: call.denied(),
            by_root: call.by_root(),
            network_activity: call.is_network_activity(),
            by_tool: call.user_agent().is_some_and(is_known),
        }
    }
}

impl Index {
    /// An index over these detectors, whose order it keeps.
    #[must_use]
    pub fn new(detectors: impl IntoIterator<Item = &'static dyn Detector>) -> Self {
        let mut index = Self { detectors: detectors.into_iter().collect(), ..Self::default() };
        for (place, detector) in index.detectors.iter().enumerate() {
            match detector.meta().events {
                Events::Calls(names) => {
                    for event in names {
                        if event.name == ANY {
                            index.by_service.entry(event.source).or_default().push(place);
                        } else {
                            let name = without_date(Some(event.source), event.name).unwrap_or(event.name);
                            let readers = index.by_name.entry(name.to_ascii_lowercase()).or_default();
                            readers.push((event.source, place));
                        }
                    }
                }
                Events::ByRoot => index.by_root.push(place),
                Events::Denied => index.denied.push(place),
                Events::All => index.all.push(place),
                Events::NetworkActivity => index.network_activity.push(place),
                Events::Tools => index.tools.push(place),
                Events::Lines | Events::GuardDuty | Events::Looked => {}
            }
        }
        index
    }

    /// The detectors of the index, in order.
    #[must_use]
    pub fn detectors(&self) -> &[&'static dyn Detector] {
        &self.detectors
    }

    /// The detectors that read this call, in the catalogue's order. A failed call changed nothing, so
    /// only those that say they need failed calls see one.
    #[must_use]
    pub fn reading(&self, head: &Head<'_>) -> Vec<&'static dyn Detector> {
        if head.network_activity {
            return self.ended(&self.network_activity, head.failed);
        }
        let mut places: Vec<usize> = self.all.clone();
        // A date in the name says which version of the API was called, and nothing of what was done.
        for name in [Some(head.name), without_date(head.source, head.name)].into_iter().flatten() {
            if let Some(readers) = self.by_name.get(name.to_ascii_lowercase().as_str()) {
                let of_service = |source: &str| {
                    source == ANY || head.source.is_some_and(|service| service.eq_ignore_ascii_case(source))
                };
                places.extend(readers.iter().filter(|(source, _)| of_service(source)).map(|(_, place)| *place));
            }
        }
        if !self.by_service.is_empty() {
            let readers = head.source.and_then(|source| self.by_service.get(source));
            places.extend(readers.into_iter().flatten());
        }
        if head.by_root {
            places.extend(&self.by_root);
        }
        if head.denied {
            places.extend(&self.denied);
        }
        if head.by_tool {
            places.extend(&self.tools);
        }
        places.sort_unstable();
        places.dedup();
        self.ended(&places, head.failed)
    }

    /// Those of the detectors at these places that read calls which ended so.
    fn ended(&self, places: &[usize], failed: bool) -> Vec<&'static dyn Detector> {
        let found = places.iter().filter_map(|place| self.detectors.get(*place).copied());
        found.filter(|detector| detector.meta().outcome.covers(failed)).collect()
    }
}
