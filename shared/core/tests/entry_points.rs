//! The fuzz targets' entry points under property tests, on a stable compiler: arbitrary bytes, and the
//! seeds with a part of them changed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

#[path = "../../../tests/fuzz/entry_points.rs"]
mod entry_points;

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;

/// The seeds of a target, and for events the fixtures of every detector.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(root.join("../../tests/fuzz/seeds").join(target)).unwrap();
    let mut seeds: Vec<_> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    if target == "event" {
        let fixtures =
            riposte_fixtures::folders().unwrap().into_keys().flat_map(|id| riposte_fixtures::of(&id).unwrap());
        seeds.extend(fixtures.map(|fixture| fixture.text().unwrap().into_bytes()));
    }
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds
}

/// A seed with some bytes replaced, and perhaps cut.
fn mutated(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let seed = proptest::sample::select(seeds(target));
    let edits = proptest::collection::vec((any::<Index>(), any::<u8>()), 0..8);
    (seed, edits, any::<Option<Index>>()).prop_map(|(mut bytes, edits, cut)| {
        for (place, byte) in edits {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        bytes
    })
}

proptest! {
    #[test]
    fn no_event_breaks_the_parser_or_a_detector(
        bytes in prop_oneof![mutated("event"), proptest::collection::vec(any::<u8>(), 0..400)],
    ) {
        entry_points::event(&bytes);
    }

    #[test]
    fn no_document_breaks_the_policy_evaluators(
        bytes in prop_oneof![mutated("policy"), proptest::collection::vec(any::<u8>(), 0..400)],
    ) {
        entry_points::policy(&bytes);
    }

    #[test]
    fn no_range_breaks_the_cidr_reader(
        bytes in prop_oneof![mutated("cidr"), "[0-9a-f:./\n]{0,200}".prop_map(String::into_bytes)],
    ) {
        entry_points::cidr(&bytes);
    }
}

#[test]
fn every_seed_runs_through_its_entry_point() {
    for (target, run) in
        [("event", entry_points::event as fn(&[u8])), ("policy", entry_points::policy), ("cidr", entry_points::cidr)]
    {
        for seed in seeds(target) {
            run(&seed);
        }
    }
}
