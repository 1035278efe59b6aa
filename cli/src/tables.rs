//! Rows as a table, lines of JSON, CSV or a page: what others chose is escaped in each.

use std::io::Write;

use anyhow::Result;
use clap::ValueEnum;
use riposte_core::text::plain;
use serde_json::{Map, Value};

use crate::detect::csv_line;
use crate::screen::Screen;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One JSON object a line
    Jsonl,
    /// For spreadsheets
    Csv,
    /// A page without scripts
    Html,
}

/// Rows under named columns.
pub(crate) struct Table {
    /// What a page is called.
    pub(crate) title: &'static str,
    /// The columns' names.
    pub(crate) columns: &'static [&'static str],
    /// The rows, each as long as the columns.
    pub(crate) rows: Vec<Vec<String>>,
}

/// A cell of a table on a screen is cut after so many characters.
const WIDEST: usize = 200;

/// Between two columns.
const GAP: &str = "  ";

/// What does not fit beside the others stands below them, so far in.
const BELOW: usize = 4;

/// How many columns of these widths stand beside each other; one at least.
fn beside(widths: &[usize], room: usize) -> usize {
    let mut taken = 0;
    let fits = widths.iter().take_while(|width| {
        taken += **width + if taken > 0 { GAP.len() } else { 0 };
        taken <= room
    });
    fits.count().max(1)
}

const STYLE: &str = "body{font:14px system-ui;margin:2em}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid \
                     #ddd;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}";

impl Table {
    /// Writes it.
    pub(crate) fn write(&self, out: &mut impl Write, format: Format, screen: &Screen) -> Result<()> {
        match format {
            Format::Table => self.show(out, screen),
            Format::Jsonl => self.lines(out),
            Format::Csv => self.csv(out),
            Format::Html => self.page(out),
        }
    }

    /// As rows within the width of the screen. Columns that do not fit beside the others stand below them, indented, and
    /// nothing is left out but what is longer than a cell.
    pub(crate) fn show(&self, out: &mut impl Write, screen: &Screen) -> Result<()> {
        let shown: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| plain(cell, WIDEST)).collect()).collect();
        let names: Vec<String> = self.columns.iter().map(|name| name.to_uppercase()).collect();
        let width = |n: usize| {
            let cells = shown.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count());
            cells.chain(names.get(n).map(|name| name.chars().count())).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..names.len()).map(width).collect();
        let beside = beside(&widths, screen.width);
        let line = |cells: &[String]| {
            let padded: Vec<_> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            padded.join(GAP).trim_end().to_owned()
        };
        let (head, below) = names.split_at(beside);
        writeln!(out, "{}", screen.heading(&line(head)))?;
        if !below.is_empty() {
            writeln!(out, "{}", screen.heading(&screen.line(BELOW, &below.join(GAP))))?;
        }
        for row in &shown {
            let (first, rest) = row.split_at(beside.min(row.len()));
            writeln!(out, "{}", if beside == 1 { screen.line(0, &line(first)) } else { line(first) })?;
            let rest: Vec<&str> = rest.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
            if !rest.is_empty() {
                writeln!(out, "{}", screen.line(BELOW, &rest.join(GAP)))?;
            }
        }
        Ok(())
    }

    fn lines(&self, out: &mut impl Write) -> Result<()> {
        for row in &self.rows {
            let cells =
                self.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), Value::from(cell.clone())));
            writeln!(out, "{}", Value::Object(cells.collect::<Map<_, _>>()))?;
        }
        Ok(())
    }

    fn csv(&self, out: &mut impl Write) -> Result<()> {
        out.write_all(csv_line(self.columns.iter().copied()).as_bytes())?;
        for row in &self.rows {
            out.write_all(csv_line(row.iter().map(String::as_str)).as_bytes())?;
        }
        Ok(())
    }

    fn page(&self, out: &mut impl Write) -> Result<()> {
        let title = escaped(self.title);
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <style>{STYLE}</style>\n<h1>{title}</h1>\n<table>"
        )?;
        let head: String = self.columns.iter().map(|name| format!("<th>{}", escaped(name))).collect();
        writeln!(out, "<tr>{head}</tr>")?;
        for row in &self.rows {
            let cells: String = row.iter().map(|cell| format!("<td>{}", escaped(cell))).collect();
            writeln!(out, "<tr>{cells}</tr>")?;
        }
        Ok(out.write_all(b"</table></html>\n")?)
    }
}

/// A text within a page.
pub(crate) fn escaped(text: &str) -> String {
    plain(text, 1000)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format) -> String {
        let rows =
            vec![vec!["i-1".to_owned(), "<b>\u{1b}[31m=1".to_owned()], vec!["i-22".to_owned(), "=cmd".to_owned()]];
        let mut out = Vec::new();
        Table { title: "Patches", columns: &["node", "why"], rows }
            .write(&mut out, format, &Screen::plain(80))
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_others_chose_is_escaped_in_every_form() {
        assert_eq!(written(Format::Table), "NODE  WHY\ni-1   <b>\\u{1b}[31m=1\ni-22  =cmd\n");
        assert!(written(Format::Csv).contains("\"i-22\",\"'=cmd\"\r\n"));
        let page = written(Format::Html);
        assert!(page.contains("<td>&lt;b&gt;\\u{1b}[31m=1") && !page.contains("<b>"), "{page}");
        let line: Value = serde_json::from_str(written(Format::Jsonl).lines().next().unwrap()).unwrap();
        assert_eq!(line["node"], "i-1");
    }

    #[test]
    fn what_does_not_fit_stands_below_and_nothing_is_wider_than_the_screen() {
        let cell = |text: &str, times: usize| text.repeat(times);
        let rows = vec![
            vec![cell("a", 20), "high".to_owned(), cell("title ", 9), cell("x", 60)],
            vec!["b".to_owned(), "low".to_owned(), String::new(), String::new()],
        ];
        let table = Table { title: "T", columns: &["id", "severity", "title", "more"], rows };
        for width in [40, 80, 200, usize::MAX] {
            let mut out = Vec::new();
            table.show(&mut out, &Screen::plain(width)).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
            let letters = |c: char| text.chars().filter(|other| *other == c).count();
            assert!(letters('x') == 60 && letters('a') == 20, "nothing is lost: {text}");
            assert!(text.starts_with("ID") && text.contains("SEVERITY"), "{text}");
            assert_eq!(text.lines().count() == 3, width > 150, "{width}: {text}");
        }
    }
}
