//! What an attacker chooses is text on every page: never markup, never a mark that turns text around, never a line that
//! breaks the page.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod common;

use std::sync::Arc;

use common::{Double, account, contained, get, health};
use riposte_core::exclusion::Exclusion;
use riposte_core::finding::Target;
use riposte_core::incident::{Incident, State, Step, Undoing};
use riposte_dashboard::{Run, Trouble, TroubleKind, Unreadable, report};
use riposte_patch::plan::{Cite, Route};
use riposte_patch::run::{Entry, Kind, Outcome};
use serde_json::json;

/// Markup in several places of a page, marks of direction, a name that ends an attribute, a template, and control
/// characters.
const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)> \u{202e}gpj.exe\u{2066} {{7*7}} \
                       javascript:alert(1) \u{0}\u{1b}[31m\r\n</title></style></textarea>--><!--";

/// An incident in which every word is hostile.
fn incident(name: &str) -> Incident {
    let mut incident = contained(10);
    let name = name.to_owned();
    let finding = &mut incident.finding;
    finding.detector.clone_from(&name);
    finding.title.clone_from(&name);
    finding.technique = vec![name.clone()];
    finding.scope.account.clone_from(&name);
    finding.scope.region.clone_from(&name);
    finding.event_name.clone_from(&name);
    finding.event_time = Some(name.clone());
    finding.why.clone_from(&name);
    finding.target = Target::Resource { service: name.clone(), id: name.clone() };
    let actor = &mut finding.principal;
    for field in [
        &mut actor.arn,
        &mut actor.role_arn,
        &mut actor.name,
        &mut actor.source_ip,
        &mut actor.user_agent,
        &mut actor.access_key_id,
    ] {
        *field = Some(name.clone());
    }
    let plan = incident.plan.as_mut().unwrap();
    plan.resource_arn.clone_from(&name);
    plan.note = Some(name.clone());
    plan.before.0.insert(name.clone(), json!({ name.clone(): name.clone() }));
    plan.changes[0].call.clone_from(&name);
    plan.changes[0].parameters = json!({ name.clone(): json!({ "a": name }).to_string() });
    plan.changes[0].delta.insert(name.clone(), Some(json!(name)));
    plan.undo[0].change.call.clone_from(&name);
    let verdict = incident.verdict.as_mut().unwrap();
    verdict.guardrails = vec![name.clone()];
    verdict.errors = vec![name.clone()];
    let seen = incident.verification.as_mut().unwrap();
    (seen.remaining, seen.elsewhere) = (vec![name.clone()], vec![name.clone()]);
    incident.note(0, Step::Action, name.clone());
    incident.function.clone_from(&name);
    incident
}

/// A run of patching in which every word is hostile.
fn run(name: &str) -> Run {
    let mut run = common::run("i-1", 10);
    let hostile = || name.to_owned();
    (run.account, run.region, run.approved_by) = (hostile(), hostile(), Some(hostile()));
    let plan = &mut run.plan;
    (plan.node, plan.name, plan.ring, plan.reasons) = (hostile(), Some(hostile()), Some(hostile()), vec![hostile()]);
    plan.findings = vec![Cite { arn: hostile(), id: hostile() }];
    plan.route = Route::Held { why: hostile() };
    for fix in &mut plan.work.fixes {
        (fix.package, fix.fixed) = (hostile(), hostile());
    }
    run.timeline.push(Entry { at_ms: 1, step: 1, text: hostile() });
    run.outcome = Some(Outcome { kind: Kind::Unhealthy, why: hostile(), at_ms: 1 });
    run
}

fn source(name: &str) -> Arc<Double> {
    let undoing = Undoing { by: Some(name.to_owned()), reason: Some(name.to_owned()), at_ms: 1 };
    let undone = Incident { id: "inc-2".to_owned(), state: State::Undone, undoing: Some(undoing), ..incident(name) };
    let asked = Incident { id: "inc-3".to_owned(), state: State::Asked, ..incident(name) };
    let mut forged = incident(name);
    forged.id = name.to_owned();
    let text = json!({ "detectors": ["x"], "principal": format!("{name}y"), "reason": name, "expires": "2199-01-01" });
    Arc::new(Double {
        incidents: vec![Incident { id: "inc-1".to_owned(), ..incident(name) }, undone, asked, forged],
        runs: vec![
            Run { id: "patch-1".to_owned(), ..run(name) },
            Run { id: name.to_owned(), asked: true, ..run(name) },
        ],
        unreadable_runs: vec![Unreadable { why: name.to_owned() }],
        unreadable: vec![Unreadable { why: name.to_owned() }],
        health: riposte_dashboard::Health { missing: vec![name.to_owned()], ..health(name) },
        exclusions: vec![Exclusion::read(name, &text.to_string()).unwrap()],
        settings_broken: vec![name.to_owned()],
        account: Some(account(name)),
        ..Double::default()
    })
}

const PAGES: [&str; 15] = [
    "/",
    "/incidents",
    "/incidents/inc-1",
    "/incidents/inc-2",
    "/incidents/inc-3",
    "/cases",
    "/posture",
    "/posture/findings",
    "/network",
    "/identity",
    "/patching",
    "/patching/patch-1",
    "/detectors",
    "/coverage",
    "/coverage/T1562",
];

/// The tags of a page, as a browser would read them.
fn tags(page: &str) -> Vec<String> {
    let mut all = Vec::new();
    for part in page.split('<').skip(1) {
        let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '!')).collect();
        all.push(name.to_ascii_lowercase());
    }
    all
}

