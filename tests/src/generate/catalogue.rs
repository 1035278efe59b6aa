//! `docs/catalogue.md`: every function, detector and action, from their own words.

use std::fmt::Write as _;

use riposte_aws::actions::{ACTIONS, ActionMeta};
use riposte_core::catalogue::{FUNCTIONS, FunctionSpec, all_metas};
use riposte_core::detect::Meta;

/// The page.
pub(super) fn page() -> String {
    let mut out = String::from(
        "<!-- Written by `make generate` from the code. Change the code, not this page. -->\n\n\
         # Catalogue\n\n\
         What Riposte detects, in which function, and what it does about it.\n\n\
         | function | detector | severity | confidence | technique | action |\n\
         |---|---|---|---|---|---|\n",
    );
    for function in FUNCTIONS {
        for meta in function.metas() {
            row(&mut out, function, meta);
        }
    }
    out.push_str("\n# Detectors\n");
    for meta in all_metas() {
        detector(&mut out, meta);
    }
    out.push_str("\n# Actions\n");
    for meta in ACTIONS {
        action(&mut out, meta);
    }
    out
}

fn row(out: &mut String, function: &FunctionSpec, meta: &Meta) {
    let actions: Vec<_> = meta.actions.iter().map(|action| link(action.as_str())).collect();
    line(
        out,
        &format!(
            "| {} | {} | {} | {} | {} | {} |",
            function.name,
            link(meta.id),
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

fn detector(out: &mut String, meta: &Meta) {
    line(out, &format!("\n## {}\n\n**{}**\n", meta.id, meta.title));
    let events: Vec<_> = meta.events.names().iter().map(|event| format!("`{}`", event.name)).collect();
    let reads = if events.is_empty() { "log lines".to_owned() } else { events.join(", ") };
    line(out, &format!("- Reads: {reads}"));
    line(out, &format!("- Severity {}, confidence {}", meta.severity, meta.confidence));
    line(out, &format!("- ATT&CK: {}", meta.technique.join(", ")));
    if !meta.reads.is_empty() {
        line(out, &format!("- Asks AWS by: {}", code(meta.reads)));
    }
    line(out, &format!("\n{}", deeper(meta.prose)));
}

fn action(out: &mut String, meta: &ActionMeta) {
    line(out, &format!("\n## {}\n\n**{}**\n", meta.id, meta.title));
    let held: Vec<_> = meta.permissions.iter().flat_map(|permission| permission.actions).copied().collect();
    line(out, &format!("- The function's role holds: {}", code(&held)));
    if !meta.undo_permissions.is_empty() {
        line(out, &format!("- To undo, the operator needs besides: {}", code(meta.undo_permissions)));
    }
    line(out, &format!("- Reversible: {}", meta.reversibility));
    line(out, &format!("\n{}", deeper(meta.prose)));
}

fn code(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The prose's headings, one level below the entry's own.
fn deeper(prose: &str) -> String {
    prose.trim_end().lines().map(|l| if l.starts_with("## ") { format!("#{l}\n") } else { format!("{l}\n") }).collect()
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
