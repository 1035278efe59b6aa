//! `riposte rules`: a user's Sigma rules, checked as the functions check them, and more; and a first one to begin with.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use riposte_aws::rules::load;
use riposte_core::action::ActionId;
use riposte_core::catalogue::{FUNCTIONS, all_metas, function_of, runner_of};
use riposte_core::detect::{self, Detector, Domain, Events, Facts, Head, Index, Meta};
use riposte_core::event::Event;
use riposte_core::text::plain;

use crate::screen::counted;
use crate::usage::Usage;

/// What is done.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Check a folder of rules, and try each on the event of its name (ID.json beside the rule)
    Check {
        /// The folder, or one rule
        folder: PathBuf,
    },
    /// Write a worked example: a rule, and an event that it finds
    New {
        /// The detector's id: small letters, digits and hyphens
        id: String,
        /// Where; the current folder by default
        #[arg(long, default_value = ".", value_name = "DIR")]
        folder: PathBuf,
    },
}

/// Runs it.
pub(crate) fn run(out: &mut impl Write, verb: Verb) -> Result<()> {
    match verb {
        Verb::Check { folder } => check(out, &folder),
        Verb::New { id, folder } => new(out, &id, &folder),
    }
}

/// The rules of a folder.
///
/// # Errors
/// Names each broken rule with its file and line; a folder without any is one too.
pub(crate) fn loaded(folder: &Path) -> Result<Vec<&'static dyn Detector>> {
    let taken: Vec<_> = all_metas().map(|meta| meta.id).collect();
    let rules = load(folder, &taken).map_err(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        Usage(errors.join("\n"))
    })?;
    if rules.is_empty() {
        let why = format!("{}: there is no rule (a .yml or .yaml file) in it", folder.display());
        return Err(Usage(why).into());
    }
    Ok(rules)
}

/// The ids of the rules of a folder.
///
/// # Errors
/// As [`loaded`].
pub(crate) fn ids(folder: &Path) -> Result<Vec<String>> {
    Ok(loaded(folder)?.iter().map(|rule| rule.meta().id.to_owned()).collect())
}

fn check(out: &mut impl Write, folder: &Path) -> Result<()> {
    let rules = match loaded(folder) {
        Ok(rules) => rules,
        Err(error) => {
            allowed(out)?;
            return Err(error);
        }
    };
    let mut wrong = 0;
    for rule in &rules {
        let meta = rule.meta();
        let function = function_of(meta.domain);
        let name = function.map_or("no function", |function| function.name);
        writeln!(out, "{}  {}  {}  in {name}", meta.id, meta.severity, meta.domain.as_str())?;
        writeln!(out, "    reads {}", reads(meta.events))?;
        if meta.events == Events::All {
            writeln!(
                out,
                "    warning: it reads every call of the account; spell out eventSource and eventName to read fewer"
            )?;
        }
        let has = function.map(riposte_core::catalogue::FunctionSpec::actions).unwrap_or_default();
        for action in meta.actions.iter().filter(|action| !has.contains(action)) {
            wrong += 1;
            writeln!(out, "    WRONG: {name} does not have the action {action}; it has {}", names(&has))?;
        }
        wrong += u32::from(!fixture(out, *rule, folder)?);
    }
    if wrong > 0 {
        bail!("{} in {}", counted(wrong, "fault"), counted(rules.len(), "rule"));
    }
    Ok(writeln!(out, "{}, all valid", counted(rules.len(), "rule"))?)
}

/// Tries a rule on the event beside it. Whether that went well; without an event, it did.
fn fixture(out: &mut impl Write, rule: &'static dyn Detector, folder: &Path) -> Result<bool> {
    let base = if folder.is_dir() { folder } else { folder.parent().unwrap_or(folder) };
    let file = base.join(format!("{}.json", rule.meta().id));
    if !file.is_file() {
        return Ok(true);
    }
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let Event::Call(call) = Event::parse(&text).with_context(|| file.display().to_string())? else {
        writeln!(out, "    WRONG: {} holds no API call", file.display())?;
        return Ok(false);
    };
    let reading = Index::new([rule]).reading(&Head::from(&*call));
    let scope = call.scope().with_context(|| file.display().to_string())?;
    let report = detect::run_all(&reading, &call, &scope, &Facts::default());
    let fires = !report.findings.is_empty() || !report.sightings.is_empty();
    let said = if fires { "finds" } else { "WRONG: does not find" };
    writeln!(out, "    {said} {}", file.display())?;
    Ok(fires)
}

/// What a rule's part `riposte:` may say.
fn allowed(out: &mut impl Write) -> Result<()> {
    let domains: Vec<_> = Domain::ALL.into_iter().filter(|domain| function_of(*domain).is_some()).collect();
    let categories: Vec<_> = domains.iter().map(|domain| domain.as_str()).collect();
    writeln!(out, "level: informational, low, medium, high, critical; confidence: low, medium, high")?;
    writeln!(out, "outcome: success, failure, any; reads: root, denied")?;
    writeln!(out, "category: {}", categories.join(", "))?;
    for function in FUNCTIONS {
        let runs: Vec<_> =
            domains.iter().filter(|domain| function.runs(**domain)).map(|domain| domain.as_str()).collect();
        if !runs.is_empty() {
            writeln!(out, "respond, for category {}: {}", runs.join(" or "), names(&function.actions()))?;
        }
    }
    Ok(())
}

