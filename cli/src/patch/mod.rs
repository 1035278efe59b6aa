//! `riposte patch`: what needs a patch, patched, verified, brought back, told.

mod act;
mod show;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use riposte_aws::patch::{self, Patcher, Source};
use riposte_patch::facts::Facts;
use riposte_patch::kev::Kev;
use riposte_patch::plan::{Own, Plan, plan};
use riposte_patch::settings::Settings;
use riposte_patch::target::{Target, last_of_each};

use crate::connect::here;
use crate::screen::Screen;
use crate::tables::Format;
use crate::usage::{Usage, words};

/// So many runs are looked at, the newest ones.
const RUNS: usize = 10_000;

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum PatchVerb {
    /// Show what needs a patch, why, by when, and which way it goes
    Plan(PlanOptions),
    /// Patch now what is named: scanned, installed, checked and scanned again, ring by ring
    Run(RunOptions),
    /// Show what is under way, or one run step by step
    Status {
        /// The run's id, patch-…
        id: Option<String>,
        /// Only these: a node (i-…, mi-…), ring:NAME, tag:KEY=VALUE or CVE-…; may be given several times
        #[arg(long, value_name = "TARGET", conflicts_with = "id")]
        target: Vec<Target>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Approve a run that waits for a person, or a ring that one has stopped
    Approve {
        /// The run's id, patch-…
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Why, for the record
        #[arg(long, value_parser = words)]
        reason: Option<String>,
    },
    /// Roll back: the root volume from its snapshot, else the packages' versions from before
    Rollback {
        /// The run's id, patch-…
        #[arg(required_unless_present = "target")]
        id: Option<String>,
        /// The last run of each of these instead: a node (i-…, mi-…), ring:NAME, tag:KEY=VALUE or CVE-…; may be given
        /// several times
        #[arg(long, value_name = "TARGET", conflicts_with = "id")]
        target: Vec<Target>,
        /// Show what would be done, and do nothing
        #[arg(long, conflicts_with = "yes")]
        dry_run: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Why, for the record
        #[arg(long, value_parser = words)]
        reason: Option<String>,
    },
    /// Look up in CloudTrail who weakened patching, launched from old images or patched by hand
    History {
        /// How many days back; CloudTrail keeps ninety
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u8).range(1..=90))]
        days: u8,
        /// How it is written
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// List what was patched: where, when, who decided, and whether the deadline was met
    Report {
        /// How it is written
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        /// How many at most, the newest
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
    },
}

impl PatchVerb {
    /// What is named.
    fn targets(&self) -> &[Target] {
        match self {
            Self::Plan(options) => &options.target,
            Self::Run(options) => &options.target,
            Self::Status { target, .. } | Self::Rollback { target, .. } => target,
            Self::Approve { .. } | Self::History { .. } | Self::Report { .. } => &[],
        }
    }
}

/// What a plan is made of.
#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    /// Only these: a node (i-…, mi-…), ring:NAME, tag:KEY=VALUE or CVE-…; may be given several times
    #[arg(long, value_name = "TARGET")]
    target: Vec<Target>,
    /// CISA's list of exploited vulnerabilities, JSON or CSV: a file, or s3://BUCKET/KEY
    #[arg(long, value_name = "FILE")]
    kev: Option<String>,
    /// Plan offline from recorded answers of AWS, one a line, instead of reading the account
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// The settings of patching from a file, instead of the account's; only with --facts
    #[arg(long, value_name = "FILE", requires = "facts")]
    settings: Option<PathBuf>,
    /// The time of the plan, RFC 3339, instead of now; only with --facts
    #[arg(long, value_name = "TIME", requires = "facts")]
    at: Option<jiff::Timestamp>,
    /// How it is written
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// What is patched, and how it is asked for.
#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// What: a node (i-…, mi-…), ring:NAME, tag:KEY=VALUE or CVE-…; may be given several times
    #[arg(long, value_name = "TARGET", required = true)]
    target: Vec<Target>,
    /// CISA's list of exploited vulnerabilities, JSON or CSV: a file, or s3://BUCKET/KEY
    #[arg(long, value_name = "FILE")]
    kev: Option<String>,
    /// Show what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Begin it and leave the rest to the patcher function
    #[arg(long)]
    no_wait: bool,
    /// Why, for the record
    #[arg(long, value_parser = words)]
    reason: Option<String>,
}

