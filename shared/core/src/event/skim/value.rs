//! A value of a record, wherever it stands: in a tree, or in a text that was skimmed.

use std::borrow::Cow;

use serde_json::Value;

use super::Node;

/// A value, borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    /// In a tree.
    Tree(&'a Value),
    /// In a text.
    Text(Spot<'a>),
}

/// The members of a list, one after the other.
#[derive(Debug)]
pub(crate) enum Members<'a> {
    Tree(std::slice::Iter<'a, Value>),
    /// The next one, and the node behind the last.
    Text(Spot<'a>, u32),
}

impl<'a> Iterator for Members<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        match self {
            Self::Tree(values) => values.next().map(Part::Tree),
            Self::Text(next, end) => {
                let member = *next;
                if member.place >= *end {
                    return None;
                }
                next.place = member.node()?.next;
                Some(Part::Text(member))
            }
        }
    }
}

/// A node of a text that was skimmed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'a> {
    text: &'a str,
    nodes: &'a [Node],
    place: u32,
}

impl<'a> Part<'a> {
    pub(super) fn text(text: &'a str, nodes: &'a [Node], place: u32) -> Self {
        Self::Text(Spot { text, nodes, place })
    }

    /// The value of a key; `None` where this is no object, too.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        match self {
            Self::Tree(value) => value.as_object()?.get(key).map(Self::Tree),
            Self::Text(spot) => spot.get(key).map(Self::Text),
        }
    }

    /// Its text, where it is a string.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Tree(value) => value.as_str().map(Cow::Borrowed),
            Self::Text(spot) => spot.string(),
        }
    }

    /// The same, where it is a tree's or written without escapes.
    pub(crate) fn plain(self) -> Option<&'a str> {
        match self {
            Self::Tree(value) => value.as_str(),
            Self::Text(spot) => spot.plain(),
        }
    }

    /// Whether it is a string with escapes, which is no text before they are read.
    pub(crate) fn has_escapes(self) -> bool {
        match self {
            Self::Tree(_) => false,
            Self::Text(spot) => spot.node().is_some_and(|node| node.escaped),
        }
    }

    /// Whether it is an object.
    pub(crate) fn is_object(self) -> bool {
        match self {
            Self::Tree(value) => value.is_object(),
            Self::Text(spot) => spot.begins(b'{'),
        }
    }

    /// Whether it is a list.
    pub(crate) fn is_list(self) -> bool {
        match self {
            Self::Tree(value) => value.is_array(),
            Self::Text(spot) => spot.begins(b'['),
        }
    }

    /// Whether it is null.
    pub(crate) fn is_null(self) -> bool {
        match self {
            Self::Tree(value) => value.is_null(),
            Self::Text(spot) => spot.begins(b'n'),
        }
    }

    /// The members of a list; of anything else, none.
    pub(crate) fn members(self) -> Members<'a> {
        match self {
            Self::Tree(value) => Members::Tree(value.as_array().map(Vec::as_slice).unwrap_or_default().iter()),
            Self::Text(spot) => {
                let end = spot.node().filter(|_| spot.begins(b'[')).map_or(0, |node| node.next);
                Members::Text(Spot { place: spot.place + 1, ..spot }, end)
            }
        }
    }

    /// Whether some text in it may hold this one, which has no escapes. Never falsely no.
    pub(crate) fn may_hold(self, text: &str) -> bool {
        self.raw().is_none_or(|raw| raw.contains(text) || raw.contains('\\'))
    }

    /// Its JSON, where it stands in a text.
    pub(crate) fn raw(self) -> Option<&'a str> {
        match self {
            Self::Tree(_) => None,
            Self::Text(spot) => spot.raw(),
        }
    }

    /// As a tree, which is built where there is none.
    pub(crate) fn value(self) -> Cow<'a, Value> {
        match self {
            Self::Tree(value) => Cow::Borrowed(value),
            // The text was found to be JSON.
            Self::Text(spot) => Cow::Owned(match spot.raw() {
                Some("true") => Value::Bool(true),
                Some("false") => Value::Bool(false),
                raw => raw.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default(),
            }),
        }
    }
}

impl<'a> Spot<'a> {
    #[inline]
    fn node(self) -> Option<&'a Node> {
        self.nodes.get(self.place as usize)
    }

    fn raw(self) -> Option<&'a str> {
        let node = self.node()?;
        self.text.get(node.start as usize..node.end as usize)
    }

    #[inline]
    fn begins(self, with: u8) -> bool {
        let first = self.node().and_then(|node| self.text.as_bytes().get(node.start as usize));
        first == Some(&with)
    }

    fn get(self, key: &str) -> Option<Self> {
        let whole = self.node()?;
        if !self.begins(b'{') {
            return None;
        }
        let (text, mut place, mut found) = (self.text.as_bytes(), self.place + 1, None);
        while place < whole.next {
            let node = self.nodes.get(place as usize)?;
            let (start, length) = (node.key as usize, usize::from(node.key_length));
            if length == key.len() && text.get(start..start + length) == Some(key.as_bytes()) {
                found = Some(Self { place, ..self });
            }
            place = node.next;
        }
        found
    }

    fn plain(self) -> Option<&'a str> {
        let node = self.node().filter(|node| !node.escaped)?;
        if !self.begins(b'"') {
            return None;
        }
        self.text.get(node.start as usize + 1..(node.end as usize).checked_sub(1)?)
    }

    fn string(self) -> Option<Cow<'a, str>> {
        if self.node()?.escaped {
            return serde_json::from_str(self.raw()?).ok().map(Cow::Owned);
        }
        self.plain().map(Cow::Borrowed)
    }
}
