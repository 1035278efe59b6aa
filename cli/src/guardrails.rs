//! `riposte guardrails`: Cedar policies, checked before they are written and tried on an event.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use riposte_aws::actions::{Planned, meta};
use riposte_aws::clients::SdkConfig;
use riposte_aws::operator::{self, Operator};
use riposte_core::arn::partition;
use riposte_core::detect::{self, Facts, Head, Index, detectors};
use riposte_core::event::{ApiCall, Event};
use riposte_core::finding::{Finding, Severity};
use riposte_core::guardrail::{self, Checked, Decision, GuardrailError, Guardrails, Verdict};
use riposte_core::plan::{Plan, Snapshot};
use riposte_core::settings::{CustomGuardrail, GUARDRAILS_PREFIX, Mode, Settings};
use riposte_core::text::plain;

use crate::connect::connected;
use crate::screen::{Screen, counted};
use crate::settings::of_a_stack;
use crate::undo::confirmed;
use crate::usage::Usage;

/// What is done.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// List those that ship, and your own
    List {
        /// Those that ship alone; needs no account
        #[arg(long)]
        shipped: bool,
    },
    /// Check files, or all that are set
    Check {
        /// Cedar files; needs no account
        files: Vec<PathBuf>,
    },
    /// Set one from a file, if it is valid; asks where it can forbid an undo
    Set {
        /// Its name
        name: String,
        /// The Cedar file
        file: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Remove one; asks, since what it forbids is allowed again
    Remove {
        /// Its name
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Try the guardrails on an event: which decides, and what would decide otherwise
    Test(Test),
    /// Write the Cedar schema that guardrails are checked against
    Schema,
}

/// An event, and what is tried on it.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// A file with one event: a CloudTrail record, or what EventBridge made of it
    event: PathBuf,
    /// A guardrail that is tried beside those that are set (repeatable)
    #[arg(long, value_name = "FILE")]
    guardrail: Vec<PathBuf>,
    /// Without an account: the guardrails that ship and those of --guardrail, and a resource without tags
    #[arg(long)]
    offline: bool,
    /// A tag of the resource, with --offline (repeatable)
    #[arg(long, value_name = "KEY=VALUE", requires = "offline")]
    tag: Vec<String>,
    /// The mode, with --offline
    #[arg(long, default_value = "live", requires = "offline")]
    mode: Mode,
}

/// Runs what needs no account; `None` where it needs one.
pub(crate) fn offline(out: &mut impl Write, verb: &Verb, screen: &Screen) -> Option<Result<()>> {
    match verb {
        Verb::List { shipped: true } => Some(list_shipped(out, screen)),
        Verb::Check { files } if !files.is_empty() => Some(check(out, files, screen)),
        Verb::Schema => Some(out.write_all(guardrail::schema_text().as_bytes()).map_err(Into::into)),
        Verb::Test(test) if test.offline => Some(test_offline(out, test, screen)),
        _ => None,
    }
}

