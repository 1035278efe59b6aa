//! `riposte hunt`: `riposte detect` over a bucket by many functions at once, where one machine would take days.
//!
//! The objects are listed and cut into shares ([`plan`]), the state machine has them evaluated ([`watch`]), and what they
//! gave is joined here in the order of the keys ([`results`]). So it finds what `riposte detect` finds.

mod estimate;
mod plan;
mod results;
mod watch;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;
use riposte_aws::clients::SdkConfig;
use riposte_aws::hunts::{Execution, Machine, MachineError};
use riposte_aws::objects::{Place, Store};
use riposte_aws::operator;
use riposte_core::text::plain;
use riposte_scan::hunt::{Hunt, MOST, Output, Question, Share, VERSION};
use serde_json::json;

use self::estimate::{Bytes, Lasting, Size};
use self::plan::Plan;
use crate::detect::collect::Taste;
use crate::detect::output::{Format, Writer};
use crate::detect::{Asked, Exclusions, UNREADABLE, check_detectors};
use crate::screen::Screen;
use crate::undo::{confirmed, unique};
use crate::usage::Usage;

/// So many shares that have no result are named one by one.
const NAMED: usize = 20;

/// Scans a bucket with the catalog by many Lambda functions at once.
///
/// Finds what `riposte detect s3://…` finds, where one machine would take too long. Needs the stack of `make hunt-deploy`.
/// Says before it begins how much there is, how long it takes and what it costs, and asks. Findings go to standard output
/// once all is evaluated.
///
/// Exit codes: 0 everything was read; 3 something could not be read, and was named; 2 wrong usage; 1 another
/// failure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The objects whose keys begin so: s3://BUCKET/PREFIX
    #[arg(value_name = "S3-PREFIX", required_unless_present_any = ["status", "estimate"])]
    place: Option<String>,
    /// Where the results go: where the deployment says, or a place below it
    #[arg(long, value_name = "S3-PREFIX")]
    output: Option<String>,
    /// Show a hunt that was begun, by the name that it was given or its execution's ARN; waits where it goes on
    #[arg(long, value_name = "HUNT", conflicts_with_all = ["place", "estimate", "output", "dry_run", "only", "min_severity", "trusted_accounts", "since", "until", "principal", "wheres"])]
    status: Option<String>,
    /// Hunt what failed again, of the hunt of --status
    #[arg(long, requires = "status")]
    retry: bool,
    /// Compute time and cost for so much, such as 1TB, and do nothing else
    #[arg(long, value_name = "SIZE", conflicts_with = "place")]
    estimate: Option<Bytes>,
    /// How large the objects of --estimate are
    #[arg(long, value_name = "SIZE", default_value = "1MB", requires = "estimate")]
    object_size: Bytes,
    /// So many functions work at once. What the account's functions may use of Lambda's concurrency together is limited:
    /// leave room for those that respond
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    max_concurrency: u32,
    /// How much one function evaluates, at most 512MB; where it is not said, as much as suits the whole
    #[arg(long, value_name = "SIZE", conflicts_with_all = ["status", "estimate"])]
    share_size: Option<Bytes>,
    /// Say what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    asked: Asked,
}

impl Options {
    fn question(&self) -> Result<Question> {
        check_detectors(&self.asked.only)?;
        if let Some(size) = self.share_size.filter(|size| size.0 > MOST) {
            return Err(Usage(format!(
                "--share-size: {size} is more than a function evaluates in its time: at most 512MB"
            ))
            .into());
        }
        let question = self.asked.question()?;
        question.judge().map_err(|error| Usage(error.to_string()))?;
        Ok(question)
    }
}

/// What needs no account.
///
/// # Errors
/// Where the output cannot be written.
pub(crate) fn offline(out: &mut impl Write, options: &Options) -> Result<bool> {
    let Some(bytes) = options.estimate else { return Ok(false) };
    let size = Size::of(bytes.0, options.object_size.0);
    match options.asked.format() {
        Format::Jsonl => writeln!(out, "{}", size.json(options.max_concurrency))?,
        Format::Table => {
            writeln!(out, "{}", size.said(options.max_concurrency))?;
            for (service, dollars) in size.dollars(size.work_s()) {
                writeln!(out, "{dollars:>12.2}  {service}")?;
            }
        }
        _ => return Err(Usage("--estimate is written as a table or as JSON lines".to_owned()).into()),
    }
    Ok(true)
}

