//! What differs between two texts, line by line.

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// In both.
    Same(&'a str),
    /// In the first alone.
    Gone(&'a str),
    /// In the second alone.
    New(&'a str),
}

/// Beyond so many pairs of lines the texts are shown whole, one after the other.
const MOST: usize = 250_000;

/// The difference of two texts: the fewest lines that go and come.
pub(crate) fn lines<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    if a.len().saturating_mul(b.len()) > MOST {
        return a.into_iter().map(Line::Gone).chain(b.into_iter().map(Line::New)).collect();
    }
    // The length of the longest common part of what is left of both, from each pair of places on.
    let width = b.len() + 1;
    let mut common = vec![0_u32; (a.len() + 1) * width];
    let at = |common: &[u32], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or_default();
    for (i, one) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let length = if one == other {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(place) = common.get_mut(i * width + j) {
                *place = length;
            }
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (a.get(i), b.get(j)) {
        if one == other {
            out.push(Line::Same(one));
            (i, j) = (i + 1, j + 1);
        } else if at(&common, i + 1, j) >= at(&common, i, j + 1) {
            out.push(Line::Gone(one));
            i += 1;
        } else {
            out.push(Line::New(other));
            j += 1;
        }
    }
    out.extend(a.into_iter().skip(i).map(Line::Gone));
    out.extend(b.into_iter().skip(j).map(Line::New));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_marked() {
        use Line::{Gone, New, Same};
        assert_eq!(lines("a\nb\nc", "a\nx\nc"), [Same("a"), Gone("b"), New("x"), Same("c")]);
        assert_eq!(lines("", "a"), [New("a")]);
        assert_eq!(lines("a", ""), [Gone("a")]);
        assert_eq!(lines("a\nb", "b\na").iter().filter(|line| matches!(line, Same(_))).count(), 1);
    }

    #[test]
    fn long_texts_are_shown_whole() {
        let long = "x\n".repeat(600);
        let all = lines(&long, &long);
        assert_eq!(all.len(), 1200);
    }
}
