//! Rows as a table, lines of JSON, CSV or a page: what others chose is escaped in each.

use std::io::Write;

use anyhow::Result;
use clap::ValueEnum;
use riposte_core::text::plain;
use serde_json::{Map, Value};

use crate::detect::csv_line;

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
const WIDEST: usize = 90;

const STYLE: &str = "body{font:14px system-ui;margin:2em}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid \
                     #ddd;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}";

impl Table {
    /// Writes it.
    pub(crate) fn write(&self, out: &mut impl Write, format: Format) -> Result<()> {
        match format {
            Format::Table => self.screen(out),
            Format::Jsonl => self.lines(out),
            Format::Csv => self.csv(out),
            Format::Html => self.page(out),
        }
    }

    fn screen(&self, out: &mut impl Write) -> Result<()> {
        let shown: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| plain(cell, WIDEST)).collect()).collect();
        let width = |n: usize| {
            let cells = shown.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count());
            cells.chain(self.columns.get(n).map(|name| name.len())).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let padded: Vec<_> = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            padded.join("  ").trim_end().to_owned()
        };
        writeln!(out, "{}", line(&mut self.columns.iter().copied()))?;
        for row in &shown {
            writeln!(out, "{}", line(&mut row.iter().map(String::as_str)))?;
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
        Table { title: "Patches", columns: &["node", "why"], rows }.write(&mut out, format).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_others_chose_is_escaped_in_every_form() {
        assert_eq!(written(Format::Table), "node  why\ni-1   <b>\\u{1b}[31m=1\ni-22  =cmd\n");
        assert!(written(Format::Csv).contains("\"i-22\",\"'=cmd\"\r\n"));
        let page = written(Format::Html);
        assert!(page.contains("<td>&lt;b&gt;\\u{1b}[31m=1") && !page.contains("<b>"), "{page}");
        let line: Value = serde_json::from_str(written(Format::Jsonl).lines().next().unwrap()).unwrap();
        assert_eq!(line["node"], "i-1");
    }
}
