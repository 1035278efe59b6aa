//! Values of no word or of several: `user  from` and `user john smith from` beside `user <*> from`.
//!
//! A rare group belongs to a frequent one where it is the same but for what stands in place of one value. Enough other
//! words must be the same, and what stands there must be words alone: `invalid user <*>` for `<*>` says something
//! else.

use std::collections::HashMap;

use super::{Group, Piece, Shape};

/// The most words that a value may have.
const MOST_WORDS: usize = 4;
/// How much more frequent the group must be that takes in another: in which the value is missing, ...
const TIMES_EMPTY: u64 = 3;
/// ... or in which it has several words.
const TIMES_WORDS: u64 = 10;
/// So many words must be the same.
const SAME_WORDS: usize = 3;

/// Puts groups together, and all in the order of their first lines.
pub(super) fn merge(shapes: &[Shape], mut groups: Vec<Group>) -> Vec<Group> {
    let lines = |group: &Group| -> u64 {
        group.members.iter().filter_map(|member| shapes.get(*member)).map(|shape| shape.lines).sum()
    };
    groups.sort_by_key(|group| group.members.first().copied());
    let mut by_ends: HashMap<(u64, u64), usize> = HashMap::new();
    let mut order: Vec<usize> = (0..groups.len()).collect();
    let sizes: Vec<u64> = groups.iter().map(lines).collect();
    let size = |index: usize| sizes.get(index).copied().unwrap_or_default();
    order.sort_by_key(|index| (std::cmp::Reverse(size(*index)), *index));
    let mut into: Vec<(usize, usize)> = Vec::new();
    for index in order {
        let Some(group) = groups.get(index) else { continue };
        let host = find(group, size(index), &by_ends, &size);
        if let Some(host) = host {
            into.push((index, host));
            continue;
        }
        let constants = group.pattern.iter().filter(|piece| matches!(piece, Piece::Word { .. })).count();
        if constants < SAME_WORDS {
            continue;
        }
        let (before, after) = ends(&group.pattern);
        for (at, piece) in group.pattern.iter().enumerate() {
            if matches!(piece, Piece::Any { .. })
                && let (Some(before), Some(after)) = (before.get(at), after.get(at + 1))
            {
                by_ends.entry((*before, *after)).or_insert(index);
            }
        }
    }
    for (from, host) in into {
        let members = groups.get_mut(from).map(|group| std::mem::take(&mut group.members)).unwrap_or_default();
        if let Some(group) = groups.get_mut(host) {
            group.members.extend(members);
            group.members.sort_unstable();
        }
    }
    groups.retain(|group| !group.members.is_empty());
    groups.sort_by_key(|group| group.members.first().copied());
    groups
}

/// The group that takes this one in.
fn find(
    group: &Group,
    lines: u64,
    by_ends: &HashMap<(u64, u64), usize>,
    size: &impl Fn(usize) -> u64,
) -> Option<usize> {
    let (before, after) = ends(&group.pattern);
    for (at, prefix) in before.iter().enumerate() {
        for length in (0..=MOST_WORDS).filter(|length| *length != 1) {
            let Some(suffix) = after.get(at + length) else { break };
            let Some(&host) = by_ends.get(&(*prefix, *suffix)) else { continue };
            // A name of several words, of which the first may look like a value.
            let mut extra = group.pattern.iter().skip(at).take(length);
            let begins = extra.next().is_none_or(|piece| !matches!(piece, Piece::Mark { .. }));
            let plain = begins && extra.all(|piece| matches!(piece, Piece::Word { .. }));
            let times = if length == 0 { TIMES_EMPTY } else { TIMES_WORDS };
            if plain && size(host) >= lines.saturating_mul(times) {
                return Some(host);
            }
        }
    }
    None
}

/// For each position, a hash of what stands before it and one of what stands from it on.
fn ends(pattern: &[Piece]) -> (Vec<u64>, Vec<u64>) {
    let mix = |hash: u64, piece: &Piece| {
        let value = match *piece {
            Piece::Any { .. } => 1,
            Piece::Mark { byte, .. } => 0x100 | u64::from(byte),
            Piece::Word { id, .. } => 0x1_0000 + u64::from(id),
        };
        let mixed = (hash ^ value).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ mixed >> 29
    };
    let mut before = vec![3];
    for piece in pattern {
        before.push(mix(before.last().copied().unwrap_or_default(), piece));
    }
    let mut after = vec![7];
    for piece in pattern.iter().rev() {
        after.push(mix(after.last().copied().unwrap_or_default(), piece));
    }
    after.reverse();
    (before, after)
}
