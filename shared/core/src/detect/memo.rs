//! What was found of the events before, remembered: an input has millions of events, of a few thousand kinds.
//!
//! Whoever writes an input chooses the names in it, so what is remembered is bounded.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{Detector, Head, Index, tools};

/// How many kinds of events and how many user agents are remembered.
const MOST: usize = 4096;

/// Longer user agents are looked at each time.
const LONGEST: usize = 1024;

/// Who reads which events, and which user agents name a known tool. For one index alone.
#[derive(Debug, Default)]
pub struct Memo {
    /// By the kind of event, where its readers stand.
    kinds: HashMap<Box<[u8]>, usize, FixedState>,
    readers: Vec<Vec<&'static dyn Detector>>,
    agents: HashMap<Box<str>, bool, FixedState>,
    /// The kind of the event at hand.
    kind: Vec<u8>,
}

impl Memo {
    /// Whether a user agent names a known tool.
    pub fn is_known_tool(&mut self, agent: &str) -> bool {
        if let Some(known) = self.agents.get(agent) {
            return *known;
        }
        let known = tools::is_known(agent);
        if self.agents.len() < MOST && agent.len() <= LONGEST {
            self.agents.insert(agent.into(), known);
        }
        known
    }
}

impl Index {
    /// The detectors that read this call, as [`Index::reading`] says.
    pub fn remembered<'m>(&self, memo: &'m mut Memo, head: &Head<'_>) -> &'m [&'static dyn Detector] {
        let Head { name, source, failed, denied, by_root, network_activity, by_tool } = *head;
        let flags = [source.is_some(), failed, denied, by_root, network_activity, by_tool];
        let flags = flags.into_iter().fold(0_u8, |bits, flag| bits << 1 | u8::from(flag));
        let Memo { kinds, readers, kind, .. } = memo;
        kind.clear();
        kind.push(flags);
        // No name has a zero byte's place: the length tells where it ends.
        kind.extend_from_slice(&name.len().to_le_bytes());
        kind.extend_from_slice(name.as_bytes());
        kind.extend_from_slice(source.unwrap_or_default().as_bytes());
        let place = match kinds.get(kind.as_slice()) {
            Some(place) => *place,
            None => {
                if readers.len() >= MOST {
                    kinds.clear();
                    readers.clear();
                }
                kinds.insert(kind.as_slice().into(), readers.len());
                readers.push(self.reading(head));
                readers.len() - 1
            }
        };
        readers.get(place).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::detectors;

    #[test]
    fn what_is_remembered_is_what_was_found() {
        let index = Index::new(detectors().iter().copied());
        let mut memo = Memo::default();
        let ids = |all: &[&'static dyn Detector]| all.iter().map(|detector| detector.meta().id).collect::<Vec<_>>();
        let names = ["GetSecretValue", "AssumeRole", "ConsoleLogin", "", "Nothing"];
        let sources = [None, Some(""), Some("sts.amazonaws.com"), Some("secretsmanager.amazonaws.com")];
        for _ in 0..2 {
            for (name, source, bits) in names.iter().flat_map(|name| {
                sources.iter().flat_map(move |source| (0..32_u8).map(move |bits| (*name, *source, bits)))
            }) {
                let bit = |number: u8| bits >> number & 1 == 1;
                let head = Head {
                    name,
                    source,
                    failed: bit(0),
                    denied: bit(1),
                    by_root: bit(2),
                    network_activity: bit(3),
                    by_tool: bit(4),
                };
                assert_eq!(ids(index.remembered(&mut memo, &head)), ids(&index.reading(&head)), "{head:?}");
            }
        }
    }

    #[test]
    fn names_without_end_cost_no_memory() {
        let index = Index::new(detectors().iter().copied());
        let mut memo = Memo::default();
        for number in 0..3 * MOST {
            let (name, agent) = (format!("Name{number}"), format!("Pacu/{number}"));
            assert!(index.remembered(&mut memo, &Head { name: &name, ..Head::default() }).is_empty());
            assert!(memo.is_known_tool(&agent));
        }
        assert!(memo.readers.len() <= MOST && memo.kinds.len() <= MOST && memo.agents.len() <= MOST);
    }
}
