//! The templates of logs.
//!
//! In two passes over what is known of the lines: all are read, then grouped, then told. Between, each line is four
//! bytes, in a file where they are many.

use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use riposte_core::text::plain;
use riposte_logs::template::{Miner, ShapeId, Templates};

use super::Format;
use super::every_line;
use crate::detect::output::inert;

/// So many bytes of line numbers are kept in memory.
const IN_MEMORY: usize = 32 << 20;

/// Prints the templates; returns how many inputs could not be read.
pub(super) fn run(out: &mut impl Write, paths: Vec<PathBuf>, format: Format) -> Result<u64> {
    let mut miner = Miner::new();
    let mut spool = BufWriter::new(tempfile::spooled_tempfile(IN_MEMORY));
    // Where each input begins.
    let mut inputs: Vec<(String, u64)> = Vec::new();
    let mut total = 0_u64;
    let unreadable = every_line(paths, |place, line| {
        if place.line == 1 {
            inputs.push((place.file.to_owned(), total));
        }
        total += 1;
        let shape = miner.line(line).number();
        spool.write_all(&shape.to_le_bytes()).context("lines cannot be noted in a temporary file")
    })?;
    let templates = miner.templates();
    match format {
        Format::Table => table(out, &templates)?,
        _ => {
            let mut spool = spool.into_inner().map_err(io::IntoInnerError::into_error)?;
            spool.seek(SeekFrom::Start(0))?;
            each_line(out, BufReader::new(spool), &templates, &inputs, total)?;
        }
    }
    Ok(unreadable)
}

/// `{"line": 1, "template_id": 3, "template": "…"}` for each line; with the file where there are several.
fn each_line(
    out: &mut impl Write,
    mut spool: impl Read,
    templates: &Templates,
    inputs: &[(String, u64)],
    total: u64,
) -> Result<()> {
    let texts = templates.all.iter().map(|template| serde_json::to_string(&template.text).map(inert));
    let texts: Vec<String> = texts.collect::<serde_json::Result<_>>()?;
    let several = inputs.len() > 1;
    let mut inputs = inputs.iter().peekable();
    let (mut file, mut begin) = (String::new(), 0);
    for position in 0..total {
        if let Some((name, start)) = inputs.next_if(|(_, start)| *start == position) {
            begin = *start;
            file = if several { format!(",\"file\":{}", inert(serde_json::to_string(name)?)) } else { String::new() };
        }
        let mut number = [0; 4];
        spool.read_exact(&mut number)?;
        let id = templates.of(ShapeId::new(u32::from_le_bytes(number))).context("a line has no template")?;
        let text = texts.get(id).context("a template has no text")?;
        writeln!(out, "{{\"line\":{},\"template_id\":{},\"template\":{text}{file}}}", position - begin + 1, id + 1)?;
    }
    Ok(())
}

/// The most frequent first.
fn table(out: &mut impl Write, templates: &Templates) -> Result<()> {
    let mut all: Vec<_> = templates.all.iter().zip(1..).collect();
    all.sort_by_key(|(template, id)| (std::cmp::Reverse(template.lines), *id));
    writeln!(out, "{:>10}  {:>6}  TEMPLATE", "LINES", "ID")?;
    for (template, id) in all {
        writeln!(out, "{:>10}  {id:>6}  {}", template.lines, plain(&template.text, 400))?;
    }
    Ok(())
}
