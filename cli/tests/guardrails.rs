//! The worked examples of docs/guardrails.md, run as they stand there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use riposte_core::action::RevokeIngress;
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Confidence, Finding, Severity, Target};
use riposte_core::guardrail::{Decision, Guardrails, Undo};
use riposte_core::plan::{Plan, Snapshot};
use riposte_core::settings::{CustomGuardrail, Settings};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// An example: its guardrails by the names of their files, and its commands with what each prints.
struct Example {
    title: String,
    guardrails: Vec<(String, String)>,
    commands: Vec<(String, String)>,
}

fn examples() -> Vec<Example> {
    let page = fs::read_to_string(docs().join("guardrails.md")).unwrap();
    let sections = page.split("\n## ").filter(|section| section.starts_with(|c: char| c.is_ascii_digit()));
    sections.map(example).collect()
}

fn example(section: &str) -> Example {
    let blocks = |kind: &str| -> Vec<String> {
        let begin = format!("```{kind}\n");
        section.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    };
    let guardrails = blocks("cedar").into_iter().map(|text| {
        let name = text.lines().next().unwrap().trim_start_matches("// ").to_owned();
        (name, text)
    });
    let commands = blocks("console").into_iter().flat_map(|text| {
        let parts = format!("\n{text}").split("\n$ ").skip(1).map(str::to_owned).collect::<Vec<_>>();
        parts.into_iter().map(|part| {
            let (command, said) = part.split_once('\n').unwrap_or((&part, ""));
            (command.to_owned(), said.trim_end().to_owned())
        })
    });
    Example {
        title: section.lines().next().unwrap().to_owned(),
        guardrails: guardrails.collect(),
        commands: commands.collect(),
    }
}

#[test]
fn each_example_prints_what_the_page_says() {
    let all = examples();
    assert_eq!(all.len(), 10);
    for example in all {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in &example.guardrails {
            fs::write(folder.path().join(name), text).unwrap();
        }
        for event in fs::read_dir(docs().join("guardrails")).unwrap() {
            let event = event.unwrap().path();
            fs::copy(&event, folder.path().join(event.file_name().unwrap())).unwrap();
        }
        assert!(!example.commands.is_empty(), "{}", example.title);
        for (command, said) in &example.commands {
            let words: Vec<_> = command.split_whitespace().skip(1).collect();
            let mut run = Command::new(env!("CARGO_BIN_EXE_riposte"));
            let ran = run.args(words).env_clear().current_dir(folder.path()).output().unwrap();
            let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
            assert_eq!(ran.status.code(), Some(0), "{}: {command}: {err}", example.title);
            assert_eq!(out.trim_end(), said, "{}: {command}", example.title);
        }
    }
}

#[test]
fn every_example_keeps_undo() {
    let parameters: BTreeMap<String, String> = [
        ("/riposte/mode", "live"),
        ("/riposte/topic-arn", "arn:aws:sns:eu-west-1:111122223333:riposte"),
        ("/riposte/ledger-table", "riposte-ledger"),
        ("/riposte/secrets/ledger-key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
        ("/riposte/own-roles", "arn:aws:iam::111122223333:role/a"),
    ]
    .map(|(path, value)| (path.to_owned(), value.to_owned()))
    .into();
    let tags = [("env", "production"), ("team", "research"), ("aws:cloudformation:stack-name", "web")];
    let request = RevokeIngress { group_id: "sg-1".to_owned(), rules: Vec::new() };
    let finding = Finding {
        detector: "open-admin-port".to_owned(),
        title: String::new(),
        severity: Severity::Low,
        confidence: Confidence::Low,
        technique: Vec::new(),
        scope: Scope { event_id: "e".to_owned(), account: "111122223333".to_owned(), region: "us-west-2".to_owned() },
        event_name: String::new(),
        event_source: None,
        error_code: None,
        event_time: None,
        principal: Actor { role_arn: Some("arn:aws:iam::111122223333:role/deploy".to_owned()), ..Actor::default() },
        target: Target::SecurityGroup { group_id: "sg-1".to_owned() },
        why: String::new(),
        response: Some(request.clone().into()),
    };
    for example in examples() {
        let mut settings = Settings::from_parameters(&parameters).unwrap();
        for (id, text) in example.guardrails {
            settings.guardrails.push(CustomGuardrail { id: id.replace(".cedar", ""), text });
        }
        let guardrails = Guardrails::new(&settings).unwrap();
        for kind in ["security-group", "user"] {
            let arn = "arn:aws:ec2:us-west-2:111122223333:security-group/sg-1".to_owned();
            let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
            let plan = Plan::of(request.clone().into(), arn, Snapshot::default()).tagged(tags);
            let plan = Plan { kind: kind.to_owned(), disruptive: true, reversible: false, ..plan };
            let decision = guardrails.decide_approved("operator", Undo(plan), &finding);
            assert!(matches!(decision, Decision::Act(..)), "{}: {decision:?}", example.title);
        }
    }
}

#[test]
fn what_is_wrong_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_riposte"));
        let ran = command.args(arguments).env_clear().current_dir(folder.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
    };
    fs::write(folder.path().join("never.cedar"), "forbid (principal, action, resource) when { false };").unwrap();
    fs::write(folder.path().join("typo.cedar"), "forbit (principal, action, resource);").unwrap();
    fs::write(folder.path().join("good.cedar"), "forbid (principal, action, resource) unless { context.approved };")
        .unwrap();
    let (code, out, err) = run(&["guardrails", "check", "never.cedar", "typo.cedar", "good.cedar"]);
    assert_eq!((code, err.as_str()), (1, "riposte: 2 of 3 files cannot be used\n"));
    for line in ["never.cedar: it is not a valid guardrail", "typo.cedar: it is not", "good.cedar: 1 policy, valid"] {
        assert!(out.contains(line), "{line}: {out}");
    }
    assert!(!out.contains("policy0") && !out.contains("/riposte/guardrails/"), "of a file, not of a setting: {out}");
    fs::write(
        folder.path().join("words.cedar"),
        "forbid (principal, action, resource) when { context.severity == \"hgih\" } unless { context.approved };",
    )
    .unwrap();
    let (code, out, _) = run(&["guardrails", "check", "words.cedar"]);
    assert!(code == 1 && out.contains("context.severity is never `hgih`"), "{out}");
    fs::write(folder.path().join("all.cedar"), "forbid (principal, action, resource);").unwrap();
    let (code, out, _) = run(&["guardrails", "check", "all.cedar"]);
    assert!(code == 0 && out.contains("warning: policy 1 can forbid an undo"), "{out}");
    let (code, out, _) = run(&["guardrails", "list", "--shipped"]);
    assert!(code == 0 && out.contains("shadow-mode\n") && out.contains("asks-first\n"), "{out}");
    let (code, out, _) = run(&["guardrails", "schema"]);
    assert!(code == 0 && out.contains("\"revoke-ingress\"") && out.contains("approvers: Long"), "{out}");
    fs::write(folder.path().join("x.json"), "{}").unwrap();
    let (code, _, err) = run(&["guardrails", "test", "x.json", "--offline"]);
    assert!(code == 1 && err.starts_with("riposte: x.json") && err.lines().count() == 1, "{err}");
}
