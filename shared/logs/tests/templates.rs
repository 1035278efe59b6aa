//! Grouping accuracy: on logs of our own making in the styles of thirteen programs, and on the labelled logs of the
//! corpus.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test"
)]

mod common;

use std::path::{Path, PathBuf};

use riposte_logs::template::{Miner, ShapeId};

use common::{Family, Random, grouping_accuracy};

fn group<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<usize> {
    let mut miner = Miner::new();
    let shapes: Vec<ShapeId> = lines.into_iter().map(|line| miner.line(line)).collect();
    let templates = miner.templates();
    shapes.into_iter().map(|shape| templates.of(shape).unwrap()).collect()
}

#[test]
fn logs_in_the_style_of_thirteen_programs_are_grouped() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/families");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 13);
    let mut sum = 0.0;
    for file in &files {
        let name = file.file_stem().unwrap().to_string_lossy();
        let family = Family::read(file);
        let mut worst = 1.0_f64;
        // One configuration, whatever the log; and no luck with one of them.
        for seed in 0..3 {
            let mut random = Random::new(&format!("{name}-{seed}"));
            let (lines, truth): (Vec<String>, Vec<usize>) = (0..2000).map(|_| family.line(&mut random)).unzip();
            worst = worst.min(grouping_accuracy(&group(lines.iter().map(String::as_bytes)), &truth));
        }
        eprintln!("{name}: {worst:.4}");
        assert!(worst >= 0.93, "{name}: {worst}");
        sum += worst;
    }
    let mean = sum / files.len() as f64;
    eprintln!("mean: {mean:.4}");
    assert!(mean >= 0.98, "{mean}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "no setting of the product: the place of test data")]
fn the_labelled_logs_of_the_corpus_are_grouped() {
    let Some(folder) = std::env::var_os("RIPOSTE_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: RIPOSTE_CORPUS is not set");
        return;
    };
    for name in ["Apache", "Linux", "OpenSSH"] {
        let log = std::fs::read(folder.join(format!("logs/{name}.log"))).unwrap();
        let labels = std::fs::read_to_string(folder.join(format!("logs/{name}.structured.csv"))).unwrap();
        // The label stands before the template: the last field that is `E` and digits, between commas.
        let truth: Vec<usize> = labels
            .lines()
            .skip(1)
            .map(|line| {
                let label =
                    line.split(',').rfind(|field| field.strip_prefix('E').is_some_and(|n| n.parse::<usize>().is_ok()));
                label.unwrap_or_else(|| panic!("no label in {line}"))[1..].parse().unwrap()
            })
            .collect();
        let lines: Vec<&[u8]> = log.split(|b| *b == b'\n').filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), truth.len(), "{name}");
        let accuracy = grouping_accuracy(&group(lines), &truth);
        eprintln!("{name}: {accuracy:.4}");
        assert!(accuracy >= 0.99, "{name}: {accuracy}");
    }
}
