//! Which ring a node belongs to.

use std::collections::BTreeMap;

use crate::settings::Rings;

/// The ring of a node with these tags.
///
/// # Errors
/// Where the tag names a ring that there is none of: most likely a typing error. Nothing is patched on such a node, since
/// the ring that was meant is not known.
pub(crate) fn of(rings: &Rings, tags: &BTreeMap<String, String>) -> Result<String, String> {
    match tags.get(&rings.tag).map(|value| value.trim()) {
        Some(value) if rings.order.iter().any(|ring| ring == value) => Ok(value.to_owned()),
        Some(value) => Err(format!(
            "its tag `{}` says `{}`, and {}",
            crate::plain(&rings.tag),
            crate::plain(value),
            which(rings, value)
        )),
        None => Ok(rings.untagged.clone().or_else(|| rings.order.last().cloned()).unwrap_or_default()),
    }
}

/// Which rings there are, and which one was most likely meant by a name that is none of them.
pub(crate) fn which(rings: &Rings, name: &str) -> String {
    let near = rings.order.iter().min_by_key(|ring| distance(ring, name));
    let near =
        near.filter(|ring| distance(ring, name) <= 2).map(|ring| format!("; is `{}` meant?", crate::plain(ring)));
    let all: Vec<String> = rings.order.iter().map(|ring| format!("`{}`", crate::plain(ring))).collect();
    format!("the rings are {}{}", all.join(", "), near.unwrap_or_default())
}

/// How many signs must be put in, taken out or replaced.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, sign) in a.to_lowercase().chars().take(64).enumerate() {
        let mut last = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, other) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or_default();
            let left = row.get(j).copied().unwrap_or_default();
            let best = (last + usize::from(sign != *other)).min(above + 1).min(left + 1);
            last = above;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = best;
            }
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_told_and_no_ring_is_guessed() {
        let rings = Rings::default();
        let of = |value: &str| of(&rings, &[("ring".to_owned(), value.to_owned())].into());
        assert_eq!(of("dev").unwrap(), "dev");
        let error = of("Porod").unwrap_err();
        assert!(error.contains("`Porod`") && error.contains("is `prod` meant?"), "{error}");
        assert!(!of("blue\n").unwrap_err().contains("meant"));
        assert_eq!(super::of(&rings, &BTreeMap::new()).unwrap(), "prod");
    }
}