/// Runs what needs an account.
pub(crate) async fn run(out: &mut impl Write, config: &SdkConfig, verb: Verb, screen: &Screen) -> Result<()> {
    match verb {
        Verb::Test(test) => {
            let operator = connected(config).await?;
            return test_online(out, config, &operator, &test, screen).await;
        }
        Verb::Set { name, file, yes } => {
            let text = read(&file)?;
            named(&name)?;
            let guardrail = CustomGuardrail { id: name.clone(), text: text.clone() };
            let checked =
                guardrail::check(&guardrail).map_err(|error| anyhow!("{}: it {}", file.display(), wrong(&error)))?;
            of_a_stack(config).await?;
            doubts(out, &checked, screen)?;
            if !checked.doubts.is_empty() && !yes && !confirmed(out, "set it all the same?")? {
                bail!("nothing was written");
            }
            operator::put(config, &format!("{GUARDRAILS_PREFIX}{name}"), text.trim()).await?;
            return Ok(writeln!(out, "custom/{name} is set; the functions follow within a minute")?);
        }
        Verb::Remove { name, yes } => {
            let parameters = operator::parameters(config).await?;
            let old = parameters.get(&format!("{GUARDRAILS_PREFIX}{name}"));
            let Some(old) = old else { bail!("there is no guardrail `{}`", plain(&name, 80)) };
            for line in old.lines() {
                writeln!(out, "{}", code(line, screen))?;
            }
            if !yes && !confirmed(out, "remove it?")? {
                bail!("nothing was removed");
            }
            if !operator::remove(config, &format!("{GUARDRAILS_PREFIX}{name}")).await? {
                bail!("there is no guardrail `{}`", plain(&name, 80));
            }
            return Ok(writeln!(out, "custom/{name} is removed; the functions follow within a minute")?);
        }
        Verb::List { .. } => list_shipped(out, screen)?,
        Verb::Check { .. } | Verb::Schema => {}
    }
    let parameters = operator::parameters(config).await?;
    let own = parameters.iter().filter_map(|(path, text)| Some((path.strip_prefix(GUARDRAILS_PREFIX)?, text)));
    let (mut count, mut faults) = (0_u32, 0_u32);
    for (name, text) in own {
        count += 1;
        writeln!(out, "{}", screen.heading(&format!("custom/{}", plain(name, 80))))?;
        for line in text.lines() {
            writeln!(out, "{}", code(line, screen))?;
        }
        match guardrail::check(&CustomGuardrail { id: name.to_owned(), text: text.clone() }) {
            Ok(checked) => doubts(out, &checked, screen)?,
            Err(error) => {
                faults += 1;
                writeln!(out, "{}", screen.line(2, &format!("WRONG: it {}", plain(&wrong(&error), 600))))?;
            }
        }
    }
    if faults > 0 {
        bail!(
            "{faults} of {} of your own are wrong: nothing is changed until they are repaired",
            counted(count, "guardrail")
        );
    }
    Ok(writeln!(out, "{} of your own, all valid", counted(count, "guardrail"))?)
}

fn list_shipped(out: &mut impl Write, screen: &Screen) -> Result<()> {
    for (name, text) in guardrail::shipped()? {
        writeln!(out, "{}", screen.heading(&name))?;
        for line in text.lines().filter(|line| !line.starts_with("@id")) {
            writeln!(out, "{}", code(line, screen))?;
        }
    }
    Ok(())
}

/// A line of a policy, with its own indentation.
fn code(line: &str, screen: &Screen) -> String {
    let bare = line.trim_start();
    screen.line(2 + line.len() - bare.len(), &plain(bare, 400))
}

/// What is wrong with a guardrail, as it is said of a file.
pub(crate) fn wrong(error: &GuardrailError) -> String {
    match error {
        GuardrailError::Setting(error) => error.wrong.clone(),
        other => other.to_string(),
    }
}

fn doubts(out: &mut impl Write, checked: &Checked, screen: &Screen) -> Result<()> {
    for doubt in &checked.doubts {
        writeln!(out, "{}", screen.line(2, &format!("warning: {doubt}")))?;
    }
    Ok(())
}

