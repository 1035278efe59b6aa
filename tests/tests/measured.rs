//! What is asked of the catalogue on recorded events holds, and `docs/measurements.md` says what is so.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use riposte_tests::measure::{attacks, corpus, labelled, noise, page, roc};
use riposte_tests::root;

fn page_says(block: &str, text: &str) {
    assert_eq!(page::read(&root(), block).unwrap(), page::framed(text), "run `make measure`");
}

#[test]
fn ordinary_administration_is_left_in_peace() {
    let noise = noise::ordinary(&root().join("shared/core/ordinary")).unwrap();
    assert!(noise.events >= 500 && noise.services >= 40, "{} events of {}", noise.events, noise.services);
    assert!(noise.alarms * 200 < noise.events, "{}", noise.page);
    page_says("noise", &noise.page);
}

#[test]
#[cfg_attr(not(corpus), ignore = "it did not run: RIPOSTE_CORPUS names no corpus")]
fn what_surrounds_an_attack_is_left_in_peace() {
    let Some(corpus) = corpus() else { return };
    let noise = noise::around_attacks(&corpus).unwrap();
    assert!(noise.events > 100 && noise.alarms * 200 < noise.events, "{}", noise.page);
    page_says("around-attacks", &noise.page);
}

#[test]
#[cfg_attr(not(corpus), ignore = "it did not run: RIPOSTE_CORPUS names no corpus")]
fn every_recorded_attack_is_found_under_its_technique() {
    let Some(corpus) = corpus() else { return };
    let attacks = attacks::measure(&corpus).unwrap();
    assert_eq!((attacks.missed, attacks.unknown), (vec![], vec![]));
    page_says("attacks", &attacks.page);
}

#[test]
#[cfg_attr(not(corpus), ignore = "it did not run: RIPOSTE_CORPUS names no corpus")]
fn nine_of_ten_labelled_rules_are_covered() {
    let Some(corpus) = corpus() else { return };
    let labelled = labelled::measure(&corpus).unwrap();
    assert!(labelled.missed.len() * 10 <= labelled.rules, "{:?} of {}", labelled.missed, labelled.rules);
    page_says("labelled", &labelled.page);
}

#[test]
fn the_statistical_detectors_tell_attacks_from_ordinary_days() {
    let curves = roc::curves();
    for curve in &curves {
        let own = curve.at(1.0);
        assert!(own.attacks > 50 && own.alarms() < 0.08, "{}: {own:?}", curve.detector);
        assert!(own.recall() > 0.3 && curve.area() > 0.8, "{}: {own:?}, {}", curve.detector, curve.area());
        let path = root().join(roc::FOLDER).join(format!("{}.svg", curve.detector));
        assert_eq!(std::fs::read_to_string(path).unwrap(), curve.picture(), "run `make measure`");
    }
    page_says("statistics", &roc::page(&curves).unwrap());
}