/// Does what is asked for.
pub(crate) async fn run(out: &mut impl Write, verb: PatchVerb, screen: &Screen) -> Result<()> {
    if let PatchVerb::Plan(options) = &verb
        && let Some(path) = &options.facts
    {
        return show::plan(out, &offline(options, path)?, &options.target, options.format, screen);
    }
    let (config, operator) = here().await?;
    let api = patch::client(&config);
    let (account, caller) = operator.account().await?;
    let patcher = Patcher {
        function: riposte_aws::by_hand::OPERATOR,
        api: &*api,
        ledger: operator.ledger.clone(),
        sns: operator.topic(),
        loaded: &operator.loaded,
        account: &account,
        region: operator.region(),
    };
    hold_to_rings(verb.targets(), &patcher.settings()?)?;
    match verb {
        PatchVerb::History { days, format } => {
            let since = jiff::Timestamp::now().as_millisecond() - i64::from(days) * 86_400_000;
            let trusted = &operator.loaded.settings.trusted;
            let found = patch::look_back(&config, trusted, operator.region(), since).await?;
            show::history(out, &found, format, screen)
        }
        PatchVerb::Plan(options) => {
            let plan = live(&patcher, options.kev.as_deref()).await?;
            show::plan(out, &plan, &options.target, options.format, screen)
        }
        PatchVerb::Run(options) => act::run(out, &patcher, &options, &caller).await,
        PatchVerb::Status { id: Some(id), json, .. } => show::one(out, &patcher.run(&id).await?.0, json),
        PatchVerb::Status { id: None, target, json } => {
            let (runs, unreadable) = patcher.ledger.patches(RUNS).await?;
            show::unreadable(&unreadable);
            show::under_way(out, &runs, &target, if json { Format::Jsonl } else { Format::Table }, screen)
        }
        PatchVerb::Approve { id, yes, reason } => {
            act::approve(out, &patcher, &id, yes, &act::by(&caller, reason.as_deref())).await
        }
        PatchVerb::Rollback { id, target, dry_run, yes, reason } => {
            let how = act::How { dry_run, yes, by: act::by(&caller, reason.as_deref()) };
            let runs = match id {
                Some(id) => vec![patcher.run(&id).await?.0],
                None => {
                    let (runs, unreadable) = patcher.ledger.patches(RUNS).await?;
                    show::unreadable(&unreadable);
                    last_of_each(runs, &target)
                }
            };
            act::roll_back(out, &patcher, runs, &how).await
        }
        PatchVerb::Report { format, limit } => {
            let (runs, unreadable) = patcher.ledger.patches(usize::try_from(limit)?).await?;
            show::unreadable(&unreadable);
            show::report(out, &runs, format, screen)
        }
    }
}

/// Every ring that is named must be one.
fn hold_to_rings(targets: &[Target], settings: &Settings) -> Result<()> {
    targets.iter().try_for_each(|target| Ok(target.known(&settings.rings).map_err(Usage)?))
}

async fn live(patcher: &Patcher<'_>, kev: Option<&str>) -> Result<Plan> {
    let settings = patcher.settings()?;
    Ok(patcher.plan(&settings, kev.map(Source::of).as_ref()).await?)
}

/// A plan from files alone.
fn offline(options: &PlanOptions, facts: &std::path::Path) -> Result<Plan> {
    let read = |path: &std::path::Path| {
        std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
    };
    let mut known = Facts::default();
    known.take_recorded(&read(facts)?).map_err(|error| Usage(format!("`{}`, {error}", facts.display())))?;
    if let Some(kev) = &options.kev {
        known.kev = Kev::parse(&read(kev.as_ref())?).map_err(|error| Usage(format!("`{kev}`: {error}")))?;
    }
    let settings = match &options.settings {
        Some(path) => Settings::parse(&read(path)?).map_err(|error| Usage(format!("`{}`: {error}", path.display())))?,
        None => Settings::default(),
    };
    hold_to_rings(&options.target, &settings)?;
    let at = options.at.unwrap_or_else(jiff::Timestamp::now);
    Ok(plan(&known, &settings, Own::default(), at.as_millisecond()))
}
