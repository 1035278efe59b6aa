#!/usr/bin/env bash
# rsigma-eval 0.23.0: `errorCode|neq: AccessDenied` does not match an event that has no errorCode, though it does where
# the field is null. pySigma makes a NOT of it, for SQLite as for Splunk and Lucene, which an absent field satisfies.
# CloudTrail leaves errorCode out of every call that succeeded: the rule sees these in one engine and not in the other.
# Seen: pySigma's query for SQLite finds absent and other; rsigma null and other.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT && mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<'TOML'
[package]
name = "seen"
version = "0.0.0"
edition = "2024"
[dependencies]
rsigma-parser = { version = "=0.23.0", default-features = false }
rsigma-eval = "=0.23.0"
serde_json = "1"
TOML
cat >"$folder/rule.yml" <<'YAML'
title: Not denied
logsource: {product: aws, service: cloudtrail}
detection: {selection: {"errorCode|neq": AccessDenied}, condition: selection}
YAML
cat >"$folder/src/main.rs" <<'RUST'
use rsigma_eval::{Engine, JsonEvent};
use serde_json::json;
fn main() {
    let mut engine = Engine::new();
    engine.add_collection(&rsigma_parser::parse_sigma_yaml(include_str!("../rule.yml")).unwrap()).unwrap();
    let events = [
        ("absent", json!({"eventName": "StopLogging"})),
        ("null", json!({"errorCode": null})),
        ("other", json!({"errorCode": "TrailNotFoundException"})),
        ("denied", json!({"errorCode": "AccessDenied"})),
    ];
    let matches = |event| !engine.evaluate(&JsonEvent::borrow(event)).is_empty();
    let found: Vec<_> = events.iter().filter(|(_, event)| matches(event)).map(|(name, _)| *name).collect();
    println!("rsigma: {found:?}");
    assert_eq!(found, ["null", "other"]);
}
RUST
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pysigma==1.5.1 pysigma-backend-sqlite==2.0.0
"$folder/venv/bin/python" -W ignore - "$folder/rule.yml" <<'PYTHON'
import sqlite3
import sys

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

(query,) = sqliteBackend().convert(SigmaCollection.from_yaml(open(sys.argv[1])))
table = sqlite3.connect(":memory:")
table.execute("CREATE TABLE logs (name, errorCode)")
rows = [("absent", None), ("other", "TrailNotFoundException"), ("denied", "AccessDenied")]
table.executemany("INSERT INTO logs VALUES (?, ?)", rows)
found = [row[0] for row in table.execute(query)]
print("pySigma:", query, found)
assert found == ["absent", "other"]
PYTHON
CARGO_TARGET_DIR="$folder/target" cargo run --quiet --manifest-path "$folder/Cargo.toml"
