//! The walls of the house: the core is pure, and one crate alone talks to AWS.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which clippy does not take for tests")]

use std::path::Path;
use std::process::Command;

use riposte_tests::root;

/// All crates that a package of the workspace is built from, itself not counted.
fn dependencies(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

#[test]
fn the_core_has_neither_sdk_nor_runtime() {
    let all = dependencies("riposte-core");
    assert!(all.iter().any(|name| name == "cedar-policy"), "cargo tree told nothing: {all:?}");
    for name in &all {
        let foreign = ["aws-sdk", "aws-config", "aws-smithy", "tokio", "hyper", "lambda_runtime", "reqwest"];
        assert!(!foreign.iter().any(|f| name.starts_with(f)), "riposte-core is built from {name}");
    }
}

#[test]
fn one_crate_alone_imports_the_sdk() {
    let functions = riposte_core::catalogue::FUNCTIONS.iter().map(|function| format!("functions/{}", function.name));
    let shared = ["core", "logs", "audit", "records", "scan", "patch", "dashboard", "dashboard-aws", "fixtures"]
        .map(|name| format!("shared/{name}"));
    let others = ["cli", "tests", "tests/bench", "functions/dashboard", "functions/hunter"]
        .map(str::to_owned)
        .into_iter()
        .chain(shared);
    for folder in functions.chain(others) {
        let manifest = std::fs::read_to_string(root().join(&folder).join("Cargo.toml")).unwrap();
        assert!(!manifest.contains("aws-sdk") && !manifest.contains("aws-config"), "{folder} imports the SDK");
    }
}

/// What would let a clock, the environment, the file system or the network into the core.
const IMPURE: [&str; 9] = [
    "std::env",
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
];

#[test]
fn the_core_reads_no_clock_and_no_environment() {
    let mut files = 0;
    check(&root().join("shared/core/src"), &mut files);
    check(&root().join("shared/logs/src"), &mut files);
    check(&root().join("shared/audit/src"), &mut files);
    check(&root().join("shared/patch/src"), &mut files);
    check(&root().join("shared/dashboard/src"), &mut files);
    assert!(files > 20, "only {files} files were read");
}

fn check(folder: &Path, files: &mut usize) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            check(&path, files);
        } else if path.is_file() && path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            *files += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            for word in IMPURE {
                assert!(!text.contains(word), "{} has `{word}`", path.display());
            }
        }
    }
}

#[test]
fn a_functions_main_is_wiring() {
    for function in
        riposte_core::catalogue::FUNCTIONS.iter().map(|function| function.name).chain(["dashboard", "hunter"])
    {
        let path = root().join("functions").join(function).join("src/main.rs");
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 40, "{} has {lines} lines", path.display());
    }
}

#[test]
fn a_function_has_every_action_that_its_detectors_ask_for() {
    for function in riposte_core::catalogue::FUNCTIONS {
        let code = std::fs::read_to_string(root().join("functions").join(function.name).join("src/lib.rs")).unwrap();
        for action in function.actions() {
            // The action's type is named as its id is in code.
            assert!(code.contains(&format!(".with({action:?})")), "{} does not have {action}", function.name);
        }
    }
}
