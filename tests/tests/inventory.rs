//! The collector collects what the checks read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which clippy does not take for tests")]

use riposte_audit::shapes::{SHAPES, Scope};
use riposte_aws::inventory::collected;

#[test]
fn every_fact_that_a_check_reads_is_collected() {
    let collected = collected();
    let mut missing = Vec::new();
    for shape in SHAPES {
        let of_type: Vec<_> =
            collected.iter().filter(|one| one.service == shape.service && one.kind == shape.kind).collect();
        if of_type.is_empty() {
            missing.push(format!("{} {}: the type", shape.service, shape.kind));
        }
        for one in &of_type {
            if one.listed_by != shape.listed_by {
                missing.push(format!("{} {}: listed by {}", shape.service, shape.kind, one.listed_by));
            }
            if one.global != (shape.scope == Scope::Global) {
                missing.push(format!("{} {}: its scope", shape.service, shape.kind));
            }
        }
        // Of a type that is listed in two ways, each tells what the other does not.
        for fact in shape.reads {
            if !of_type.iter().any(|one| one.facts.contains(*fact)) {
                missing.push(format!("{} {}: {fact}", shape.service, shape.kind));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}
