//! Rules over several events: what has to happen within which time, in one group of events.
//!
//! The window slides: it is any stretch of the rule's length that holds the event at hand, so that what lies on both
//! sides of a full hour counts together, and events may come late. Whoever counts keeps what was seen as marks, in
//! memory or in the ledger, and [`Correlation::holds`] decides over them.

use std::collections::BTreeSet;

use crate::seal::short_hash;

/// What a correlation counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Events.
    Events,
    /// Different values of a field.
    Values,
    /// Rules that found something, each once.
    Rules(usize),
    /// The same, in the order in which they stand.
    Ordered(usize),
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// `lt`
    Less,
    /// `lte`
    AtMost,
    /// `gt`
    More,
    /// `gte`
    AtLeast,
    /// `eq`
    Equal,
    /// `neq`
    Other,
}

impl Compare {
    fn holds(self, count: u64, number: u64) -> bool {
        match self {
            Self::Less => count < number,
            Self::AtMost => count <= number,
            Self::More => count > number,
            Self::AtLeast => count >= number,
            Self::Equal => count == number,
            Self::Other => count != number,
        }
    }
}

/// Which rules have found something within a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The rule of this number.
    Rule(usize),
    /// All of these.
    All(Vec<Found>),
    /// One of these.
    Any(Vec<Found>),
    /// Not this.
    Not(Box<Found>),
}

impl Found {
    fn holds(&self, rules: &BTreeSet<usize>) -> bool {
        match self {
            Self::Rule(number) => rules.contains(number),
            Self::All(parts) => parts.iter().all(|part| part.holds(rules)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(rules)),
            Self::Not(part) => !part.holds(rules),
        }
    }
}

/// What a correlation asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlation {
    /// What is counted.
    pub kind: Kind,
    /// All of these must hold for the number.
    pub wanted: Vec<(Compare, u64)>,
    /// For [`Kind::Rules`] and [`Kind::Ordered`]: which rules, where not all.
    pub found: Option<Found>,
    /// The window's length in seconds, at least 1.
    pub span_s: i64,
}

/// One event that was seen: when, and what it adds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Seconds since 1970.
    pub at_s: i64,
    /// The rule's number, or a hash of what is counted.
    pub item: String,
}

impl Mark {
    /// As a text, for a set of texts.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}#{}", self.at_s, self.item)
    }

    /// Reads [`Mark::text`].
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (at_s, item) = text.split_once('#')?;
        Some(Self { at_s: at_s.parse().ok()?, item: item.to_owned() })
    }
}

impl Correlation {
    /// The mark of an item.
    #[must_use]
    pub fn mark(&self, at_s: i64, item: &str) -> Mark {
        let item = match self.kind {
            Kind::Events | Kind::Values => short_hash(&[item]),
            Kind::Rules(_) | Kind::Ordered(_) => item.to_owned(),
        };
        Mark { at_s, item }
    }

    /// Whether the marks of one group, among them that of the event at `at_s`, are what is asked for within some
    /// window that holds this event; then how many were counted there. The same mark counts once.
    #[must_use]
    pub fn holds(&self, marks: &[Mark], at_s: i64) -> Option<usize> {
        let near = |mark: &&Mark| mark.at_s.abs_diff(at_s) < self.span_s.unsigned_abs();
        let marks: Vec<&Mark> = marks.iter().filter(near).collect::<BTreeSet<_>>().into_iter().collect();
        // Every window that matters ends with one of the marks.
        let ends = marks.iter().map(|mark| mark.at_s).filter(|end| *end >= at_s).collect::<BTreeSet<_>>();
        ends.into_iter().find_map(|end| {
            let within = |mark: &&&Mark| mark.at_s <= end && mark.at_s > end - self.span_s;
            self.counted(&marks.iter().filter(within).copied().collect::<Vec<_>>())
        })
    }

    fn counted(&self, window: &[&Mark]) -> Option<usize> {
        let rules = || -> BTreeSet<usize> { window.iter().filter_map(|mark| mark.item.parse().ok()).collect() };
        let count = match &self.kind {
            Kind::Events | Kind::Values => window.iter().map(|mark| &mark.item).collect::<BTreeSet<_>>().len(),
            Kind::Rules(all) => match &self.found {
                Some(found) => return found.holds(&rules()).then(|| rules().len()),
                None if self.wanted.is_empty() => return (rules().len() == *all).then_some(*all),
                None => rules().len(),
            },
            Kind::Ordered(all) => {
                let wanted = self.found.as_ref().is_none_or(|found| found.holds(&rules()));
                return (wanted && in_order(window, *all)).then_some(*all);
            }
        };
        let number = u64::try_from(count).unwrap_or(u64::MAX);
        self.wanted.iter().all(|(compare, wanted)| compare.holds(number, *wanted)).then_some(count)
    }
}

