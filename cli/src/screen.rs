//! What is known of whoever reads: how wide the terminal is, and whether colors are wanted.

use std::io::{self, IsTerminal};

use console::{Style, Term};
use riposte_core::finding::Severity;
pub(crate) use riposte_core::text::counted;
use riposte_core::text::plain;

/// When colors are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What is written on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// Characters in a line; where the output is no terminal, as many as it takes.
    pub(crate) width: usize,
    /// Whether colors are used.
    color: bool,
    /// Whether hints, progress and summaries are left out.
    pub(crate) quiet: bool,
}

impl Screen {
    /// Standard output.
    pub(crate) fn of(when: When, quiet: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let width = if terminal { Term::stdout().size_checked().map_or(80, |(_, columns)| columns.into()) } else { 0 };
        let color = match when {
            When::Auto => terminal && console::colors_enabled(),
            When::Always => true,
            When::Never => false,
        };
        Self { width: if width == 0 { usize::MAX } else { width.max(40) }, color, quiet }
    }

    /// A screen of this width, without colors.
    #[cfg(test)]
    pub(crate) fn plain(width: usize) -> Self {
        Self { width, color: false, quiet: false }
    }

    /// A text in a severity's color.
    pub(crate) fn severity(&self, severity: Severity, text: &str) -> String {
        let style = match severity {
            Severity::Critical => Style::new().red().bold(),
            Severity::High => Style::new().red(),
            Severity::Medium => Style::new().yellow(),
            Severity::Low => Style::new().cyan(),
            Severity::Informational => Style::new().dim(),
        };
        self.styled(&style, text)
    }

    /// A heading.
    pub(crate) fn heading(&self, text: &str) -> String {
        self.styled(&Style::new().bold(), text)
    }

    fn styled(&self, style: &Style, text: &str) -> String {
        if self.color { style.clone().force_styling(true).apply_to(text).to_string() } else { text.to_owned() }
    }

    /// A name and a text, the text escaped and wrapped below itself.
    pub(crate) fn field(&self, name: &str, text: &str) -> String {
        const INDENT: usize = 13;
        let lines = wrapped(&plain(text, 2000), self.width.saturating_sub(INDENT));
        let mut out = format!("  {name:<10} ");
        for (n, line) in lines.iter().enumerate() {
            if n > 0 {
                out.push('\n');
                out.push_str(&" ".repeat(INDENT));
            }
            out.push_str(line);
        }
        out
    }

    /// A line behind an indentation, wrapped so that what follows stands deeper.
    pub(crate) fn line(&self, indent: usize, text: &str) -> String {
        let lines = wrapped(text, self.width.saturating_sub(indent + 2));
        let deeper = format!("\n{}", " ".repeat(indent + 2));
        format!("{}{}", " ".repeat(indent), lines.join(&deeper))
    }
}

/// A text of plain characters in lines of at most `width`, cut between words where that goes.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        let mut word = word.chars().collect::<Vec<_>>();
        if length > 0 && length + 1 + word.len() > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        } else if length > 0 || !lines.is_empty() && !line.is_empty() {
            line.push(' ');
            length += 1;
        }
        while length + word.len() > width {
            // A long word is cut behind a mark where it has one, as JSON and ARNs do, and not amid a name.
            let room = width - length;
            let mark =
                |place: &usize| word.get(place - 1).is_some_and(|c| matches!(c, ',' | ':' | '/' | '{' | '[' | ';'));
            let place = (room / 2 + 1..=room).rev().find(mark).unwrap_or(room);
            let rest = word.split_off(place);
            line.extend(word);
            lines.push(std::mem::take(&mut line));
            length = 0;
            word = rest;
        }
        length += word.len();
        line.extend(word);
    }
    lines.push(line);
    lines
}

/// Of an ARN what tells one from another: the account stands beside it.
pub(crate) fn short(label: &str) -> &str {
    if label.starts_with("arn:") { label.splitn(6, ':').nth(5).unwrap_or(label) } else { label }
}

/// Escaped, and no wider than a column.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let escaped = plain(text, width);
    if escaped.chars().count() <= width {
        escaped
    } else {
        escaped.chars().take(width.saturating_sub(1)).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_no_line_is_too_wide() {
        for text in
            ["", "a", "several words that go over the line", &"x".repeat(70), &format!("a {} b", "y".repeat(50))]
        {
            for width in [20, 25, 40] {
                let lines = wrapped(text, width);
                assert!(lines.iter().all(|line| line.chars().count() <= width), "{width} {lines:?}");
                let whole: String = lines.concat().replace(' ', "");
                assert_eq!(whole, text.replace(' ', ""), "{width}");
            }
        }
        assert_eq!(wrapped("one two three four five six", 20), ["one two three four", "five six"]);
    }

    #[test]
    fn a_field_stands_below_itself() {
        let field = Screen::plain(40).field("why", "a long sentence that does not fit into it");
        assert_eq!(field, "  why        a long sentence that does\n             not fit into it");
    }

    #[test]
    fn of_an_arn_the_account_is_left_out() {
        assert_eq!(short("arn:aws:sts::111122223333:assumed-role/Ops/jane"), "assumed-role/Ops/jane");
        assert_eq!(short("arn:x"), "arn:x");
    }

    #[test]
    fn a_cell_is_no_wider_than_its_column() {
        assert_eq!(cut("abc", 5), "abc");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("a\u{1b}bcdef", 6), "a\\u{1…");
    }
}
