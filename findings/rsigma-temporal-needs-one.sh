#!/usr/bin/env bash
# rsigma-parser and rsigma-eval 0.23.0: a `temporal` correlation of two rules that states no condition gets `gte: 1` and
# fires on the first event of either rule. pySigma 2.0.1 gives the same document `gte: 2`, as the Sigma specification
# wants it: all of the rules within the time. A correlation written for the one is a mere copy of its rules in the other.
# Seen: pySigma GTE 2; rsigma Gte 1, and "Trail cut and key made" fires although no key was made.
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
cat >"$folder/rules.yml" <<'YAML'
title: Trail cut
id: 5b7d5bd4-6f0b-4c8a-9a3e-000000000001
name: cut
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: StopLogging}, condition: selection}
---
title: Key made
id: 5b7d5bd4-6f0b-4c8a-9a3e-000000000002
name: key
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: CreateAccessKey}, condition: selection}
---
title: Trail cut and key made
correlation: {type: temporal, rules: [cut, key], group-by: [user], timespan: 5m}
YAML
cat >"$folder/src/main.rs" <<'RUST'
use rsigma_eval::{CorrelationConfig, CorrelationEngine, JsonEvent};
fn main() {
    let rules = rsigma_parser::parse_sigma_yaml(include_str!("../rules.yml")).unwrap();
    println!("rsigma: {:?}", rules.correlations[0].condition);
    let mut engine = CorrelationEngine::new(CorrelationConfig::default());
    engine.add_collection(&rules).unwrap();
    let event = serde_json::json!({"eventName": "StopLogging", "user": "ana"});
    let fired = engine.process_event_at(&JsonEvent::borrow(&event), 1_795_170_600);
    let titles: Vec<_> = fired.iter().map(|result| result.header.rule_title.to_string()).collect();
    println!("fired: {titles:?}");
    assert_eq!(titles, ["Trail cut", "Trail cut and key made"]);
}
RUST
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pysigma==2.0.1
"$folder/venv/bin/python" -W ignore - "$folder/rules.yml" <<'PYTHON'
import sys

from sigma.collection import SigmaCollection

condition = SigmaCollection.from_yaml(open(sys.argv[1])).rules[-1].condition
print("pySigma:", condition.op.name, condition.count)
assert (condition.op.name, condition.count) == ("GTE", 2)
PYTHON
CARGO_TARGET_DIR="$folder/target" cargo run --quiet --manifest-path "$folder/Cargo.toml"
