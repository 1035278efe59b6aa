//! `docs/catalogue.md`: every function, detector and action in a list, and the actions' own words.

use std::cmp::Reverse;
use std::fmt::Write as _;

use riposte_aws::actions::{ACTIONS, ActionMeta};
use riposte_core::catalogue::{FUNCTIONS, FunctionSpec, function_of};
use riposte_core::detect::{Domain, Meta};

/// The page.
pub(super) fn page() -> String {
    let mut out = String::from(
        "<!-- Written by `make generate` from the code. Change the code, not this page. -->\n\n\
         # Catalog\n\n\
         What Riposte detects, category by category and the worst first, and what it does about it. Each detector has\n\
         a page of its own, which `riposte explain ID` shows too.\n",
    );
    for function in FUNCTIONS {
        for domain in Domain::ALL {
            let mut metas: Vec<_> = function.metas().filter(|meta| meta.domain == domain).collect();
            metas.sort_by_key(|meta| (Reverse(meta.severity), meta.id));
            chapter(&mut out, function, domain, &metas);
        }
    }
    out.push_str("\n# Actions\n");
    for meta in ACTIONS {
        action(&mut out, meta);
    }
    out
}

fn chapter(out: &mut String, function: &FunctionSpec, domain: Domain, metas: &[&Meta]) {
    if metas.is_empty() {
        return;
    }
    let subject = match domain {
        Domain::Network => "Who can reach what.",
        Domain::Identity => "Who may do what, and with which credentials.",
        Domain::Data => "What is stored, and who can read, encrypt or delete it.",
        Domain::Traces => "What would show an attack, Riposte itself included.",
        Domain::Compute => "What runs code.",
        Domain::Account => "The account and its organization.",
        Domain::Behavior => "What is unusual, compared with the past.",
        Domain::Hosts => "What log lines show.",
    };
    let (name, count) = (domain.as_str(), metas.len());
    let is_home = function_of(domain).is_some_and(|home| home.name == function.name);
    let heading = if is_home { name.to_owned() } else { format!("{name}, by {}", function.name) };
    let noun = if count == 1 { "detector" } else { "detectors" };
    line(out, &format!("\n## {heading}\n\n{subject} {count} {noun}, run by `{}`.", function.name));
    line(out, "");
    line(out, "| detector | what it finds | severity | confidence | technique | action |\n|---|---|---|---|---|---|");
    metas.iter().for_each(|meta| row(out, meta));
}

fn row(out: &mut String, meta: &Meta) {
    let actions: Vec<_> = meta.actions.iter().map(|action| link(action.as_str())).collect();
    line(
        out,
        &format!(
            "| [{0}](detectors/{0}.md) | {1} | {2} | {3} | {4} | {5} |",
            meta.id,
            meta.title,
            meta.severity,
            meta.confidence,
            meta.technique.join(" "),
            actions.join(" ")
        ),
    );
}

fn link(id: &str) -> String {
    format!("[{id}](#{id})")
}

fn action(out: &mut String, meta: &ActionMeta) {
    line(out, &format!("\n## {}\n\n**{}**\n", meta.id, meta.title));
    let held: Vec<_> = meta.permissions.iter().flat_map(|permission| permission.calls).copied().collect();
    line(out, &format!("- The function's role holds: {}", code(&held)));
    let undo: Vec<_> = meta.undo_permissions.iter().flat_map(|permission| permission.calls).copied().collect();
    if !undo.is_empty() {
        line(out, &format!("- To undo, the operator needs besides: {}", code(&undo)));
    }
    line(out, &format!("- Reversible: {}", meta.reversibility));
    line(out, &format!("\n{}", deeper(meta.prose)));
}

pub(super) fn code(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The prose's headings, one level below the entry's own.
fn deeper(prose: &str) -> String {
    prose.trim_end().lines().map(|l| if l.starts_with("## ") { format!("#{l}\n") } else { format!("{l}\n") }).collect()
}

pub(super) fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
