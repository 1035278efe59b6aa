//! The generated files are up to date, and the template delivers every event that a detector reads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use riposte_core::catalogue::FUNCTIONS;
use riposte_core::detect::Events;
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
    reads: bool,
}

/// The items of the list under `key:`, and whether the key is there.
fn list(rule: &str, key: &str) -> Vec<String> {
    let Some((_, after)) = rule.split_once(&format!(" {key}:\n")) else { return Vec::new() };
    after.lines().map(str::trim).map_while(|line| line.strip_prefix("- ")).map(str::to_owned).collect()
}

fn patterns(template: &str, function: &str) -> Vec<Pattern> {
    let begin = format!("# BEGIN GENERATED rules {function}\n");
    let end = format!("# END GENERATED rules {function}\n");
    let block = template.split(&begin).nth(1).unwrap().split(&end).next().unwrap();
    let rules = block.split("    Type: AWS::Events::Rule\n").skip(1);
    let read = |rule: &str| Pattern {
        sources: list(rule, "eventSource"),
        names: list(rule, "eventName"),
        codes: list(rule, "errorCode"),
        root_only: list(rule, "type") == ["Root"],
        reads: rule.contains("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
    };
    rules.map(read).collect()
}

impl Pattern {
    /// Whether EventBridge hands an event to the rule's queue.
    fn delivers(&self, source: &str, name: &str, failed: bool, root: bool) -> bool {
        let of_data = ["ebs.amazonaws.com", "cognito-identity.amazonaws.com"].contains(&source)
            || name.contains("Object")
            || name.contains("Item");
        let is_read = !of_data && ["Get", "List", "Describe"].iter().any(|verb| name.starts_with(verb));
        let among = |list: &[String], value: &str| list.is_empty() || list.iter().any(|item| item == value);
        let code = match (failed, self.codes.first().map(String::as_str)) {
            (_, None) => true,
            (false, Some(only)) => only == "exists: false",
            (true, Some(_)) => self.codes.iter().any(|code| code == "AccessDenied"),
        };
        among(&self.sources, source)
            && among(&self.names, name)
            && code
            && (root || !self.root_only)
            && (self.reads || !is_read)
    }
}

#[test]
fn every_event_that_a_detector_reads_is_delivered_to_its_function() {
    let template = std::fs::read_to_string(root().join("infra/template.yaml")).unwrap();
    for function in FUNCTIONS {
        let rules = patterns(&template, function.name);
        assert!(!rules.is_empty(), "{}", function.name);
        let delivered =
            |source: &str, name: &str, failed, root| rules.iter().any(|rule| rule.delivers(source, name, failed, root));
        for meta in function.metas() {
            for event in meta.events.names() {
                for failed in [false, true].into_iter().filter(|failed| meta.outcome.covers(*failed)) {
                    assert!(
                        delivered(event.source, event.name, failed, false),
                        "{}: no rule of {} delivers {} (failed: {failed})",
                        meta.id,
                        function.name,
                        event.name
                    );
                }
            }
            match meta.events {
                Events::ByRoot => assert!(delivered("x.amazonaws.com", "ListThings", false, true), "{}", meta.id),
                Events::Denied => assert!(delivered("x.amazonaws.com", "GetThings", true, false), "{}", meta.id),
                Events::All => panic!("{}: the catalogue names what it reads", meta.id),
                Events::Calls(_) | Events::Lines => {}
            }
        }
        for trigger in function.triggers {
            assert!(delivered(trigger.source, trigger.name, false, false), "{}: {}", function.name, trigger.name);
        }
        // What nobody reads is not paid for.
        if !function.metas().any(|meta| meta.events == Events::ByRoot || meta.events == Events::Denied) {
            assert!(!delivered("gamelift.amazonaws.com", "CreateFleet", false, false), "{}", function.name);
        }
    }
}
