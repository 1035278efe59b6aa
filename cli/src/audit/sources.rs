//! Where findings come from: an inventory's lines, and files of other tools.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use riposte_audit::{AuditFinding, LineError, Resource, import};
use riposte_core::text::plain;
use serde_json::Value;

use super::progress::Progress;

/// The longest line that is read: a resource with a policy of the largest size is far shorter.
const LONGEST: u64 = 64 << 20;

/// Reads an inventory line by line. Lines that are no resource are named and counted.
///
/// # Errors
/// Where the file cannot be read, or was written by a newer Riposte.
pub(crate) fn inventory(
    path: &Path,
    progress: &Progress,
    mut save: Option<&mut impl Write>,
    mut add: impl FnMut(Resource),
) -> Result<u64> {
    let name = path.display().to_string();
    let mut reader: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin().lock()))
    } else {
        Box::new(BufReader::new(File::open(path).with_context(|| name.clone())?))
    };
    let (mut number, mut resources, mut unreadable) = (0_u64, 0_u64, 0_u64);
    let mut line = Vec::new();
    loop {
        line.clear();
        let bytes = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).with_context(|| name.clone())?;
        if bytes == 0 {
            break;
        }
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let read =
            std::str::from_utf8(&line).map_err(|_| LineError::Shape("not UTF-8".to_owned())).and_then(Resource::parse);
        match read {
            Ok(resource) => {
                resources += 1;
                if let Some(save) = &mut save {
                    serde_json::to_writer(&mut **save, &resource).context("the saved inventory")?;
                    save.write_all(b"\n").context("the saved inventory")?;
                }
                add(resource);
            }
            Err(error @ LineError::Newer(_)) => bail!("{name}:{number}: {error}"),
            Err(error) => {
                unreadable += 1;
                writeln!(io::stderr(), "riposte: {}", plain(&format!("{name}:{number}: {error}"), 500))?;
            }
        }
        progress.read(bytes as u64, resources);
    }
    Ok(unreadable)
}

/// Reads OCSF findings: a list, or a line each. Those that are none are named and counted.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn imported(path: &Path, mut tell: impl FnMut(AuditFinding)) -> Result<u64> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| name.clone())?;
    let mut unreadable = 0_u64;
    let mut take = |place: String, event: Result<Value, serde_json::Error>| -> Result<()> {
        let read =
            event.map_err(|error| import::ImportError::Json(error.to_string())).and_then(|event| import::ocsf(&event));
        match read {
            Ok(finding) => tell(finding),
            Err(error) => {
                unreadable += 1;
                writeln!(io::stderr(), "riposte: {}", plain(&format!("{place}: {error}"), 500))?;
            }
        }
        Ok(())
    };
    if text.trim_start().starts_with('[') {
        match serde_json::from_str::<Vec<Value>>(&text) {
            Ok(events) => {
                for (index, event) in events.into_iter().enumerate() {
                    take(format!("{name}: finding {}", index + 1), Ok(event))?;
                }
            }
            Err(error) => take(name, Err(error))?,
        }
    } else {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            take(format!("{name}:{}", index + 1), serde_json::from_str(line))?;
        }
    }
    Ok(unreadable)
}