fn harmless(place: &str, page: &str) {
    for mark in ['\u{202e}', '\u{2066}', '\u{1b}', '\u{0}', '\r'] {
        assert!(!page.contains(mark), "{place} holds {}", mark.escape_unicode());
    }
    let tags = tags(page);
    for tag in ["img", "textarea", "!", "svg/onload", "iframe"] {
        assert!(!tags.iter().any(|found| found == tag), "{place} holds <{tag}");
    }
    // Every tag that was opened was written by us, in pairs.
    let count = |tag: &str| tags.iter().filter(|found| *found == tag).count();
    for tag in ["script", "title", "style", "main", "section", "table", "td", "li", "pre"] {
        assert_eq!(count(tag), count(&format!("/{tag}")), "{place}: {tag}");
    }
    assert!(count("script") <= 1, "{place}");
    for attribute in page.split("=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(!attribute.trim_start().to_lowercase().starts_with("javascript:"), "{place}: {attribute}");
    }
}

#[tokio::test]
async fn hostile_names_are_text_on_every_page() {
    let source = source(HOSTILE);
    for page in PAGES {
        let got = get(&source, page).await;
        assert!(got.status.is_success(), "{page}: {}", got.status);
        harmless(page, &got.text);
    }
    harmless("the report", &report::report(&*source).await);
}

#[tokio::test]
async fn each_page_that_shows_names_was_given_the_hostile_one() {
    let source = source(HOSTILE);
    for page in PAGES.iter().filter(|page| !page.starts_with("/coverage")) {
        let text = get(&source, page).await.text;
        assert!(text.contains("&lt;script&gt;alert(1)"), "{page} shows no hostile name: the test proves nothing of it");
    }
}

#[tokio::test]
async fn hostile_words_of_aws_and_of_the_address_are_text() {
    let broken = source(HOSTILE);
    for part in
        ["incidents", "incident", "waiting", "waiting patches", "patches", "patch", "tally", "riposte", "health"]
    {
        broken.fail(part, Trouble { kind: TroubleKind::Other, why: HOSTILE.to_owned() });
    }
    for page in PAGES {
        harmless(page, &get(&broken, page).await.text);
    }
    let escaped: String = HOSTILE.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let source = source("plain");
    for page in [
        format!("/incidents?principal={escaped}&account={escaped}&region={escaped}"),
        format!("/incidents?outcome={escaped}"),
        format!("/incidents?state={escaped}"),
        format!("/incidents?after={escaped}"),
        format!("/incidents/{escaped}"),
        format!("/cases?principal={escaped}&account={escaped}"),
        format!("/cases?after={escaped}"),
        format!("/patching/{escaped}"),
        format!("/posture/findings?service={escaped}"),
        format!("/detectors?category={escaped}"),
        format!("/coverage/{escaped}"),
        format!("/{escaped}"),
    ] {
        harmless(&page, &get(&source, &page).await.text);
    }
}

#[tokio::test]
async fn ten_kilobytes_without_a_space_are_cut() {
    let long = "x".repeat(10 * 1024);
    let source = source(&long);
    for page in PAGES {
        let got = get(&source, page).await;
        let longest =
            got.text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).map(str::len).max().unwrap();
        assert!(longest < 1200, "{page} has a word of {longest} bytes");
        assert!(got.text.len() < 300 * 1024, "{page} has {} bytes", got.text.len());
    }
}

#[tokio::test]
async fn a_command_to_copy_names_an_id_and_nothing_else() {
    let mut forged = common::asked(1);
    forged.id = "inc-1; reboot".to_owned();
    let source = Arc::new(Double { incidents: vec![common::asked(2), forged], ..Double::default() });
    let text = get(&source, "/").await.text;
    assert!(text.contains(&format!("riposte approve {}", source.incidents[0].id)), "{text}");
    assert!(
        !text.contains("riposte approve inc-1;") && text.contains("its id is none of Riposte's: inc-1; reboot"),
        "{text}"
    );
}
