//! `riposte mode`: what the functions may do, for all detectors or for some.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use riposte_aws::clients::SdkConfig;
use riposte_aws::operator;
use riposte_core::action::ActionId;
use riposte_core::arn::account_of;
use riposte_core::catalogue::all_metas;
use riposte_core::detect::renamed;
use riposte_core::finding::Severity;
use riposte_core::settings::{
    DETECTORS_PREFIX, GUARDRAILS_PREFIX, LiveOnly, Mode, ModeSetting, OF_THE_STACK, Settings,
};
use riposte_core::text::plain;

use crate::near::near;
use crate::screen::Screen;
use crate::undo::confirmed;
use crate::usage::Usage;

/// What is set.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// shadow: change nothing, notify of everything; live: act; halt: the kill switch
    mode: Option<Mode>,
    /// Live because of this detector alone, the rest in shadow mode (repeatable)
    #[arg(long, value_name = "DETECTOR")]
    only: Vec<String>,
    /// Live because of this detector too, beside those that are live (repeatable)
    #[arg(long, value_name = "DETECTOR", conflicts_with = "only")]
    also: Vec<String>,
    /// Live for this action alone (repeatable)
    #[arg(long, value_name = "ACTION")]
    action: Vec<String>,
    /// Live from this severity on
    #[arg(long, value_name = "SEVERITY")]
    min_severity: Option<Severity>,
    /// Folder of your own rules that are deployed, whose ids --only and --also may name (repeatable)
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Shows the mode, or sets it.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, options: Options, screen: &Screen) -> Result<()> {
    let Some(mode) = options.mode else {
        if options.narrows() {
            return Err(
                Usage("say `riposte mode live` with --only, --also, --action or --min-severity".to_owned()).into()
            );
        }
        return show(out, config, screen).await;
    };
    if mode != Mode::Live && options.narrows() {
        let why = format!("--only, --also, --action and --min-severity narrow live mode; {mode} is for everything");
        return Err(Usage(why).into());
    }
    let only = options.wanted()?;
    // The kill switch waits for nothing, and needs no more than the one permission.
    if mode != Mode::Halt && !operator::is_deployed(config).await? {
        bail!(not_deployed(config));
    }
    let old = match operator::mode(config).await {
        Ok(old) => old,
        Err(fault) if mode == Mode::Halt => Err(format!("could not be read: {fault}")),
        Err(fault) => return Err(fault.into()),
    };
    let only = if options.also.is_empty() { only } else { with_old(only, &old)? };
    let new = ModeSetting { mode, only };
    let old = old.map_or_else(|wrong| format!("broken: it {wrong}"), |old| old.to_string());
    if mode == Mode::Live && !options.yes {
        let caller = operator::whoami(config).await?;
        let account = account_of(&caller).unwrap_or("unknown").to_owned();
        let place = format!("account {account}, region {}, by {}", region(config), plain(&caller, 300));
        writeln!(out, "{}", screen.line(0, &place))?;
        let what = format!("the mode is `{old}` and becomes `{new}`: {}", meaning(&new));
        writeln!(out, "{}", screen.line(0, &what))?;
        if !confirmed(out, "set this mode?")? {
            bail!("nothing was changed");
        }
    }
    operator::set_mode(config, &new).await?;
    let said = format!("mode is {new} (it was {old}); the functions follow within a minute");
    Ok(writeln!(out, "{}", screen.line(0, &said))?)
}

impl Options {
    fn narrows(&self) -> bool {
        !self.only.is_empty() || !self.also.is_empty() || !self.action.is_empty() || self.min_severity.is_some()
    }

    /// What alone is live, as it was asked for. A detector that is none would put everything else in shadow mode and be
    /// live itself for nothing: one of the catalog is named, or of the rules of a folder.
    fn wanted(&self) -> Result<LiveOnly> {
        let own = self.rules.iter().map(|folder| crate::rules::ids(folder)).collect::<Result<Vec<_>>>()?.concat();
        let known = || all_metas().map(|meta| meta.id).chain(own.iter().map(String::as_str));
        let mut detectors = Vec::new();
        for id in self.only.iter().chain(&self.also) {
            let current = renamed::current(id);
            if !known().any(|other| other == current) {
                let said = near(id, known(), "riposte detectors");
                return Err(Usage(format!(
                    "there is no detector {said} (a rule of your own: --rules names its folder)"
                ))
                .into());
            }
            detectors.push(current.to_owned());
        }
        let known = |id: &String| ActionId::ALL.into_iter().find(|action| action.as_str() == id);
        let actions = self.action.iter().map(|id| {
            let names = ActionId::ALL.into_iter().map(ActionId::as_str);
            known(id).ok_or_else(|| Usage(format!("there is no action {}", near(id, names, "riposte actions"))))
        });
        let actions = actions.collect::<Result<_, _>>()?;
        Ok(LiveOnly { detectors, actions, severity: self.min_severity })
    }
}

