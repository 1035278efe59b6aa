//! Which shapes are one template.
//!
//! Shapes are put apart by the separators that they have in common, then position by position. At each, the number of
//! different words decides: few are an enumeration, whose values are templates of their own (`user=root` and
//! `user=guest`, `from NEW to RUNNING`), many are a variable.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, Piece, Shape, Words};

/// So many different words at one position are a variable.
const VARIABLE: usize = 5;
/// The same behind a word that says what follows it: `client SPP`, `device eth`.
const VARIABLE_NAMED: usize = 3;
/// Words that say what follows them.
const NAMERS: [&str; 30] = [
    "app",
    "application",
    "bucket",
    "by",
    "class",
    "client",
    "command",
    "device",
    "domain",
    "file",
    "function",
    "group",
    "host",
    "instance",
    "interface",
    "job",
    "method",
    "module",
    "name",
    "named",
    "node",
    "package",
    "process",
    "program",
    "queue",
    "role",
    "server",
    "service",
    "table",
    "user",
];
/// The same for words in capitals: states and constants of programs are written so, and there are many.
const VARIABLE_CAPITALS: usize = 12;
/// The same at the beginning of a message, which tells messages apart before all else.
const VARIABLE_FIRST: usize = 10;
/// Where a message has so many words that do not vary, its first word may.
const CONSTANTS_FOR_FIRST: usize = 4;
/// The same where all the words are names with dots inside, such as `com.example.agent`.
const CONSTANTS_FOR_DOTTED: usize = 6;

/// Groups shapes; each is in one group.
pub(super) fn partition(shapes: &[Shape], words: &Words) -> Vec<Group> {
    let mut bins: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
    for (index, shape) in shapes.iter().enumerate() {
        let skeleton = shape.tokens.iter().map(|piece| match piece {
            Piece::Mark { byte, .. } => *byte,
            Piece::Any { .. } | Piece::Word { .. } => b'w',
        });
        bins.entry(skeleton.collect()).or_default().push(index);
    }
    let mut work: Vec<Vec<usize>> = bins.into_values().collect();
    let mut groups = Vec::new();
    while let Some(members) = work.pop() {
        match decide(&members, shapes, words) {
            Verdict::One(pattern) => groups.push(Group { pattern, members }),
            Verdict::Apart(position) => {
                let mut parts: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
                for member in members {
                    let word = shapes.get(member).and_then(|shape| word_at(shape, position));
                    parts.entry(word).or_default().push(member);
                }
                work.extend(parts.into_values());
            }
        }
    }
    groups
}

enum Verdict {
    /// One template.
    One(Vec<Piece>),
    /// Different templates: told apart by the word at this position.
    Apart(usize),
}

/// What stands at one position in all shapes of a group.
struct Position {
    index: usize,
    /// How many different words.
    words: usize,
    /// Whether values stand there, too.
    values: bool,
    /// Whether all of them are names with dots inside.
    dotted: bool,
    /// How many different words make it a variable.
    enough: usize,
}

fn decide(members: &[usize], shapes: &[Shape], words: &Words) -> Verdict {
    let Some(first) = members.first().and_then(|index| shapes.get(*index)) else { return Verdict::One(Vec::new()) };
    let mut constants = 0_usize;
    let mut open = Vec::new();
    for (index, piece) in first.tokens.iter().enumerate() {
        if matches!(piece, Piece::Mark { .. }) {
            continue;
        }
        let mut different = BTreeSet::new();
        let mut values = false;
        for member in members {
            match shapes.get(*member).and_then(|shape| word_at(shape, index)) {
                Some(word) => {
                    different.insert(word);
                }
                None => values = true,
            }
        }
        if different.len() + usize::from(values) <= 1 {
            constants += usize::from(!values);
            continue;
        }
        let named = matches!(first.tokens.get(index + 1), Some(Piece::Mark { byte: b'=', .. }));
        let capitals = 2 * different.iter().filter(|word| is_capitals(words.get(**word))).count() >= different.len();
        let enough = match () {
            () if named => usize::MAX,
            () if is_named(first, index, words) => VARIABLE_NAMED,
            () if capitals => VARIABLE_CAPITALS,
            () => VARIABLE,
        };
        let dotted = different.iter().all(|word| words.get(*word).contains(&b'.'));
        open.push(Position { index, words: different.len(), values, dotted, enough });
    }
    if open.is_empty() {
        return Verdict::One(first.tokens.clone());
    }
    let start = first.tokens.iter().position(|piece| !matches!(piece, Piece::Mark { .. }));
    if let Some(position) = open.iter_mut().find(|position| Some(position.index) == start) {
        position.enough = match constants {
            _ if position.dotted && constants >= CONSTANTS_FOR_DOTTED => VARIABLE_NAMED,
            CONSTANTS_FOR_FIRST.. => position.enough.max(VARIABLE_FIRST),
            _ => usize::MAX,
        };
        if !position.is_variable(constants) {
            return Verdict::Apart(position.index);
        }
    }
    let enumeration =
        open.iter().filter(|p| !p.is_variable(constants)).min_by_key(|p| (p.words + usize::from(p.values), p.index));
    if let Some(position) = enumeration {
        return Verdict::Apart(position.index);
    }
    // All that varies could be a variable; but where less than half stays, these are different messages.
    if constants >= open.len() {
        let variable = |index: usize| open.iter().any(|position| position.index == index);
        let pattern = first.tokens.iter().enumerate().map(|(index, piece)| match *piece {
            Piece::Word { spaced, .. } if variable(index) => Piece::Any { spaced },
            other => other,
        });
        return Verdict::One(pattern.collect());
    }
    let least = open.iter().min_by_key(|position| (position.words + usize::from(position.values), position.index));
    least.map_or_else(|| Verdict::One(first.tokens.clone()), |position| Verdict::Apart(position.index))
}

impl Position {
    fn is_variable(&self, constants: usize) -> bool {
        if self.values && self.enough != usize::MAX {
            return self.words >= 2 || constants >= 3;
        }
        self.words >= self.enough
    }
}

/// Whether the word before this position says what stands at it.
fn is_named(shape: &Shape, index: usize, words: &Words) -> bool {
    let before = index.checked_sub(1).and_then(|before| word_at(shape, before));
    before.is_some_and(|word| NAMERS.iter().any(|namer| namer.as_bytes().eq_ignore_ascii_case(words.get(word))))
}

fn word_at(shape: &Shape, index: usize) -> Option<u32> {
    match shape.tokens.get(index) {
        Some(Piece::Word { id, .. }) => Some(*id),
        _ => None,
    }
}

/// `RUNNING`, `SUCCESS_CONTAINER_CLEANUP`.
fn is_capitals(word: &[u8]) -> bool {
    word.len() >= 2 && word.iter().any(u8::is_ascii_uppercase) && !word.iter().any(u8::is_ascii_lowercase)
}
