//! The generated files are up to date, and the template delivers every event that a detector reads.

use riposte_core::catalogue::FUNCTIONS;
use riposte_tests::{generate, root};

#[test]
fn generated_files_are_up_to_date() {
    let differing = generate::run(&root(), true).unwrap();
    assert!(differing.is_empty(), "run `make generate`: {differing:?}");
}

#[test]
fn every_event_that_a_detector_reads_is_in_its_functions_pattern() {
    let template = std::fs::read_to_string(root().join("infra/template.yaml")).unwrap();
    for function in FUNCTIONS {
        let begin = format!("# BEGIN GENERATED pattern {}\n", function.name);
        let end = format!("# END GENERATED pattern {}\n", function.name);
        let block = template.split(&begin).nth(1).unwrap().split(&end).next().unwrap();
        for event in function.metas().flat_map(|meta| meta.events) {
            assert!(
                block.contains(&format!("- {}\n", event.name)),
                "{}: no rule delivers {}",
                function.name,
                event.name
            );
        }
    }
}
