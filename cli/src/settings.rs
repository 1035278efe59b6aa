//! `riposte settings`: what is set, and what is wrong with it, before and after it is written.

pub(crate) mod weakening;

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Result, bail};
use riposte_audit::Mute;
use riposte_aws::clients::SdkConfig;
use riposte_aws::operator::{self, Operator};
use riposte_core::catalogue::all_metas;
use riposte_core::detect::renamed;
use riposte_core::exclusion::Exclusion;
use riposte_core::guardrail;
use riposte_core::settings::{
    CustomGuardrail, DETECTORS_PREFIX, Defaults, EVENT_BUS_PATH, EXCLUSIONS_PREFIX, GUARDRAILS_PREFIX, KNOWN,
    LEDGER_KEY_PATH, LOG_GROUPS_PATH, MODE_PATH, MUTES_PREFIX, Mended, PATCH_PREFIX, PREFIX, RUNBOOKS_PREFIX, known,
};
use riposte_core::text::plain;
use riposte_patch::{groups, settings as patching};
use serde_json::json;

use crate::exclusions;
use crate::guardrails::wrong;
use crate::mode::{is_of_a_stack, not_deployed};
use crate::near::near;
use crate::screen::{Screen, counted};
use crate::undo::confirmed;
use crate::usage::Usage;

/// What is done.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List every setting: what is set, or the default
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Set one, if it is valid; asks where it would weaken the defense
    Set {
        /// Its path, with or without /riposte/
        path: String,
        /// Its value
        value: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Remove one: the default holds again; asks where it would weaken the defense
    Unset {
        /// Its path, with or without /riposte/
        path: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Check all that is set; fails where something is wrong
    Check,
}

/// Runs it.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, verb: Verb, screen: &Screen) -> Result<()> {
    let parameters = of_a_stack(config).await?;
    match verb {
        Verb::List { json } => list(out, &parameters, json, screen),
        Verb::Check => check(out, config, &parameters).await,
        Verb::Set { path, value, yes } => {
            let path = whole(&path);
            writable(&path)?;
            if path == MODE_PATH {
                return Err(Usage("the mode is set by `riposte mode`, which says what that means".to_owned()).into());
            }
            valid(&parameters, &path, &value)?;
            let mut doubts = weakening::of(&path, &value);
            doubts.extend(guardrail(&path, &value).and_then(Result::ok).into_iter().flatten());
            if path == LOG_GROUPS_PATH {
                doubts.extend(parameters.get(&path).and_then(|old| weakening::groups_left_out(old, &value)));
            }
            if path == EVENT_BUS_PATH {
                doubts.extend(bus(config, &value).await?);
            }
            for doubt in warnings(&path).iter().chain(&doubts) {
                writeln!(out, "{}", screen.line(0, &format!("warning: {doubt}")))?;
            }
            if !doubts.is_empty() && !yes && !confirmed(out, "set it all the same?")? {
                bail!("nothing was written");
            }
            let old = parameters.get(&path).map_or("unset".to_owned(), |old| format!("`{}`", plain(old, 200)));
            operator::put(config, &path, &value).await?;
            let said = format!(
                "{path} is `{}` (it was {old}); the functions follow within a minute",
                plain(value.trim(), 200)
            );
            writeln!(out, "{}", screen.line(0, &said))?;
            if path == EVENT_BUS_PATH {
                let may = "the functions may put events there if the stack's parameter EventBus names its ARN";
                writeln!(out, "{}", screen.line(0, may))?;
            }
            Ok(())
        }
        Verb::Unset { path, yes } => {
            let path = whole(&path);
            writable(&path)?;
            if path == MODE_PATH {
                return Err(
                    Usage("the mode cannot be unset; `riposte mode shadow` is what it would be".to_owned()).into()
                );
            }
            let Some(old) = parameters.get(&path) else { bail!("{path} is not set") };
            let lost = weakening::of_removal(&path, old);
            for loss in &lost {
                writeln!(out, "{}", screen.line(0, &format!("warning: {loss}")))?;
            }
            if !lost.is_empty() && !yes && !confirmed(out, "remove it all the same?")? {
                bail!("nothing was removed");
            }
            if !operator::remove(config, &path).await? {
                bail!("{path} is not set");
            }
            let default = known(&path).map_or("", |known| known.default);
            let now = if default.is_empty() {
                "there is no default".to_owned()
            } else {
                format!("the default `{default}` holds")
            };
            Ok(writeln!(out, "{path} is removed; {now}")?)
        }
    }
}