/// Whether the rules found something one after the other. Two at the same second are in any order, since the time of
/// an event says no more.
fn in_order(window: &[&Mark], all: usize) -> bool {
    let mut after = i64::MIN;
    (0..all).all(|number| {
        let number = number.to_string();
        let times = window.iter().filter(|mark| mark.item == number && mark.at_s >= after).map(|mark| mark.at_s);
        match times.min() {
            Some(first) => {
                after = first;
                true
            }
            None => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correlation(kind: Kind, wanted: &[(Compare, u64)]) -> Correlation {
        Correlation { kind, wanted: wanted.to_vec(), found: None, span_s: 300 }
    }

    fn marks(of: &Correlation, seen: &[(i64, &str)]) -> Vec<Mark> {
        seen.iter().map(|(at_s, item)| of.mark(*at_s, item)).collect()
    }

    #[test]
    fn events_count_within_any_window_that_holds_the_event() {
        let three = correlation(Kind::Events, &[(Compare::AtLeast, 3)]);
        let holds = |seen: &[(i64, &str)], at| three.holds(&marks(&three, seen), at);
        assert_eq!(holds(&[(290, "a"), (299, "b"), (310, "c")], 310), Some(3));
        assert_eq!(holds(&[(290, "a"), (299, "b"), (310, "c")], 290), Some(3), "a late event completes it too");
        assert_eq!(holds(&[(0, "a"), (1, "b"), (300, "c")], 300), None);
        assert_eq!(holds(&[(0, "a"), (0, "a"), (1, "b")], 1), None, "a repeated delivery counts once");
        assert_eq!(holds(&[(0, "a"), (1, "b"), (2, "c"), (900, "d")], 900), None, "the event must be in it");
    }

    #[test]
    fn every_comparison_is_what_it_says() {
        for (wanted, holds) in [
            (vec![(Compare::Equal, 2)], [false, true, false]),
            (vec![(Compare::More, 1)], [false, true, true]),
            (vec![(Compare::AtLeast, 2), (Compare::AtMost, 2)], [false, true, false]),
            (vec![(Compare::AtLeast, 1), (Compare::Less, 3)], [true, true, false]),
            (vec![(Compare::AtLeast, 1), (Compare::Other, 2)], [true, false, true]),
        ] {
            let rule = correlation(Kind::Values, &wanted);
            let seen = marks(&rule, &[(0, "a"), (1, "b"), (2, "c")]);
            let found: Vec<_> = (1..=3).map(|n| rule.holds(&seen[..n], n as i64 - 1).is_some()).collect();
            assert_eq!(found, holds, "{wanted:?}");
        }
    }

    #[test]
    fn rules_are_found_in_any_order_or_in_theirs() {
        let any = correlation(Kind::Rules(2), &[]);
        let ordered = correlation(Kind::Ordered(2), &[]);
        for (seen, at, both) in [
            (vec![(0, "0"), (9, "1")], 9, [true, true]),
            (vec![(0, "1"), (9, "0")], 9, [true, false]),
            (vec![(0, "0"), (0, "1")], 0, [true, true]),
            (vec![(0, "0"), (400, "1")], 400, [false, false]),
            (vec![(0, "1"), (5, "0"), (9, "1")], 9, [true, true]),
            (vec![(0, "0"), (9, "0")], 9, [false, false]),
        ] {
            let found = [&any, &ordered].map(|rule| rule.holds(&marks(rule, &seen), at).is_some());
            assert_eq!(found, both, "{seen:?}");
        }
    }

    #[test]
    fn a_condition_says_which_rules() {
        let found = Found::All(vec![Found::Rule(0), Found::Not(Box::new(Found::Rule(1)))]);
        let rule = Correlation { found: Some(found), ..correlation(Kind::Rules(2), &[]) };
        assert!(rule.holds(&marks(&rule, &[(0, "0")]), 0).is_some());
        assert!(rule.holds(&marks(&rule, &[(0, "1"), (1, "0")]), 1).is_none());
        let either = Correlation { found: Some(Found::Any(vec![Found::Rule(0), Found::Rule(1)])), ..rule };
        assert!(either.holds(&marks(&either, &[(0, "1")]), 0).is_some());
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let mark = Mark { at_s: -7, item: "a#b".to_owned() };
        assert_eq!(Mark::read(&mark.text()), Some(mark));
        assert_eq!((Mark::read("x"), Mark::read("x#y")), (None, None));
    }
}
