//! `riposte logs`: the command over files and standard input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[allow(dead_code, reason = "the tests of another command use the rest of it")]
mod common;

use std::fs;
use std::io::Write;

use common::riposte;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn each_line_has_its_template_in_the_order_of_the_input() {
    let input = "Dec 10 06:55:46 web sshd[1]: Failed password for root from 192.0.2.7 port 22 ssh2\n\
                 Dec 10 06:55:47 web cron[2]: job started\n\
                 \n\
                 Dec 10 06:55:48 db sshd[3]: Failed password for root from 192.0.2.8 port 23 ssh2\n";
    let ran = riposte(&["logs", "--templates", "--format", "jsonl", "-"]).run(input.as_bytes());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let all = lines(&ran.out);
    let of = |key: &str| all.iter().map(|line| line[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("line"), [1, 2, 3, 4]);
    assert_eq!(of("template_id"), [1, 2, 3, 1]);
    assert_eq!(all[3]["template"], "Failed password for root from <*> port <*>");
    assert!(all.iter().all(|line| line.get("file").is_none()));
}

#[test]
fn several_files_share_their_templates_and_are_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.log"), "took 1 ms\nstopped\n").unwrap();
    fs::write(dir.path().join("b.log"), packed("took 22 ms")).unwrap();
    let ran = riposte(&["logs", "--templates", "--format", "jsonl", dir.path().to_str().unwrap()]).run(b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let all = lines(&ran.out);
    assert_eq!(all.len(), 3);
    assert_eq!((&all[0]["template_id"], &all[0]["line"]), (&all[2]["template_id"], &all[2]["line"]));
    assert!(all[2]["file"].as_str().unwrap().ends_with("b.log"));
    let table = riposte(&["logs", "--templates", "--format", "table", dir.path().to_str().unwrap()]).run(b"");
    assert!(table.out.contains("         2       1  took <*>"), "{}", table.out);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let text: String = (0..5000).map(|number| format!("took {number} ms of {}\n", number * 7919)).collect();
    let whole = packed(&text);
    fs::write(dir.path().join("a.gz"), &whole[..whole.len() / 2]).unwrap();
    fs::write(dir.path().join("b.log"), b"broken \xff\xfe text\n").unwrap();
    let long = [vec![b'x'; 3 << 20], b"\nshort\n".to_vec()].concat();
    fs::write(dir.path().join("c.log"), long).unwrap();
    let ran = riposte(&["logs", "--templates", "--format", "jsonl", dir.path().to_str().unwrap(), "missing"]).run(b"");
    assert_eq!(ran.code, 3);
    let faults = ran.faults();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].contains("a.gz: after line "), "{faults:?}");
    assert!(faults[1].contains("c.log: 1 lines were longer than 1048576 bytes and were cut"), "{faults:?}");
    assert!(faults[2].contains("missing: "), "{faults:?}");
    let all = lines(&ran.out);
    assert!(all.len() > 500, "{}", all.len());
    assert_eq!(all.iter().filter(|line| line["file"].as_str().unwrap().ends_with("c.log")).count(), 2);
    assert_eq!(riposte(&["logs", "--templates", "--format", "xml"]).run(b"").code, 2);
}