/// All parameters of a stack.
///
/// # Errors
/// Where nothing is deployed: what is written there would be read by nobody.
pub(crate) async fn of_a_stack(config: &SdkConfig) -> Result<BTreeMap<String, String>> {
    let parameters = operator::parameters(config).await?;
    if !is_of_a_stack(&parameters) {
        bail!(not_deployed(config));
    }
    Ok(parameters)
}

/// What is doubtful about an event bus. One that is not there is refused.
async fn bus(config: &SdkConfig, bus: &str) -> Result<Option<String>> {
    match Operator::has_bus(config, bus.trim()).await {
        Ok(true) => Ok(None),
        Ok(false) => bail!("nothing was written: there is no event bus `{}`", plain(bus, 200)),
        Err(fault) => Ok(Some(format!("whether the event bus is there could not be looked up: {fault}"))),
    }
}

/// A path as it stands in Parameter Store.
pub(crate) fn whole(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("{PREFIX}{path}") }
}

/// Whether a person may write a path.
fn writable(path: &str) -> Result<()> {
    match known(path) {
        None => {
            // Without what all begin with, which makes any two look alike.
            let bare = |path: &'static str| path.strip_prefix(PREFIX).unwrap_or(path);
            let paths = KNOWN.iter().map(|known| bare(known.path).trim_end_matches('/'));
            let name = path.strip_prefix(PREFIX).unwrap_or(path);
            Err(Usage(format!("nothing reads the setting {}", near(name, paths, "riposte settings list"))).into())
        }
        Some(known) if known.deployed => {
            Err(Usage(format!("{path} is written by the deployment ({}); it is not set by hand", known.what)).into())
        }
        Some(_) => Ok(()),
    }
}

/// Refuses a value that would be broken at the path. What else is broken is no reason.
pub(crate) fn valid(parameters: &BTreeMap<String, String>, path: &str, value: &str) -> Result<()> {
    if value.trim().is_empty() {
        bail!("nothing was written: the value is empty; `riposte settings unset` removes a setting");
    }
    if let Some(wrong) = read_elsewhere(path, value) {
        bail!("nothing was written: the value {wrong}");
    }
    if let Some(Err(wrong)) = guardrail(path, value) {
        bail!("nothing was written: the value {wrong}");
    }
    let mut with = parameters.clone();
    with.insert(path.to_owned(), value.to_owned());
    let mended = Mended::of(with, None, &Defaults::new());
    let broken = match mended {
        Ok(mended) => mended.broken.into_iter().map(|broken| broken.error).find(|error| error.path == path),
        Err(error) => match error {
            riposte_core::guardrail::GuardrailError::Setting(error) if error.path == path => Some(error),
            _ => None,
        },
    };
    match broken {
        Some(error) => bail!("nothing was written: the value {}", error.wrong),
        None => Ok(()),
    }
}

/// What a guardrail that is set as a setting comes to: what is doubtful about it, or what is wrong.
fn guardrail(path: &str, value: &str) -> Option<Result<Vec<String>, String>> {
    let id = path.strip_prefix(GUARDRAILS_PREFIX)?.to_owned();
    let checked = guardrail::check(&CustomGuardrail { id, text: value.to_owned() });
    Some(checked.map(|checked| checked.doubts).map_err(|error| wrong(&error)))
}

/// What is wrong with a setting that patching or the account audit reads.
fn read_elsewhere(path: &str, value: &str) -> Option<String> {
    if path.starts_with(MUTES_PREFIX) {
        return Mute::read(value).err().map(|error| format!("is no mute: {error}"));
    }
    match path.strip_prefix(PATCH_PREFIX)? {
        _ if path == patching::PATH => {
            patching::Settings::parse(value).err().map(|error| format!("is not how nodes are patched: {error}"))
        }
        _ if path.starts_with(patching::GROUPS_PREFIX) => {
            groups::parse(value).err().map(|error| format!("is no list of security groups: {error}"))
        }
        name => Some(format!(
            "would be read by nobody: patching reads `settings` and `groups/NAME`, not `{}`",
            plain(name, 80)
        )),
    }
}

