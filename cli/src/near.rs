//! A name that does not exist, and those that it may mean.

use riposte_core::text::plain;

/// How many are suggested.
const MOST: usize = 3;

/// The name, shown safely, with the ones of `known` that look like it; where none does, the command that lists them all.
pub(crate) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>, lists: &str) -> String {
    let far = name.chars().count() / 3 + 1;
    let mut close: Vec<_> = known
        .map(|other| (if other.contains(name) { 0 } else { distance(name, other) }, other))
        .filter(|(distance, _)| *distance <= far)
        .collect();
    close.sort_unstable();
    let close: Vec<_> = close.into_iter().take(MOST).map(|(_, other)| format!("`{other}`")).collect();
    let name = plain(name, 80);
    if close.is_empty() {
        format!("`{name}`; `{lists}` lists them")
    } else {
        format!("`{name}`; did you mean {}?", close.join(", "))
    }
}

/// How many characters have to be put in, taken out or changed to make one from the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, a) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(other.chars()) {
            let changed = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = changed.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (one, other, want) in [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("a", "a", 0)]
        {
            assert_eq!(distance(one, other), want, "{one} {other}");
            assert_eq!(distance(other, one), want, "{other} {one}");
        }
    }

    #[test]
    fn what_looks_alike_is_suggested_nearest_first() {
        let known = ["open-admin-port", "open-all-ports", "trail-stopped"];
        assert_eq!(
            near("open-admin-prot", known.into_iter(), "riposte detectors"),
            "`open-admin-prot`; did you mean `open-admin-port`?"
        );
        assert_eq!(near("trail", known.into_iter(), "riposte detectors"), "`trail`; did you mean `trail-stopped`?");
        assert_eq!(near("xyz\u{1b}", known.into_iter(), "riposte checks"), "`xyz\\u{1b}`; `riposte checks` lists them");
    }
}
