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

fn attack() -> String {
    let failed = |n: u64| {
        format!("2023-12-10T06:55:{n:02}Z web sshd[{n}]: Failed password for root from 192.0.2.7 port 22 ssh2\n")
    };
    let mut text: String = (10..22).map(failed).collect();
    text.push_str(
        "192.0.2.8 - - [10/Dec/2023:06:56:00 +0000] \"GET /../../etc/passwd\u{202e} HTTP/1.1\" 400 1 \"-\" \"x\"\n",
    );
    text.push_str("2023-12-10T06:56:01Z web app: connected with password=Tr0ub4dor-and-3\n");
    text.push_str("{\"messageType\":\"CONTROL_MESSAGE\",\"logEvents\":[]}\n");
    text
}

#[test]
fn attacks_in_files_are_found_in_order_and_secrets_are_masked() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.log"), packed(&attack())).unwrap();
    fs::write(dir.path().join("b.log"), "nothing of note\n").unwrap();
    let ran = riposte(&["logs", "--format", "jsonl", dir.path().to_str().unwrap()]).run(b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let all = lines(&ran.out);
    let ids: Vec<&str> = all.iter().map(|line| line["detector"].as_str().unwrap()).collect();
    assert_eq!(ids, ["ssh-brute-force", "web-path-traversal", "secret-in-logs"]);
    assert_eq!(all[0]["principal"], "192.0.2.7");
    assert_eq!(all[0]["event_time"], "2023-12-10T06:55:10.000Z");
    assert_eq!(all[0]["event_id"], "line-10");
    assert_eq!(all[0]["actions"], serde_json::json!(["deny-source"]));
    assert!(!ran.out.contains("Tr0ub4dor") && !ran.err.contains("Tr0ub4dor"));
    assert!(!ran.out.contains('\u{202e}'));
    for told in ["2 files, 16 lines, 3 findings, 0 unreadable", "12  read as sshd", "1  passed over: control messages"]
    {
        assert!(ran.err.contains(told), "{told}: {}", ran.err);
    }
    let table = riposte(&["logs", "--format", "table", "--min-severity", "high", "-"]).run(attack().as_bytes());
    assert_eq!(table.out, "no findings\n", "nothing is so severe");
}

#[test]
fn a_format_of_the_users_is_read_and_a_mistake_in_it_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.format");
    let name = file.to_str().unwrap();
    fs::write(&file, "name: shop\nline: {time}|{client}|{method} {target}|{status}\n").unwrap();
    let input = b"2023-12-10T06:55:46Z|192.0.2.9|GET /.env|404\n";
    let ran = riposte(&["logs", "--line-format", name, "--format", "jsonl", "-"]).run(input);
    assert_eq!((ran.code, lines(&ran.out).len()), (0, 1), "{}", ran.err);
    assert!(ran.err.contains("1  read as shop"), "{}", ran.err);
    fs::write(&file, "name: shop\nline: {tiem} {message}\n").unwrap();
    let ran = riposte(&["logs", "--line-format", name, "-"]).run(input);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("shop.format, line 2: there is no field `tiem`"), "{}", ran.err);
}