/// What may not be meant so.
fn warnings(path: &str) -> Vec<String> {
    let named = path.strip_prefix(DETECTORS_PREFIX).or_else(|| path.strip_prefix(RUNBOOKS_PREFIX));
    let unknown = named.filter(|id| !all_metas().any(|meta| meta.id == renamed::current(id)));
    let said = |id: &str| {
        format!(
            "the catalog has no detector {}; it may be a rule of yours",
            near(id, all_metas().map(|meta| meta.id), "riposte detectors")
        )
    };
    unknown.map(said).into_iter().collect()
}

fn list(out: &mut impl Write, parameters: &BTreeMap<String, String>, as_json: bool, screen: &Screen) -> Result<()> {
    let mut row = |path: &str, value: Option<&str>, default: &str, what: &str| -> Result<()> {
        let value = if path == LEDGER_KEY_PATH { value.map(|_| "(secret)") } else { value };
        if as_json {
            let line = json!({ "path": path, "value": value, "default": default, "what": what });
            return Ok(writeln!(out, "{line}")?);
        }
        let shown = match (value, default) {
            (Some(value), _) => plain(value, 300),
            (None, "") => "(unset)".to_owned(),
            (None, default) => format!("{default} (default)"),
        };
        writeln!(out, "{}", screen.heading(path))?;
        writeln!(out, "{}", screen.line(4, &shown))?;
        Ok(writeln!(out, "{}", screen.line(4, what))?)
    };
    for known in KNOWN {
        if !known.path.ends_with('/') {
            row(known.path, parameters.get(known.path).map(String::as_str), known.default, known.what)?;
            continue;
        }
        let family: Vec<_> = parameters.iter().filter(|(path, _)| path.starts_with(known.path)).collect();
        if family.is_empty() {
            row(&format!("{}NAME", known.path), None, known.default, known.what)?;
        }
        for (path, value) in family {
            row(path, Some(value), known.default, known.what)?;
        }
    }
    for (path, value) in parameters.iter().filter(|(path, _)| known(path).is_none()) {
        row(path, Some(value), "", "nothing reads it: is it misspelled?")?;
    }
    Ok(())
}

async fn check(out: &mut impl Write, config: &SdkConfig, parameters: &BTreeMap<String, String>) -> Result<()> {
    let (mut wrong, mut doubts) = checked(parameters);
    if let Some(bus) = parameters.get(EVENT_BUS_PATH) {
        match Operator::has_bus(config, bus.trim()).await {
            Ok(true) => {}
            Ok(false) => wrong.push(format!("setting `{EVENT_BUS_PATH}` names an event bus that is not there")),
            Err(fault) => doubts.push(format!("{EVENT_BUS_PATH}: the bus could not be looked up: {fault}")),
        }
    }
    for doubt in &doubts {
        writeln!(out, "warning: {}", plain(doubt, 600))?;
    }
    for line in &wrong {
        writeln!(out, "{}", plain(line, 600))?;
    }
    if !wrong.is_empty() {
        bail!("{} of {} cannot be used", wrong.len(), counted(parameters.len(), "setting"));
    }
    Ok(writeln!(out, "{}, all valid", counted(parameters.len(), "setting"))?)
}

