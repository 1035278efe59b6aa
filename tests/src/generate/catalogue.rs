//! `docs/catalogue.md`: every function, detector and action in a list, and the actions' own words.

use std::fmt::Write as _;

use riposte_aws::actions::{ACTIONS, ActionMeta};
use riposte_core::catalogue::{FUNCTIONS, FunctionSpec};
use riposte_core::detect::Meta;

/// The page.
pub(super) fn page() -> String {
    let mut out = String::from(
        "<!-- Written by `make generate` from the code. Change the code, not this page. -->\n\n\
         # Catalogue\n\n\
         What Riposte detects, in which function, and what it does about it. Each detector has a\n\
         page of its own, which `riposte explain ID` shows too.\n\n\
         | function | detector | severity | confidence | technique | action |\n\
         |---|---|---|---|---|---|\n",
    );
    for function in FUNCTIONS {
        for meta in function.metas() {
            row(&mut out, function, meta);
        }
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
            format_args!("[{0}](detectors/{0}.md)", meta.id),
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
    let held: Vec<_> = meta.permissions.iter().flat_map(|permission| permission.actions).copied().collect();
    line(out, &format!("- The function's role holds: {}", code(&held)));
    if !meta.undo_permissions.is_empty() {
        line(out, &format!("- To undo, the operator needs besides: {}", code(meta.undo_permissions)));
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