fn check(out: &mut impl Write, files: &[PathBuf], screen: &Screen) -> Result<()> {
    let mut faults = 0;
    for file in files {
        match guardrail::check(&custom(file)?) {
            Ok(checked) => {
                writeln!(out, "{}: {}, valid", file.display(), counted(checked.policies, "policy"))?;
                doubts(out, &checked, screen)?;
            }
            Err(error) => {
                faults += 1;
                let said = format!("{}: it {}", file.display(), plain(&wrong(&error), 600));
                writeln!(out, "{}", screen.line(0, &said))?;
            }
        }
    }
    if faults > 0 {
        bail!("{faults} of {} cannot be used", counted(files.len(), "file"));
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}

/// A name that can be the last part of a parameter's path.
fn named(name: &str) -> Result<()> {
    let sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if sound {
        return Ok(());
    }
    Err(Usage(format!("a guardrail's name is made of letters, digits, `-`, `_` and `.`, not `{}`", plain(name, 80)))
        .into())
}

/// A file as a guardrail, named after the file.
fn custom(file: &Path) -> Result<CustomGuardrail> {
    let id = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(CustomGuardrail { id, text: read(file)? })
}

/// The call in a file.
pub(crate) fn call_of(file: &Path) -> Result<ApiCall> {
    let place = || file.display().to_string();
    match Event::parse(&read(file)?).with_context(place)? {
        Event::Call(call) => Ok(*call),
        _ => bail!("{}: it is no API call", place()),
    }
}

/// Settings without an account.
fn bare_settings(mode: Mode) -> Result<Settings> {
    let parameters: BTreeMap<String, String> = [
        ("/riposte/mode", mode.as_str()),
        ("/riposte/topic-arn", "arn:aws:sns:us-east-1:000000000000:none"),
        ("/riposte/ledger-table", "none"),
        ("/riposte/secrets/ledger-key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("/riposte/own-roles", "arn:aws:iam::000000000000:role/none"),
    ]
    .map(|(path, value)| (path.to_owned(), value.to_owned()))
    .into();
    Ok(Settings::from_parameters(&parameters)?)
}

fn with_files(mut settings: Settings, files: &[PathBuf]) -> Result<Settings> {
    for file in files {
        let guardrail = custom(file)?;
        settings.guardrails.retain(|known| known.id != guardrail.id);
        settings.guardrails.push(guardrail);
    }
    Ok(settings)
}

fn test_offline(out: &mut impl Write, test: &Test, screen: &Screen) -> Result<()> {
    let settings = with_files(bare_settings(test.mode)?, &test.guardrail)?;
    let call = call_of(&test.event)?;
    let reading = Index::new(detectors().iter().copied()).reading(&Head::from(&call));
    let report = detect::run_all(&reading, &call, &call.scope()?, &Facts::default());
    let mut tags = BTreeMap::new();
    for tag in &test.tag {
        let (key, value) =
            tag.split_once('=').ok_or_else(|| Usage(format!("--tag is KEY=VALUE, not `{}`", plain(tag, 80))))?;
        tags.insert(key.to_owned(), value.to_owned());
    }
    if report.findings.is_empty() {
        return nothing_fires(out, &call, reading.len(), &report);
    }
    let (notes, findings): (Vec<_>, Vec<_>) = report.findings.iter().partition(|finding| is_note(finding));
    for finding in findings {
        found(out, finding, screen)?;
        match bare_plan(finding, &tags) {
            Some(plan) => decided(out, &settings, &plan, finding, screen)?,
            None => writeln!(out, "  no action is known for it: it is recorded and notified")?,
        }
    }
    noted(out, &notes, screen)
}

async fn test_online(
    out: &mut impl Write,
    config: &SdkConfig,
    operator: &Operator,
    test: &Test,
    screen: &Screen,
) -> Result<()> {
    let settings = with_files(operator.loaded.settings.clone(), &test.guardrail)?;
    let call = call_of(&test.event)?;
    let judged = operator.judge(config, &call).await?;
    if judged.report.findings.is_empty() {
        return nothing_fires(out, &call, judged.reading.len(), &judged.report);
    }
    let (notes, findings): (Vec<_>, Vec<_>) = judged.report.findings.iter().partition(|finding| is_note(finding));
    for finding in findings {
        found(out, finding, screen)?;
        match operator.plan_of(finding).await? {
            None => writeln!(out, "  no action is known for it: it is recorded and notified")?,
            Some(Planned::Plan(plan)) if !plan.changes.is_empty() => decided(out, &settings, &plan, finding, screen)?,
            Some(Planned::Impossible(why)) => {
                writeln!(out, "{}", screen.line(2, &format!("it cannot be contained: {}", plain(&why, 400))))?;
            }
            Some(other) => {
                let why = match &other {
                    Planned::Gone(why) => format!(" ({})", plain(why, 300)),
                    _ => String::new(),
                };
                let said = format!("nothing is left to contain{why}: decided as if it were there, without tags");
                writeln!(out, "{}", screen.line(2, &said))?;
                if let Some(plan) = bare_plan(finding, &BTreeMap::new()) {
                    decided(out, &settings, &plan, finding, screen)?;
                }
            }
        }
    }
    noted(out, &notes, screen)
}

/// Whether a finding is a line in the function's log, and no incident.
fn is_note(finding: &Finding) -> bool {
    finding.severity == Severity::Informational && finding.response.is_none()
}

fn noted(out: &mut impl Write, notes: &[&Finding], screen: &Screen) -> Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = notes.iter().map(|finding| plain(&finding.detector, 80)).collect();
    Ok(writeln!(out, "{}", screen.line(0, &format!("also noted in the function's log: {}", ids.join(", "))))?)
}

fn nothing_fires(out: &mut impl Write, call: &ApiCall, reading: usize, report: &detect::Report) -> Result<()> {
    writeln!(out, "no detector fires on {} ({reading} read it)", plain(call.event_name(), 120))?;
    for sighting in &report.sightings {
        writeln!(out, "  it counts towards {}", sighting.finding.detector)?;
    }
    for (detector, error) in &report.failures {
        writeln!(out, "  {detector} cannot evaluate it: {}", plain(&error.to_string(), 300))?;
    }
    Ok(())
}

fn found(out: &mut impl Write, finding: &Finding, screen: &Screen) -> Result<()> {
    let severity = screen.severity(finding.severity, &finding.severity.to_string());
    writeln!(out, "{}  {severity}", screen.heading(&plain(&finding.detector, 80)))?;
    writeln!(out, "{}", screen.line(2, &plain(&finding.why, 400)))?;
    Ok(())
}

/// A plan that names the resource and nothing of its state.
fn bare_plan(finding: &Finding, tags: &BTreeMap<String, String>) -> Option<Plan> {
    let response = finding.response.clone()?;
    let resource = response.resource().ok()?;
    let arn = if resource.id.starts_with("arn:") {
        resource.id
    } else {
        let scope = &finding.scope;
        let region = if resource.service == "iam" { "" } else { &scope.region };
        let partition = partition(&scope.region);
        match resource.service {
            "s3" => format!("arn:{partition}:s3:::{}", resource.id),
            service => {
                format!("arn:{partition}:{service}:{region}:{}:{}/{}", scope.account, resource.kind, resource.id)
            }
        }
    };
    let meta = response.action.known().and_then(meta);
    let plan = Plan::of(response, arn, Snapshot::default()).tagged(tags.clone());
    Some(Plan {
        disruptive: meta.is_some_and(|meta| meta.disruptive),
        reversible: meta.is_none_or(|meta| meta.reversible),
        ..plan
    })
}

/// One way in which it would be decided.
fn decide(settings: &Settings, plan: &Plan, finding: &Finding, persons: u32) -> Result<Verdict> {
    let guardrails = Guardrails::new(settings)?;
    let decision = match persons {
        0 => guardrails.decide("guardrails-test", plan.clone(), finding),
        persons => guardrails.decide_by("guardrails-test", plan.clone(), finding, persons),
    };
    Ok(match decision {
        Decision::Act(_, verdict) | Decision::Hold(_, verdict) => verdict,
    })
}

fn decided(out: &mut impl Write, settings: &Settings, plan: &Plan, finding: &Finding, screen: &Screen) -> Result<()> {
    writeln!(out, "{}", screen.line(2, &format!("action    {} on {}", plan.action, plain(&plan.resource_arn, 300))))?;
    let now = decide(settings, plan, finding, 0)?;
    writeln!(out, "{}", screen.line(2, &format!("decision  {now}")))?;
    let mut others: Vec<(String, Verdict)> = Vec::new();
    for mode in [Mode::Live, Mode::Shadow, Mode::Halt] {
        let other = Settings { mode, live_only: Default::default(), ..settings.clone() };
        others.push((format!("in {mode} mode"), decide(&other, plan, finding, 0)?));
    }
    for (persons, who) in [(1, "approved by one person"), (2, "approved by two persons")] {
        others.push((who.to_owned(), decide(settings, plan, finding, persons)?));
    }
    let exempt = [("riposte:exempt".to_owned(), "true".to_owned())];
    let tagged = Plan { tags: plan.tags.clone().into_iter().chain(exempt).collect(), ..plan.clone() };
    others.push(("with the tag riposte:exempt".to_owned(), decide(settings, &tagged, finding, 0)?));
    for custom in &settings.guardrails {
        let mut without = settings.clone();
        without.guardrails.retain(|other| other.id != custom.id);
        others.push((format!("without custom/{}", plain(&custom.id, 80)), decide(&without, plan, finding, 0)?));
    }
    others.retain(|(_, verdict)| verdict.effect != now.effect);
    if !others.is_empty() {
        writeln!(out, "  otherwise")?;
    }
    for (what, verdict) in others {
        writeln!(out, "{}", screen.line(4, &format!("{what:<32} {verdict}")))?;
    }
    Ok(())
}
