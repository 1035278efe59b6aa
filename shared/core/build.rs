//! Turns the pack's Sigma rules (`detectors/CATEGORY/ID/rule.yml`) into static entries of the
//! catalogue: title, severity, events, page. The rules themselves are compiled when the first event of
//! their name comes, so that a function starts without parsing any. A broken rule breaks the build.

#[path = "src/detect/sigma/calls.rs"]
pub mod calls;
#[path = "src/detect/sigma/check.rs"]
pub mod check;
#[path = "src/detect/sigma/describe.rs"]
pub mod describe;
#[path = "src/detect/sigma/needs.rs"]
pub mod needs;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use describe::{Custom, Description};

const DOMAINS: [&str; 6] = ["Network", "Identity", "Data", "Traces", "Compute", "Account"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=detectors");
    println!("cargo::rerun-if-changed=src/detect/sigma/calls.rs");
    println!("cargo::rerun-if-changed=src/detect/sigma/check.rs");
    println!("cargo::rerun-if-changed=src/detect/sigma/describe.rs");
    println!("cargo::rerun-if-changed=src/detect/sigma/needs.rs");
    let mut out = String::new();
    for domain in DOMAINS {
        let folder = Path::new("detectors").join(folder_of(domain));
        let files = files(&folder)?;
        writeln!(out, "/// The rules of the category, by id.")?;
        writeln!(out, "pub static {}: [SigmaDetector; {}] = [", domain.to_ascii_uppercase(), files.len())?;
        for file in files {
            println!("cargo::rerun-if-changed={}", file.display());
            out.push_str(&entry(domain, &file).map_err(|error| format!("{}: {error}", file.display()))?);
        }
        writeln!(out, "];")?;
    }
    #[expect(clippy::disallowed_methods, reason = "how cargo tells a build script where to write")]
    let folder = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    let folder = PathBuf::from(folder);
    // Replaced, never rewritten in its place: a target directory that was copied by hard links shares its files
    // with the one that it was copied from.
    let written = folder.join("pack.rs.new");
    fs::write(&written, out)?;
    fs::rename(written, folder.join("pack.rs"))?;
    Ok(())
}

/// The folder of a category, which has the category's name.
fn folder_of(domain: &str) -> String {
    if domain == "Traces" { "defense-evasion".to_owned() } else { domain.to_ascii_lowercase() }
}

/// The rules of a category, in order of their detectors' ids; a typed detector's folder has none.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let folders = fs::read_dir(folder)?.map(|folder| Ok(folder?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    let mut files: Vec<_> = folders.iter().map(|folder| folder.join("rule.yml")).filter(|file| file.exists()).collect();
    files.sort();
    Ok(files)
}

fn entry(domain: &str, file: &Path) -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let parsed = describe::parse(&text)?;
    let ([rule], []) = (parsed.rules.as_slice(), parsed.correlations.as_slice()) else {
        return Err("a file of the pack holds one rule".into());
    };
    let Description { name, title, status, severity, technique, calls, network_activity, custom, prose } =
        describe::describe(rule)?;
    let custom = custom.ok_or("a rule of the pack has a `riposte:` part")?;
    let Custom { domain: own, since, confidence, respond, target, respond_at, no_response, outcome, reads, burst, why } =
        custom;
    if name.is_some() || own.is_some() {
        return Err("a rule of the pack is named by its folder, and its category by the one above".into());
    }
    if why.is_none() {
        return Err("`riposte.why` is missing: the page must say why it is bad".into());
    }
    let text = essence(&text);
    let id = file.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let id = id.ok_or("the folder's name is not UTF-8")?;
    let events = match (reads.as_deref(), calls) {
        (Some("root"), _) => "Events::ByRoot".to_owned(),
        (Some("denied"), _) => "Events::Denied".to_owned(),
        _ if network_activity => "Events::NetworkActivity".to_owned(),
        (None, Some(calls)) => names(&calls)?,
        (Some(_), _) => return Err("`riposte.reads` must be `root` or `denied`".into()),
        (None, None) => return Err("it does not say which `eventSource` and `eventName` it reads".into()),
    };
    let (burst, distinct) = match &burst {
        Some(burst) => {
            let (what, at_least, within) = (&burst.what, burst.at_least, burst.within_seconds);
            let per = camel(burst.per.as_deref().unwrap_or("principal"));
            let text =
                format!("Some(Burst {{ what: {what:?}, at_least: {at_least}, within_s: {within}, per: Per::{per} }})");
            (text, burst.distinct.clone())
        }
        None => ("None".to_owned(), None),
    };
    let actions: Vec<_> = respond.iter().map(|action| format!("ActionId::{}", camel(action))).collect();
    let mut out = String::new();
    writeln!(out, "SigmaDetector::new(Meta {{")?;
    writeln!(out, "    id: {id:?}, title: {title:?}, domain: Domain::{domain},")?;
    writeln!(out, "    status: Status::{}, severity: Severity::{},", camel(status), camel(&severity))?;
    if let Some(since) = since {
        writeln!(out, "    since: {since:?},")?;
    }
    writeln!(out, "    confidence: Confidence::{},", camel(confidence.as_deref().unwrap_or("medium")))?;
    writeln!(out, "    technique: &{technique:?}, events: {events},")?;
    writeln!(
        out,
        "    needs: needs(&[{}]),",
        needs::of(&rule.detection).iter().map(alternative).collect::<Vec<_>>().join(", ")
    )?;
    writeln!(out, "    outcome: Outcome::{}, burst: {burst},", camel(outcome.as_deref().unwrap_or("success")))?;
    writeln!(out, "    reads: &[], actions: &[{}],", actions.join(", "))?;
    if let Some(reason) = no_response {
        if !actions.is_empty() {
            return Err("`riposte.no-response` stands beside `riposte.respond`".into());
        }
        writeln!(out, "    no_response: page({:?}),", reason.trim())?;
    }
    writeln!(out, "    prose: page({prose:?}), ..Meta::PLAIN")?;
    writeln!(out, "}}, Paths {{ target: {target:?}, respond: {respond_at:?}, distinct: {distinct:?} }}, {text:?}),")?;
    Ok(out)
}

fn alternative(all: &needs::All) -> String {
    let fields = all.iter().map(|(field, matchers)| format!("({field:?}, &{matchers:?})"));
    format!("&[{}]", fields.collect::<Vec<_>>().join(", "))
}

/// The parts of a rule that decide whether it matches. The words about it stand in the page.
fn essence(text: &str) -> String {
    let mut keep = false;
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        if !line.starts_with([' ', '-']) {
            keep = ["title:", "id:", "logsource:", "detection:"].iter().any(|key| line.starts_with(key));
        }
        if keep {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// The calls as an expression. The pack names every call exactly: the event patterns are made of it.
fn names(calls: &[calls::Call]) -> Result<String, Box<dyn Error>> {
    let mut out = String::from("Events::Calls(&[");
    for (source, name) in calls {
        let (Some(source), Some(name)) = (source, name) else {
            return Err("each call needs an `eventSource` and an `eventName`, both exact".into());
        };
        write!(out, "EventName {{ source: {source:?}, name: {name:?} }}, ")?;
    }
    out.push_str("])");
    Ok(out)
}

/// `revoke-ingress` → `RevokeIngress`
fn camel(kebab: &str) -> String {
    let words = kebab.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    });
    words.collect()
}