/// The detectors that were live, and these. Where everything was live there is nothing to add to.
fn with_old(mut also: LiveOnly, old: &Result<ModeSetting, String>) -> Result<LiveOnly> {
    if let Ok(ModeSetting { mode: Mode::Live, only }) = old {
        if only.detectors.is_empty() {
            bail!("every detector is live already: say --only to narrow it");
        }
        let mut detectors = only.detectors.clone();
        detectors.extend(also.detectors.into_iter().filter(|id| !only.detectors.contains(id)));
        also.detectors = detectors;
        if also.actions.is_empty() {
            also.actions.clone_from(&only.actions);
        }
        also.severity = also.severity.or(only.severity);
    }
    Ok(also)
}

async fn show(out: &mut impl Write, config: &SdkConfig, screen: &Screen) -> Result<()> {
    let parameters = operator::parameters(config).await?;
    if !is_of_a_stack(&parameters) {
        bail!(not_deployed(config));
    }
    let mode = operator::mode(config).await?;
    let mode = mode.map_err(anyhow::Error::msg).with_context(|| "setting `/riposte/mode`")?;
    writeln!(out, "{}", mode.mode)?;
    writeln!(out, "{}", screen.line(2, &meaning(&mode)))?;
    let named = |prefix: &str| {
        let names = parameters.iter().filter_map(|(path, value)| Some((path.strip_prefix(prefix)?, value)));
        names.map(|(name, value)| (plain(name, 80), plain(value, 60))).collect::<Vec<_>>()
    };
    for (name, value) in named(DETECTORS_PREFIX) {
        writeln!(out, "{}", screen.line(2, &format!("detector {name}: {value}")))?;
    }
    let guardrails: Vec<_> = named(GUARDRAILS_PREFIX).into_iter().map(|(name, _)| name).collect();
    if !guardrails.is_empty() {
        writeln!(out, "{}", screen.line(2, &format!("guardrails of your own: {}", guardrails.join(", "))))?;
    }
    if let Ok(settings) = Settings::from_parameters(&parameters)
        && !settings.protected_principals.is_empty()
    {
        let never = plain(&settings.protected_principals.join(", "), 600);
        writeln!(out, "{}", screen.line(2, &format!("never touched: {never}")))?;
    }
    Ok(())
}

fn meaning(setting: &ModeSetting) -> String {
    match setting.mode {
        Mode::Shadow => "everything is recorded and alerted; nothing is changed but by hand".to_owned(),
        Mode::Halt => "nothing is changed, whatever else is set; only an undo is possible".to_owned(),
        Mode::Live if setting.only.is_everything() => "actions that the guardrails allow are taken".to_owned(),
        Mode::Live => {
            let LiveOnly { detectors, actions, severity } = &setting.only;
            let mut parts = Vec::new();
            if !detectors.is_empty() {
                parts.push(format!("findings of {}", detectors.join(" or ")));
            }
            if !actions.is_empty() {
                let actions: Vec<_> = actions.iter().map(|action| action.as_str()).collect();
                parts.push(format!("the action {}", actions.join(" or ")));
            }
            parts.extend(severity.map(|severity| format!("severity {severity} or higher")));
            let all = if parts.len() > 1 { "live only where all of these hold: " } else { "live only for " };
            format!("{all}{}; everything else is in shadow mode", parts.join(", and "))
        }
    }
}

fn region(config: &SdkConfig) -> String {
    config.region().map(ToString::to_string).unwrap_or_default()
}

/// Whether parameters are those of a stack. `riposte init` alone writes none of these.
pub(crate) fn is_of_a_stack(parameters: &BTreeMap<String, String>) -> bool {
    OF_THE_STACK.iter().any(|path| parameters.contains_key(*path))
}

/// What is said where no stack is.
pub(crate) fn not_deployed(config: &SdkConfig) -> String {
    format!(
        "Riposte is not deployed in region {} of this account: set AWS_REGION or AWS_PROFILE to where it is, or deploy it (make deploy)",
        region(config)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Verb;

    fn only(id: &str, rules: Vec<PathBuf>) -> Result<LiveOnly> {
        let only = vec![id.to_owned()];
        Options { mode: None, only, also: vec![], action: vec![], min_severity: None, rules, yes: true }.wanted()
    }

    #[test]
    fn a_detector_that_there_is_not_is_refused_and_a_rule_of_ones_own_is_known_by_its_folder() {
        assert_eq!(only("open-all-ports", vec![]).unwrap().detectors, ["open-all-ports"]);
        for id in ["nosuch", "open-all-port"] {
            let error = only(id, vec![]).unwrap_err();
            assert!(error.is::<Usage>() && error.to_string().contains("there is no detector"), "{error}");
        }
        let folder = tempfile::tempdir().unwrap();
        let rule = Verb::New { id: "break-glass-used".to_owned(), folder: folder.path().to_owned() };
        crate::rules::run(&mut Vec::new(), rule).unwrap();
        let own = only("break-glass-used", vec![folder.path().to_owned()]).unwrap();
        assert_eq!(own.detectors, ["break-glass-used"]);
    }

    #[test]
    fn what_must_hold_together_is_said_so() {
        let said = |text: &str| meaning(&text.parse().unwrap());
        assert_eq!(
            said("live detectors=a,b actions=revoke-ingress severity=high"),
            "live only where all of these hold: findings of a or b, and the action revoke-ingress, and severity high or \
             higher; everything else is in shadow mode"
        );
        assert_eq!(said("live detectors=a"), "live only for findings of a; everything else is in shadow mode");
    }
}
