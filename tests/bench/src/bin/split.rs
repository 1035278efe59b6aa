//! `split FILE`: what nothing that reads lines can be faster than. A file is read and cut into lines, and nothing is done
//! with them. `make bench-logs` runs it.

use std::fs::File;
use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context, Result};

/// How much is read at once, as by `riposte logs`.
const CHUNK: usize = 128 << 10;

fn main() -> ExitCode {
    let counted = std::env::args().nth(1).context("name a file").and_then(|path| lines(&path));
    match counted {
        Ok(lines) => {
            eprintln!("{lines} lines");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("split: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// How many lines a file has.
fn lines(path: &str) -> Result<u64> {
    let mut file = File::open(path).with_context(|| path.to_owned())?;
    let (mut buffer, mut held) = (vec![0; 2 * CHUNK], 0);
    let mut lines = 0;
    loop {
        if buffer.len() < held + CHUNK {
            buffer.resize(held + CHUNK, 0);
        }
        let room = buffer.get_mut(held..).unwrap_or_default();
        let read = file.read(room)?;
        let text = buffer.get(..held + read).unwrap_or_default();
        let mut begin = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            std::hint::black_box(text.get(begin..end));
            lines += 1;
            begin = end + 1;
        }
        if read == 0 {
            return Ok(lines + u64::from(begin < held));
        }
        let left = held + read - begin;
        buffer.copy_within(begin..begin + left, 0);
        held = left;
    }
}