/// Runs the command.
///
/// # Errors
/// Wrong usage, a hunt that is not deployed, what AWS refuses. What cannot be read is no error: it is named, and in the
/// exit code.
pub(crate) async fn run(config: &SdkConfig, options: &Options, screen: &Screen) -> Result<ExitCode> {
    // What is typed wrong is said before anything is asked of AWS.
    let question = options.question()?;
    let place = options.place.as_deref().map(place).transpose()?;
    let exclusions = Exclusions::read(&options.asked.exclusions, Timestamp::now().as_millisecond())?;
    let caller = operator::whoami(config).await?;
    let machine = match Machine::find(config, &caller).await {
        Ok(machine) => Ok(machine),
        Err(error @ MachineError::Missing { .. }) if options.dry_run => Err(error),
        Err(error) => return Err(error.into()),
    };
    let begun = match (place, &options.status, machine) {
        (Some(place), _, machine) => begin(config, options, screen, place, question, machine).await?,
        (None, Some(status), Ok(machine)) => again(config, options, screen, status, machine).await?,
        (_, _, Err(error)) => return Err(error.into()),
        (None, None, _) => return Err(Usage("name a place: s3://BUCKET/PREFIX".to_owned()).into()),
    };
    match begun {
        Some(begun) => ended(begun, options, screen, exclusions).await,
        None => Ok(ExitCode::SUCCESS),
    }
}

fn place(text: &str) -> Result<Place> {
    match Place::parse(text) {
        Some(Ok(place)) => Ok(place),
        Some(Err(error)) => Err(Usage(error.to_string()).into()),
        None => {
            let shown = plain(text, 200);
            Err(Usage(format!(
                "`{shown}` is no place in a bucket: write `s3://BUCKET/PREFIX`; `riposte detect` reads files"
            ))
            .into())
        }
    }
}

/// An execution that was started.
struct Begun {
    machine: Machine,
    store: Store,
    output: Output,
    plan: Plan,
    shares: Vec<Share>,
    /// The hunt's name, and that of its last execution.
    name: String,
    execution: String,
}

/// Lists, says, asks and starts; `None` where nothing was to be started.
async fn begin(
    config: &SdkConfig,
    options: &Options,
    screen: &Screen,
    place: Place,
    question: Question,
    machine: Result<Machine, MachineError>,
) -> Result<Option<Begun>> {
    let output = match &machine {
        Ok(machine) => Some(plan::output(&machine.output, options.output.as_deref(), &place)?),
        Err(_) => None,
    };
    let id = unique()?;
    let name = format!("hunt-{}-{}", Timestamp::now().strftime("%Y%m%d-%H%M%S"), id.get(..8).unwrap_or(&id));
    let folder = match (&machine, &output) {
        (Ok(machine), Some(output)) => {
            format!("{}{name}", output.prefix.strip_prefix(&machine.output.prefix).unwrap_or_default())
        }
        _ => name.clone(),
    };
    let hunt = Hunt {
        folder,
        version: VERSION.to_owned(),
        bucket: place.bucket.clone(),
        prefix: place.prefix.clone(),
        question,
    };
    let listed = plan::listed(config, &place, &hunt, options.share_size.map(|size| size.0)).await?;
    let mut err = io::stderr();
    let say = |line: &str| {
        // Where nobody reads it, the exit code still tells.
        let _ = writeln!(io::stderr(), "{}", screen.line(0, line));
    };
    say(&format!("{}: {}", plain(&place.to_string(), 300), listed.size.said(options.max_concurrency)));
    if listed.size.elsewhere {
        say(&format!(
            "the bucket is in {}, and the functions elsewhere: a hunt that is deployed there saves the transfer",
            plain(&listed.region, 40)
        ));
    }
    if listed.archived > 0 {
        say(&format!("{} objects are archived and will not be read: restore them first", listed.archived));
    }
    if options.dry_run {
        if let Err(missing) = machine {
            say(&missing.to_string());
        }
        say("dry run: nothing was started");
        return Ok(None);
    }
    let machine = machine?;
    if !options.yes && !confirmed(&mut err, "start it?")? {
        bail!("nothing was started");
    }
    let output = Output { bucket: machine.output.bucket.clone(), prefix: machine.output.prefix.clone() };
    let store = Store::new(config, &output.bucket);
    let Size { bytes, objects, shares, elsewhere } = listed.size;
    let plan = Plan { hunt, shares, objects, bytes, elsewhere };
    plan.write(&store, &output, &listed.shares).await?;
    let begun = Begun { machine, store, output, plan, shares: listed.shares, execution: name.clone(), name };
    begun.start(1, options).await?;
    say(&format!("{0} has begun; where this is interrupted: riposte hunt --status {0}", begun.name));
    Ok(Some(begun))
}

