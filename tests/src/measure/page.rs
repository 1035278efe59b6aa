//! `docs/measurements.md`: blocks that the measurements write, between words that people write.

use std::path::Path;

use anyhow::{Context, Result};

/// The page, below the workspace's root.
pub const PATH: &str = "docs/measurements.md";

/// What stands in a block of the page.
///
/// # Errors
/// Where the page or the block's marks are missing.
pub fn read(root: &Path, block: &str) -> Result<String> {
    let page = std::fs::read_to_string(root.join(PATH)).context(PATH)?;
    let (_, inside, _) = cut(&page, block)?;
    Ok(inside.to_owned())
}

/// Writes a block of the page.
///
/// # Errors
/// Where the page or the block's marks are missing.
pub fn write(root: &Path, block: &str, text: &str) -> Result<()> {
    let path = root.join(PATH);
    let page = std::fs::read_to_string(&path).context(PATH)?;
    let (head, _, tail) = cut(&page, block)?;
    Ok(std::fs::write(&path, format!("{head}{}{tail}", framed(text)))?)
}

/// A block's text as it stands in the page.
#[must_use]
pub fn framed(text: &str) -> String {
    format!("\n{}\n\n", text.trim())
}

/// What stands before, in and after a block. The marks stay outside.
fn cut<'a>(page: &'a str, block: &str) -> Result<(&'a str, &'a str, &'a str)> {
    let missing = || format!("{PATH} has no block `{block}`");
    let begin = format!("<!-- BEGIN MEASURED {block} -->\n");
    let end = format!("<!-- END MEASURED {block} -->");
    let start = page.find(&begin).with_context(missing)? + begin.len();
    let (head, rest) = page.split_at(start);
    let stop = rest.find(&end).with_context(missing)?;
    let (inside, tail) = rest.split_at(stop);
    Ok((head, inside, tail))
}
