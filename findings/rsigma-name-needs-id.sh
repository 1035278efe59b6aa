#!/usr/bin/env bash
# rsigma-eval 0.23.0: a correlation that refers to a rule by its name counts that rule only if the rule has an id as well.
# In the Sigma specification the id of a rule is optional and a reference may be a name or an id. The collection loads
# without an error and the rule itself fires, but the correlation over it never does.
# Seen: without an id ["Trail cut"], with one ["Trail cut", "Trails cut"].
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
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
name: cut
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: StopLogging}, condition: selection}
---
title: Trails cut
correlation: {type: event_count, rules: [cut], group-by: [user], timespan: 5m, condition: {gte: 1}}
YAML
cat >"$folder/src/main.rs" <<'RUST'
use rsigma_eval::{CorrelationConfig, CorrelationEngine, JsonEvent};

fn fired(rules: &str) -> Vec<String> {
    let rules = rsigma_parser::parse_sigma_yaml(rules).unwrap();
    assert!(rules.errors.is_empty());
    let mut engine = CorrelationEngine::new(CorrelationConfig::default());
    engine.add_collection(&rules).unwrap();
    let event = serde_json::json!({"eventName": "StopLogging", "user": "ana", "eventTime": "2026-11-20T10:30:00Z"});
    engine.process_event(&JsonEvent::borrow(&event)).iter().map(|result| result.header.rule_title.to_string()).collect()
}

fn main() {
    let rules = include_str!("../rules.yml");
    let with_id = rules.replace("name: cut", "name: cut\nid: 5b7d5bd4-6f0b-4c8a-9a3e-000000000001");
    let seen = [fired(rules), fired(&with_id)];
    println!("without an id {:?}, with one {:?}", seen[0], seen[1]);
    assert_eq!(seen, [vec!["Trail cut"], vec!["Trail cut", "Trails cut"]]);
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run --quiet --manifest-path "$folder/Cargo.toml"