fn names(actions: &[ActionId]) -> String {
    if actions.is_empty() {
        return "none".to_owned();
    }
    actions.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(", ")
}

/// What a detector reads, in a few words.
pub(crate) fn reads(events: Events) -> String {
    match events {
        Events::Calls(names) => {
            let names: Vec<_> = names.iter().map(|name| format!("{}:{}", name.source, name.name)).collect();
            names.join(", ")
        }
        Events::ByRoot => "every call by root".to_owned(),
        Events::Denied => "every call that was denied".to_owned(),
        Events::All => "every call".to_owned(),
        Events::NetworkActivity => "what VPC endpoints saw of calls".to_owned(),
        Events::Tools => "every call whose user agent names a known tool".to_owned(),
        Events::Lines => "log lines".to_owned(),
        Events::GuardDuty => "findings of GuardDuty".to_owned(),
        Events::Looked => "the state of the account, which the function reads on its schedule".to_owned(),
    }
}

/// A user's rule, as `riposte explain` shows it.
pub(crate) fn explained(out: &mut impl Write, meta: &Meta) -> Result<()> {
    writeln!(out, "# {}\n\n{}\n", plain(meta.title, 200), plain(meta.id, 120))?;
    writeln!(out, "A rule of your own, of severity {} and confidence {}.", meta.severity, meta.confidence)?;
    let function = runner_of(meta).map_or("no function", |function| function.name);
    writeln!(out, "It is of the category {} and runs in {function}.", meta.domain.as_str())?;
    writeln!(out, "It reads {}.", reads(meta.events))?;
    if !meta.technique.is_empty() {
        writeln!(out, "ATT&CK: {}.", meta.technique.join(" "))?;
    }
    Ok(writeln!(out, "Response: {}.", names(meta.actions))?)
}

fn new(out: &mut impl Write, id: &str, folder: &Path) -> Result<()> {
    let sound = !id.is_empty()
        && id.len() <= 80
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !id.starts_with('-');
    if !sound {
        let why = format!("an id is made of small letters, digits and hyphens, not `{}`", plain(id, 80));
        return Err(Usage(why).into());
    }
    if all_metas().any(|meta| meta.id == id || meta.aliases().any(|alias| alias == id)) {
        return Err(Usage(format!("the catalog has, or had, a detector `{id}`")).into());
    }
    let files = [(folder.join(format!("{id}.yml")), RULE), (folder.join(format!("{id}.json")), EVENT)];
    if let Some((file, _)) = files.iter().find(|(file, _)| file.exists()) {
        bail!("{} exists already", file.display());
    }
    for (file, text) in files {
        fs::write(&file, text.replace("RULE-ID", id)).with_context(|| file.display().to_string())?;
        writeln!(out, "wrote {}", file.display())?;
    }
    Ok(writeln!(out, "next: riposte rules check {}", folder.display())?)
}

/// A worked example.
const RULE: &str = include_str!("rules/example.yml");

/// An event that it finds.
const EVENT: &str = include_str!("rules/example.json");

#[cfg(test)]
mod tests {
    use super::*;

    fn said(run: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> (String, Result<()>) {
        let mut out = Vec::new();
        let result = run(&mut out);
        (String::from_utf8(out).unwrap(), result)
    }

    #[test]
    fn a_new_rule_is_valid_and_finds_its_event() {
        let folder = tempfile::tempdir().unwrap();
        said(|out| new(out, "break-glass-used", folder.path())).1.unwrap();
        let (text, result) = said(|out| check(out, folder.path()));
        result.unwrap();
        assert!(text.starts_with("break-glass-used  high  identity  in identity-guard\n"), "{text}");
        assert!(text.contains("    finds ") && text.ends_with("1 rule, all valid\n"), "{text}");
        assert!(said(|out| new(out, "break-glass-used", folder.path())).1.unwrap_err().to_string().contains("exists"));
        for id in ["Break", "a b", "", "-a", "open-admin-port"] {
            assert!(said(|out| new(out, id, folder.path())).1.is_err(), "{id}");
        }
    }

    #[test]
    fn an_empty_folder_an_action_that_the_function_lacks_and_an_event_that_is_missed_are_faults() {
        let folder = tempfile::tempdir().unwrap();
        let (allowed, empty) = said(|out| check(out, folder.path()));
        assert!(
            empty.unwrap_err().to_string().contains("no rule") && allowed.contains("category: network"),
            "{allowed}"
        );
        let text = RULE.replace("RULE-ID", "mine").replace("respond: []", "respond: [restart-trail]");
        fs::write(folder.path().join("mine.yml"), text).unwrap();
        fs::write(folder.path().join("mine.json"), EVENT.replace("AssumeRole", "AssumeRoot")).unwrap();
        let (text, result) = said(|out| check(out, folder.path()));
        assert!(result.is_err());
        assert!(
            text.contains("WRONG: identity-guard does not have the action restart-trail; it has detach-"),
            "{text}"
        );
        assert!(text.contains("WRONG: does not find "), "{text}");
    }
}
