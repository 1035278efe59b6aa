//! A skim and a full parse never disagree, whatever is thrown at them: over the fixtures, over recorded events where
//! `RIPOSTE_CORPUS` names a folder of them, and over mutations of both.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;

#[path = "../../../tests/fuzz/records.rs"]
mod records;

/// The fixtures, each a file or a line of one, and the recorded events.
fn texts() -> &'static [String] {
    static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut texts = Vec::new();
        let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core");
        collect(&core.join("detectors"), &mut texts);
        collect(&core.join("ordinary"), &mut texts);
        assert!(texts.len() > 3_000, "only {} fixtures", texts.len());
        #[expect(clippy::disallowed_methods, reason = "where the corpus is, is told by the environment")]
        match std::env::var_os("RIPOSTE_CORPUS").map(PathBuf::from) {
            Some(corpus) => {
                collect(&corpus.join("cloudtrail"), &mut texts);
                collect(&corpus.join("eventbridge"), &mut texts);
            }
            None => eprintln!("recorded events skipped: RIPOSTE_CORPUS is not set"),
        }
        texts
    });
    &TEXTS
}

fn collect(folder: &Path, to: &mut Vec<String>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, to);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl") => to.extend(text.lines().map(str::to_owned)),
            Some("json") => to.push(text),
            _ => {}
        }
    }
}

/// A text with some of its bytes changed, doubled or dropped.
fn mutated(text: &str, changes: &[(u32, u8, u8)]) -> Vec<u8> {
    const SIGNS: &[u8] = br#""\{}[],:0-1.eEu dntrf$"#;
    let mut bytes = text.as_bytes().to_vec();
    for (place, kind, sign) in changes {
        let at = *place as usize % bytes.len();
        let sign = SIGNS[usize::from(*sign) % SIGNS.len()];
        match kind % 3 {
            0 => bytes[at] = sign,
            1 => bytes.insert(at, sign),
            _ => _ = bytes.remove(at),
        }
    }
    bytes
}

#[test]
fn every_text_is_read_the_same_by_a_skim() {
    texts().iter().for_each(|text| records::records(text.as_bytes()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn so_is_every_mutation(
        number in any::<prop::sample::Index>(),
        changes in prop::collection::vec(any::<(u32, u8, u8)>(), 1..6),
    ) {
        let texts = texts();
        records::records(&mutated(&texts[number.index(texts.len())], &changes));
    }

    #[test]
    fn bytes_of_any_kind_are_split_the_same_in_any_pieces(data in prop::collection::vec(any::<u8>(), 0..600)) {
        records::records(&data);
    }
}
