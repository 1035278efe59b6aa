//! The generated files are up to date, and the template delivers every event that a detector reads.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use riposte_core::catalogue::FUNCTIONS;
use riposte_core::detect::{Domain, Events};
use riposte_tests::{generate, root};

#[test]
fn generated_files_are_up_to_date() {
    let differing = generate::run(&root(), true).unwrap();
    assert!(differing.is_empty(), "run `make generate`: {differing:?}");
}

/// One EventBridge rule of the template, read from its text and not by the code that writes it.
struct Pattern {
    sources: Vec<String>,
    names: Vec<String>,
    codes: Vec<String>,
    root_only: bool,
    /// Leaves out what AWS's services do for themselves.
    callers_only: bool,
    reads: bool,
}

/// The items of the list under `key:`, and whether the key is there.
fn list(rule: &str, key: &str) -> Vec<String> {
    let Some((_, after)) = rule.split_once(&format!(" {key}:\n")) else { return Vec::new() };
    after.lines().map(str::trim).map_while(|line| line.strip_prefix("- ")).map(str::to_owned).collect()
}

/// A function's name as it begins the names of its resources: `IngressGuard`.
fn logical(function: &str) -> String {
    let words = function.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}

fn patterns(template: &str, function: &str) -> Vec<Pattern> {
    let queue = format!("        Arn: !GetAtt {}Queue.Arn\n", logical(function));
    let rules = template.split("    Type: AWS::Events::Rule\n").skip(1);
    let rules = rules.map(|rule| rule.split("\n\n").next().unwrap()).filter(|rule| rule.contains(&queue));
    // A schedule has no pattern; what VPC endpoints saw, or Inspector and GuardDuty found, is no call.
    let rules = rules.filter(|rule| rule.contains("API Call via CloudTrail"));
    // What alternatives ask for besides, tests/e2e/test_deliveries.py evaluates.
    let rules = rules.map(|rule| rule.split("        $or:\n").next().unwrap());
    let read = |rule: &str| Pattern {
        sources: list(rule, "eventSource"),
        // What it leaves out is no name that it asks for.
        names: list(rule, "eventName").into_iter().filter(|name| !name.starts_with("anything-but")).collect(),
        codes: list(rule, "errorCode"),
        root_only: list(rule, "type") == ["Root"],
        callers_only: list(rule, "type") == ["anything-but: AWSService"],
        reads: rule.contains("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
    };
    rules.map(read).collect()
}

/// Who makes a call.
#[derive(Clone, Copy, PartialEq)]
enum Caller {
    Root,
    Service,
    Other,
}

impl Pattern {
    /// Whether EventBridge hands an event to the rule's queue.
    fn delivers(&self, source: &str, name: &str, failed: bool, caller: Caller) -> bool {
        let of_data = ["ebs.amazonaws.com", "cognito-identity.amazonaws.com"].contains(&source)
            || name.contains("Object")
            || name.contains("Item");
        let is_read = !of_data && ["Get", "List", "Describe"].iter().any(|verb| name.starts_with(verb));
        let among = |list: &[String], value: &str| list.is_empty() || list.iter().any(|item| item == value);
        let code = match (failed, self.codes.first().map(String::as_str)) {
            (_, None) => true,
            (false, Some(only)) => only == "exists: false",
            (true, Some(_)) => self.codes.iter().any(|code| code == "AccessDenied" || code.starts_with('{')),
        };
        among(&self.sources, source)
            && among(&self.names, name)
            && code
            && (caller == Caller::Root || !self.root_only)
            && (caller != Caller::Service || !self.callers_only)
            && (self.reads || !is_read)
    }
}

#[test]
fn every_event_that_a_detector_reads_is_delivered_to_its_function() {
    let template = std::fs::read_to_string(root().join("infra/template.yaml")).unwrap();
    for function in FUNCTIONS {
        let rules = patterns(&template, function.name);
        // Who reads no call needs no rule.
        let reads = function.metas().any(|meta| !matches!(meta.events, Events::Looked | Events::GuardDuty))
            || !function.triggers.is_empty();
        assert_eq!(!rules.is_empty(), reads, "{}", function.name);
        let delivered = |source: &str, name: &str, failed, caller| {
            rules.iter().any(|rule| rule.delivers(source, name, failed, caller))
        };
        for meta in function.metas() {
            for event in meta.events.names() {
                for failed in [false, true].into_iter().filter(|failed| meta.outcome.covers(*failed)) {
                    assert!(
                        delivered(event.source, event.name, failed, Caller::Other),
                        "{}: no rule of {} delivers {} (failed: {failed})",
                        meta.id,
                        function.name,
                        event.name
                    );
                }
            }
            match meta.events {
                Events::ByRoot => {
                    assert!(delivered("x.amazonaws.com", "ListThings", false, Caller::Root), "{}", meta.id);
                }
                // Of attempts a function is sent the changes alone: refused reads are many.
                Events::Denied => {
                    let name = if meta.id.ends_with("-attempt-refused") { "ChangeThings" } else { "GetThings" };
                    assert!(delivered("x.amazonaws.com", name, true, Caller::Other), "{}", meta.id);
                }
                Events::All => {
                    assert_eq!(meta.domain, Domain::Behavior, "{}: the catalogue names what it reads", meta.id);
                    assert!(delivered("x.amazonaws.com", "ChangeThings", true, Caller::Other), "{}", meta.id);
                }
                Events::NetworkActivity => {
                    let wanted = "- AWS Network Activity Event via CloudTrail";
                    assert!(template.contains(wanted), "{}: no rule delivers it", meta.id);
                }
                Events::GuardDuty => {
                    let rule = format!("    Arn: !GetAtt {}Queue.Arn", logical(function.name));
                    let found =
                        template.split("\n\n").any(|part| part.contains("- GuardDuty Finding") && part.contains(&rule));
                    assert!(found, "{}: no rule delivers it to {}", meta.id, function.name);
                }
                // They read what their function is sent for others.
                Events::Calls(_) | Events::Lines | Events::Looked | Events::Tools => {}
            }
        }
        for trigger in function.triggers {
            assert!(
                delivered(trigger.source, trigger.name, false, Caller::Other),
                "{}: {}",
                function.name,
                trigger.name
            );
        }
        // What nobody reads is not paid for.
        let many = [Events::ByRoot, Events::Denied, Events::All];
        if !function.metas().any(|meta| many.contains(&meta.events)) {
            assert!(!delivered("braket.amazonaws.com", "CancelJob", false, Caller::Other), "{}", function.name);
        }
    }
}