/// What is wrong with settings, and what may not be meant so.
fn checked(parameters: &BTreeMap<String, String>) -> (Vec<String>, Vec<String>) {
    let (mut wrong, mut doubts) = (Vec::new(), Vec::new());
    match Mended::of(parameters.clone(), None, &Defaults::new()) {
        Ok(mended) => wrong.extend(mended.broken.iter().map(|broken| broken.error.to_string())),
        Err(error) => wrong.push(error.to_string()),
    }
    for (path, value) in parameters {
        if known(path).is_none() {
            wrong.push(format!("nothing reads `{}`: is it misspelled?", plain(path, 200)));
        }
        wrong.extend(read_elsewhere(path, value).map(|why| format!("setting `{path}` {why}")));
        if let Some(checked) = guardrail(path, value) {
            match checked {
                Ok(of_it) => doubts.extend(of_it.into_iter().map(|why| format!("{path}: {why}"))),
                // What functions refuse too was named already.
                Err(why) if !wrong.iter().any(|line| line.contains(path)) => {
                    wrong.push(format!("setting `{path}` {why}"));
                }
                Err(_) => {}
            }
        }
        if let Some(name) = path.strip_prefix(EXCLUSIONS_PREFIX)
            && let Ok(exclusion) = Exclusion::read(name, value)
        {
            let now_ms = jiff::Timestamp::now().as_millisecond();
            let of_it = exclusions::doubts(&exclusion, now_ms).into_iter().chain(weakening::of_exclusion(&exclusion));
            doubts.extend(of_it.map(|why| format!("{path}: {why}")));
        }
        doubts.extend(warnings(path).into_iter().chain(weakening::of(path, value)).map(|why| format!("{path}: {why}")));
    }
    (wrong, doubts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> BTreeMap<String, String> {
        [
            ("/riposte/mode", "shadow"),
            ("/riposte/topic-arn", "arn:aws:sns:eu-west-1:111122223333:riposte"),
            ("/riposte/ledger-table", "riposte-ledger"),
            ("/riposte/secrets/ledger-key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
            ("/riposte/own-roles", "arn:aws:iam::111122223333:role/a"),
        ]
        .map(|(path, value)| (path.to_owned(), value.to_owned()))
        .into()
    }

    #[test]
    fn a_value_that_would_be_broken_is_refused_by_what_is_wrong() {
        for (path, value, wrong) in [
            ("/riposte/approval-hours", "soon", "whole number from 1 to 720"),
            ("/riposte/event-bus", "a bus", "event bus"),
            ("/riposte/runbooks/open-admin-port", "http://x", "https"),
            ("/riposte/detectors/open-admin-port", "quiet", "`off` or a severity"),
            ("/riposte/guardrails/never", "forbid (principal, action, resource) when { false };", "valid guardrail"),
            ("/riposte/exclusions/x", "{}", "missing field"),
            ("/riposte/patch/settings", "{", "is not how nodes are patched"),
            ("/riposte/patch/groups/web", "{", "is no list of security groups"),
            ("/riposte/patch/rings", "{}", "read by nobody"),
            ("/riposte/mutes/x", "{", "is no mute"),
            ("/riposte/log-watch/groups", "a b", "names of log groups"),
            ("/riposte/trusted-accounts", "", "empty"),
            ("/riposte/trusted-accounts", " ", "empty"),
            ("/riposte/trusted-accounts", "12", "twelve digits"),
        ] {
            let error = valid(&good(), path, value).unwrap_err().to_string();
            assert!(error.starts_with("nothing was written") && error.contains(wrong), "{path}: {error}");
        }
        assert!(valid(&good(), "/riposte/approval-hours", "48").is_ok());
        let broken = BTreeMap::from([("/riposte/mode".to_owned(), "on".to_owned())]);
        let both: BTreeMap<_, _> = good().into_iter().chain(broken).collect();
        assert!(valid(&both, "/riposte/approval-hours", "48").is_ok(), "what else is broken is no reason");
    }

    #[test]
    fn what_is_set_already_is_checked_by_the_same_rules() {
        for (path, value) in [("/riposte/patch/settings", "{"), ("/riposte/mutes/x", "{"), ("/riposte/nosuch", "1")] {
            let with = good().into_iter().chain([(path.to_owned(), value.to_owned())]).collect();
            let (wrong, _) = checked(&with);
            assert!(wrong.len() == 1 && wrong[0].contains(path), "{wrong:?}");
        }
        let (wrong, doubts) = checked(&good());
        assert!(wrong.is_empty() && doubts.is_empty(), "{wrong:?} {doubts:?}");
    }

    #[test]
    fn a_path_that_nothing_reads_and_one_of_the_deployment_are_refused() {
        assert_eq!(whole("approval-hours"), "/riposte/approval-hours");
        let refused = |path: &str| writable(&whole(path)).unwrap_err().to_string();
        assert!(refused("approval-hour").contains("did you mean `approval-hours`"), "{}", refused("approval-hour"));
        assert!(refused("foo").ends_with("`foo`; `riposte settings list` lists them"), "{}", refused("foo"));
        assert!(refused("topic-arn").contains("written by the deployment"));
        assert!(writable("/riposte/guardrails/mine").is_ok());
    }

    #[test]
    fn a_secret_is_not_listed() {
        let mut out = Vec::new();
        list(&mut out, &good(), false, &Screen::plain(80)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("(secret)") && !text.contains("MDEyMzQ1"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
