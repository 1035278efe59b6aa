//! `docs/checks.md`: every check of the account audit, from its own words.

use riposte_audit::{Check, checks};

use super::catalogue::line;

/// The page.
pub(super) fn page() -> String {
    let mut all: Vec<&Check> = checks().collect();
    all.sort_by_key(|check| (check.service, check.id));
    let mut services: Vec<&str> = all.iter().map(|check| check.service).collect();
    services.dedup();
    let mut out = format!(
        "<!-- Written by `make generate` from the code. Change the code, not this page. -->\n\n# Checks\n\n\
         The {} checks of [the audit](audit.md), in {} services. `riposte checks --json` lists them for programs.\n\n",
        all.len(),
        services.len()
    );
    for service in services {
        line(&mut out, &format!("## {service}\n"));
        for check in all.iter().filter(|check| check.service == service) {
            entry(&mut out, check);
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn entry(out: &mut String, check: &Check) {
    line(out, &format!("### {}\n", check.id));
    let controls = check.controls();
    let controls = if controls.is_empty() { String::new() } else { format!("; {}", controls.join(", ")) };
    line(out, &format!("**{}** ({}, {}{controls})\n", check.title, check.severity, check.kind));
    line(out, &format!("{} {}\n", check.what, check.why));
    line(out, &format!("- Fix: {}", check.fix));
    line(out, &format!("- False positives: {}", check.false_positives));
    if !check.detectors.is_empty() {
        let links: Vec<_> = check.detectors.iter().map(|id| format!("[{id}](detectors/{id}.md)")).collect();
        line(out, &format!("- Seen as it happens by: {}", links.join(", ")));
    }
    if let Some(action) = check.action {
        line(out, &format!("- Contained by: [{action}](catalogue.md#{action})"));
    }
    line(out, "");
}
