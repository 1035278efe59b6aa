//! Whatever the environment holds, the command says in one line what to do, and never panics.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::process::Command;

fn incidents(environment: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_riposte"));
    command.arg("incidents").env_clear().env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", "/nonexistent");
    let ran = command.envs(environment.iter().copied()).output().unwrap();
    assert!(ran.stdout.is_empty());
    (ran.status.code().unwrap_or(-1), String::from_utf8(ran.stderr).unwrap())
}

const KEY: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];

#[test]
fn what_is_missing_or_wrong_is_said_in_one_line() {
    let with = |more: &[(&'static str, &'static str)]| [&KEY[..], &[("AWS_REGION", "us-east-1")], more].concat();
    for (environment, said) in [
        (vec![], "no region is set: set AWS_REGION"),
        (KEY.to_vec(), "no region is set: set AWS_REGION"),
        (vec![("AWS_REGION", "us-east-1")], "no credentials"),
        ([&KEY[..], &[("AWS_REGION", "us east 1")]].concat(), "the region `us east 1` is no name of a region"),
        ([&KEY[..], &[("AWS_REGION", "\u{1b}[2J")]].concat(), "is no name of a region"),
        (with(&[("AWS_ENDPOINT_URL", "not a url")]), "AWS_ENDPOINT_URL is `not a url`, which does not begin with http"),
        (with(&[("AWS_ENDPOINT_URL", "http://")]), "names no host"),
        (with(&[("AWS_ENDPOINT_URL", "localhost:4566")]), "does not begin with http"),
        (with(&[("AWS_ENDPOINT_URL_SSM", "http://a b")]), "AWS_ENDPOINT_URL_SSM"),
        (with(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]), "the endpoint does not answer"),
        (with(&[("SSL_CERT_FILE", "/nonexistent")]), "SSL_CERT_FILE is `/nonexistent`, which holds no certificate"),
        (with(&[("SSL_CERT_DIR", "/nonexistent")]), "SSL_CERT_DIR is `/nonexistent`"),
        (with(&[("AWS_PROFILE", "nobody"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]), "riposte: "),
        (with(&[("AWS_MAX_ATTEMPTS", "many")]), "AWS_MAX_ATTEMPTS is `many`, and may be a whole number from 1 on"),
        (with(&[("AWS_RETRY_MODE", "never")]), "AWS_RETRY_MODE is `never`, and may be `standard` or `adaptive`"),
        (with(&[("AWS_USE_FIPS_ENDPOINT", "maybe"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]), "riposte: "),
        (with(&[("HTTPS_PROXY", "not a proxy"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]), "riposte: "),
    ] {
        let (code, err) = incidents(&environment);
        assert_eq!(code, 1, "{environment:?}: {err}");
        assert!(err.contains(said), "{environment:?}: {err}");
        assert!(err.lines().filter(|line| line.starts_with("riposte: ")).count() == 1, "{environment:?}: {err}");
        for word in ["panicked", "RUST_BACKTRACE", "DispatchFailure {", "Some(", "a fault of the command"] {
            assert!(!err.contains(word), "{environment:?}: {err}");
        }
    }
}

#[test]
fn every_verb_that_asks_aws_looks_at_region_and_credentials_first() {
    for verb in [
        &["audit"][..],
        &["audit", "--service", "s3"],
        &["patch", "plan"],
        &["patch", "status"],
        &["dashboard", "--port", "0"],
        &["report", "--html", "/nonexistent/report.html"],
        &["baseline", "show"],
        &["redrive"],
        &["exclusions"],
    ] {
        for (environment, said) in [
            (vec![("X", "1")], "no region is set: set AWS_REGION"),
            (vec![("AWS_REGION", "us-east-1")], "no credentials"),
        ] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_riposte"));
            command.args(verb).env_clear().env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", "/nonexistent");
            let ran = command.envs(environment).output().unwrap();
            let err = String::from_utf8(ran.stderr).unwrap();
            assert_eq!(ran.status.code(), Some(1), "{verb:?}: {err}");
            assert!(err.contains(said) && !err.contains("\\u{a}"), "{verb:?}: {err}");
        }
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_riposte"));
    command.args(["detect", "s3://bucket/trail"]).env_clear().env("AWS_EC2_METADATA_DISABLED", "true");
    let ran = command.env("HOME", "/nonexistent").output().unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.code() == Some(1) && err.contains("no credentials"), "{err}");
}

#[test]
fn what_cannot_be_written_is_an_error_and_no_panic() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for verb in [&["completions", "zsh"][..], &["man"], &["detectors"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_riposte"));
        let ran = command.args(verb).stdout(full.try_clone().unwrap()).output().unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert!(
            ran.status.code() == Some(1) && err.starts_with("riposte: ") && !err.contains("fault"),
            "{verb:?}: {err}"
        );
    }
}
