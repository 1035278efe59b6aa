//! `riposte dashboard` and `riposte report`: the pages on this machine, and in one file.

mod serve;

use std::io::{self, Sink, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use riposte_aws::clients;
use riposte_core::text::plain;
use riposte_dashboard::{Account, Reading, report, site};
use riposte_dashboard_aws::AwsSource;
use tokio::net::TcpListener;

use crate::audit::{Progress, inventory};

/// What both show of the account beside the ledger.
#[derive(Debug, clap::Args)]
struct Shown {
    /// Show posture, network, identity and patching by this inventory, as `riposte audit --save` writes it
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// Compare with this earlier inventory (repeatable, the oldest first)
    #[arg(long, value_name = "FILE", requires = "inventory")]
    earlier: Vec<PathBuf>,
}

/// Shows the dashboard in a browser on this machine, with the credentials that the AWS SDKs find. Changes nothing.
///
/// It listens on 127.0.0.1 alone. Whoever may open connections on this machine may look.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 8008)]
    port: u16,
    #[command(flatten)]
    shown: Shown,
}

/// What `riposte report --html` writes.
#[derive(Debug, clap::Args)]
pub(crate) struct ReportOptions {
    /// Write the dashboard's pages to this file, which needs nothing else: for an auditor
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    shown: Shown,
}

impl ReportOptions {
    /// Whether a file is to be written.
    pub(crate) fn is_asked(&self) -> bool {
        self.html.is_some()
    }
}

/// Serves until it is interrupted.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let account = account(&options.shown)?;
    runtime()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await;
        let listener = listener.with_context(|| format!("port {} of 127.0.0.1", options.port))?;
        let port = listener.local_addr()?.port();
        let router = site::router(Arc::new(source(account).await?));
        writeln!(io::stdout(), "the dashboard is at http://127.0.0.1:{port}/ (Ctrl-C ends it)")?;
        io::stdout().flush()?;
        serve::serve(listener, port, router).await
    })
}

/// Writes the report.
pub(crate) fn write(options: &ReportOptions) -> Result<ExitCode> {
    let Some(path) = &options.html else { bail!("`--html FILE` names no file") };
    let account = account(&options.shown)?;
    let text = runtime()?.block_on(async { Ok::<_, anyhow::Error>(report::report(&source(account).await?).await) })?;
    std::fs::write(path, text).with_context(|| path.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn source(account: Option<Account>) -> Result<AwsSource> {
    Ok(AwsSource::new(&clients::checked().await?, account))
}

/// What the inventories say; lines that cannot be read are named on standard error and counted.
fn account(shown: &Shown) -> Result<Option<Account>> {
    let Some(path) = &shown.inventory else { return Ok(None) };
    let mut earlier = Vec::new();
    for path in &shown.earlier {
        earlier.push(read(path)?.0.earlier(&name(path)));
    }
    let (reading, unreadable) = read(path)?;
    Ok(Some(reading.account(&name(path), unreadable, earlier)))
}

fn read(path: &Path) -> Result<(Reading, u64)> {
    let mut reading = Reading::new(Timestamp::now())?;
    let progress = Progress::new(path);
    let unreadable = inventory(path, &progress, None::<&mut Sink>, |resource| reading.add(resource))?;
    progress.finish();
    Ok((reading, unreadable))
}

/// A file's name, for people.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    plain(&name.to_string_lossy(), 80)
}