/// Finds a hunt that was begun; with `--retry` what failed of it is started again.
async fn again(
    config: &SdkConfig,
    options: &Options,
    screen: &Screen,
    status: &str,
    machine: Machine,
) -> Result<Option<Begun>> {
    let name = watch::first(&machine.execution_name(status).map_err(Usage)?);
    let (number, last) = watch::last(&machine, &name).await?;
    let folder = last.input.pointer("/hunt/folder").and_then(serde_json::Value::as_str);
    let folder =
        folder.ok_or_else(|| anyhow!("`{}` is no hunt of this version: it names no folder", plain(&name, 100)))?;
    let output = Output { bucket: machine.output.bucket.clone(), prefix: machine.output.prefix.clone() };
    let store = Store::new(config, &output.bucket);
    let (plan, shares) = Plan::read(&store, &output, folder).await?;
    if plan.hunt.question.fold && (options.asked.each || !options.asked.exclusions.is_empty()) {
        let why = "informational findings were counted together: say --each or --exclusions when a hunt begins";
        return Err(Usage(why.to_owned()).into());
    }
    let execution = watch::numbered(&name, number);
    let mut begun = Begun { machine, store, output, plan, shares, name, execution };
    if options.retry {
        if last.runs() {
            bail!("{} goes on: what fails of it can be hunted again once it has ended", begun.name);
        }
        let missing = begun.missing()?;
        if missing.is_empty() {
            let _ = writeln!(io::stderr(), "{}", screen.line(0, "nothing failed: all shares have a result"));
        } else {
            let _ = writeln!(io::stderr(), "{}", screen.line(0, &format!("{} shares are hunted again", missing.len())));
            let number = number + 1;
            let key = plan::shares_key(&begun.output, &begun.plan.hunt.folder, number);
            plan::write_shares(&begun.store, &key, &missing).await?;
            begun.execution = watch::numbered(&begun.name, number);
            begun.start(number, options).await?;
        }
    }
    Ok(Some(begun))
}

impl Begun {
    /// Starts an execution over the shares that were written for it.
    async fn start(&self, number: u32, options: &Options) -> Result<()> {
        let folder = &self.plan.hunt.folder;
        let input = json!({
            "hunt": self.plan.hunt,
            "shares": plan::shares_key(&self.output, folder, number),
            "outcome": self.output.key(folder, &format!("map/{number}")),
            "concurrency": options.max_concurrency,
        });
        Ok(self.machine.start(&self.execution, &input).await?)
    }

    /// The shares without a whole result.
    fn missing(&self) -> Result<Vec<Share>> {
        let done = results::numbers(&self.output, &self.plan.hunt.folder)?;
        Ok(self.shares.iter().filter(|share| !done.contains(&share.number)).cloned().collect())
    }
}

/// Waits for the end, shows the findings, and says what is missing.
async fn ended(begun: Begun, options: &Options, screen: &Screen, exclusions: Exclusions) -> Result<ExitCode> {
    let began = Instant::now();
    let execution = watch::ended(&begun.machine, &begun.execution, screen.quiet).await?;
    let Begun { store, output, plan, shares, name, .. } = begun;
    let taste = Taste { each: options.asked.each, profile: false, exclusions, behavior: None };
    let in_table = matches!(options.asked.format(), Format::Table);
    let mut out = results::out(Writer::new(options.asked.format(), *screen, options.asked.all()), taste);
    let sum = results::merged(&mut out, &store, &output, &plan.hunt.folder, shares).await?;
    if !screen.quiet {
        for line in out.excluded() {
            let _ = writeln!(io::stderr(), "{line}");
        }
        let _ =
            writeln!(io::stderr(), "{}", out.summary.after(began.elapsed(), options.asked.all(), !in_table, *screen));
    }
    let work_s = sum.milliseconds as f64 / 1000.0;
    let spent = format!(
        "{} of {} shares; the functions worked for {}, computed: ${:.2}",
        sum.shares,
        plan.shares,
        Lasting(work_s),
        plan.size().total(work_s)
    );
    let say = |line: String| _ = writeln!(io::stderr(), "{line}");
    if !screen.quiet {
        say(spent);
    }
    for line in incomplete(&name, &execution, &sum) {
        say(line);
    }
    let complete = sum.missing.is_empty() && out.summary.unreadable == 0;
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::from(UNREADABLE) })
}

/// What is said of shares without a result.
fn incomplete(name: &str, execution: &Execution, sum: &results::Sum) -> Vec<String> {
    if sum.missing.is_empty() {
        return Vec::new();
    }
    let objects: u64 = sum.missing.iter().map(|(share, _)| share.objects).sum();
    let mut lines = Vec::new();
    for (share, why) in sum.missing.iter().take(NAMED) {
        let (last, why) = (plain(&share.last, 300), plain(why, 600));
        lines.push(format!("riposte: share {} ({} objects up to {last}): {why}", share.number, share.objects));
    }
    if sum.missing.len() > NAMED {
        lines.push(format!("riposte: and {} more shares", sum.missing.len() - NAMED));
    }
    if execution.status != "SUCCEEDED" {
        lines.push(format!(
            "riposte: the execution is {}: {}",
            plain(&execution.status, 40),
            plain(&execution.cause, 600)
        ));
    }
    lines.push(format!(
        "riposte: incomplete: {} shares with {objects} objects have no result; riposte hunt --status {name} --retry hunts them again",
        sum.missing.len()
    ));
    lines
}
