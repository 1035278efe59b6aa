//! The command line.

use clap::{Parser, Subcommand};
use riposte_core::settings::Mode;

use crate::{audit, detect, logs};

/// See and undo what Riposte did, set what it may do, and scan recorded events.
///
/// Endpoint, region, profile and credentials are those of the AWS SDK (AWS_PROFILE, AWS_REGION,
/// AWS_ENDPOINT_URL…). `detect`, `logs`, `audit`, `detectors`, `checks` and `explain` need none of them.
#[derive(Debug, Parser)]
#[command(name = "riposte", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Scan CloudTrail files with the catalog, offline
    Detect(detect::Options),
    /// Scan log files, offline, or list their templates
    Logs(logs::Options),
    /// Check an account by an inventory of its resources
    Audit(audit::Options),
    /// List the checks of the audit, with the controls that they serve
    Checks {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// List the detectors, with what they read and the response to them
    Detectors {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show a detector's page
    Explain {
        /// The detector's id, for example open-admin-port
        id: String,
    },
    /// List the actions, with how each is asked for by hand
    Actions {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    #[command(flatten)]
    Account(Account),
}

/// What needs an AWS account.
#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// List the incidents, newest first
    Incidents {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
    },
    /// Show one incident: its timeline, what was before and what is after
    Show {
        /// The incident's id, inc-…
        id: String,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Restore what an incident changed
    Undo {
        /// The incident's id, inc-…
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Restore what was taken although the resource has changed otherwise since
        #[arg(long)]
        accept_changes: bool,
        /// Why, for the record
        #[arg(long)]
        reason: Option<String>,
    },
    /// List the exclusions: findings that the functions leave out
    Exclusions {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Do an action by hand: planned, put to the guardrails, recorded, verified and told like any other
    Contain {
        /// The action's id, as `riposte actions` lists it
        action: String,
        /// What to act on, in the form that `riposte actions` shows, or the request as a JSON object
        target: String,
        /// Show what would be done, and do nothing
        #[arg(long, conflicts_with = "yes")]
        dry_run: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Why, for the record
        #[arg(long)]
        reason: Option<String>,
    },
    /// Fix what the audit found, by the action of its check: planned, put to the guardrails, recorded and verified
    Fix {
        /// CHECK:RESOURCE, the resource by its id or ARN
        finding: String,
        /// Show what would be done, and do nothing
        #[arg(long, conflicts_with = "yes")]
        dry_run: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Why, for the record
        #[arg(long)]
        reason: Option<String>,
    },
    /// Show or set what the functions may do
    Mode {
        /// shadow: change nothing, tell everything; live: act; halt: the kill switch
        mode: Option<Mode>,
    },
    /// Create what CloudFormation cannot: the secrets
    Init,
}
