//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::screen::When;
use crate::usage::words;
use crate::{
    approve, audit, baseline, dashboard, detect, exclusions, groups, guardrails, hunt, incidents, logs, mode, patch,
    redrive, report, rules, settings,
};

/// See and undo what Riposte did, set what it may do, and scan recorded events.
///
/// Endpoint, region, profile and credentials are those of the AWS SDK (AWS_PROFILE, AWS_REGION,
/// AWS_ENDPOINT_URL…). `detect`, `logs`, `detectors`, `actions`, `checks`, `explain` and `rules` need none of them, nor does
/// `audit` with --inventory or --import.
///
/// Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 and 4 as `detect`, `hunt`, `logs`, `audit` and `status` say.
#[derive(Debug, Parser)]
#[command(name = "riposte", version)]
pub(crate) struct Arguments {
    /// When colors are used
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// Leave out progress, hints and summaries
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Scan CloudTrail files with the catalog, offline
    Detect(detect::Options),
    /// Learn, show or forget what is usual: of a file, or of the account's functions
    #[command(subcommand)]
    Baseline(baseline::What),
    /// Scan log files, offline, or list their templates
    Logs(logs::Options),
    /// Check an account by an inventory of its resources
    Audit(audit::Options),
    /// Show the dashboard in a browser
    Dashboard(dashboard::Options),
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
        /// The rules of this folder too
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
    },
    /// Show a detector's page
    Explain {
        /// The detector's id, for example open-admin-port
        id: String,
        /// Of a rule of this folder
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,
    },
    /// List the actions, with how each is asked for by hand
    Actions {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Find what needs patches, patch it, verify it, and go back
    Patch {
        #[command(subcommand)]
        verb: patch::PatchVerb,
    },
    /// Check Sigma rules of your own, and begin a new one
    #[command(subcommand)]
    Rules(rules::Verb),
    /// Write the completions of a shell: source <(riposte completions bash)
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual page: riposte man | man -l -
    Man,
    #[command(flatten)]
    Account(Box<Account>),
}

/// What needs an AWS account.
#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// List the incidents, newest first
    Incidents(incidents::Options),
    /// List the cases: incidents of one principal, session or address within a day, the worst first
    Cases {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        /// How many of the newest incidents are looked at
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
    },
    /// Show one incident: its timeline, and what was changed or would be; or one case, its steps in order
    Show {
        /// The incident's id, inc-…, or the case's, case-…
        id: String,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Explain what happened to one event: from the rule that delivered it to the notice
    Why {
        /// The event's id, an incident's id, or a file with the event
        event: String,
    },
    /// Approve the action that an incident asks about, or one that shadow mode only recorded
    Approve(approve::Options),
    /// Deny the action that an incident asks about
    Deny {
        /// The incident's id, inc-…
        id: String,
        /// Why, for the record
        #[arg(long, value_parser = words)]
        reason: String,
    },
    /// Mark a finding as right or wrong
    Mark {
        /// The incident's id, inc-…
        id: String,
        /// What it was
        judgment: approve::Word,
        /// Why, for the record
        #[arg(long, value_parser = words)]
        note: Option<String>,
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
        #[arg(long, value_parser = words)]
        reason: Option<String>,
    },
    /// Do an action by hand: planned, put to the guardrails, recorded, verified and notified like any other
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
        #[arg(long, value_parser = words)]
        reason: Option<String>,
    },
    /// Bring security groups to what a file declares: shown first, recorded, verified, undone by `undo`
    ApplyGroups(groups::Options),
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
        #[arg(long, value_parser = words)]
        reason: Option<String>,
    },
    /// Show how a resource was, since when, and who changed what
    History {
        /// The resource's ARN, id or name
        resource: String,
        /// One JSON object a version
        #[arg(long)]
        json: bool,
    },
    /// Scan a bucket of CloudTrail logs with the catalog by many functions at once
    Hunt(Box<hunt::Options>),
    /// Show or set what the functions may do
    Mode(mode::Options),
    /// List, set and check the settings
    #[command(subcommand)]
    Settings(settings::Verb),
    /// List, check, set and try guardrails: Cedar policies of your own
    #[command(subcommand)]
    Guardrails(guardrails::Verb),
    /// List, check and set exclusions: findings that the functions leave out
    #[command(args_conflicts_with_subcommands = true)]
    Exclusions {
        #[command(subcommand)]
        verb: Option<exclusions::Verb>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Report what shadow mode would have done
    Report(report::Options),
    /// Look whether everything works: exit code 0 healthy, 3 something is wrong
    Status {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Send a harmless event through a function, and wait for its record
    Test {
        /// Seconds to wait
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=600))]
        wait: u16,
    },
    /// Show dead letters, say what is wrong with each, and send them again
    Redrive(redrive::Options),
    /// Create what CloudFormation cannot: the secrets
    Init,
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use clap::error::ErrorKind;

    use super::*;

    /// The pages that people read, but for those that are generated.
    fn pages() -> Vec<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
        let written = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
        written.chain([root.join("README.md")]).collect()
    }

    /// The command lines of a page: in blocks of code, and between backticks in tables.
    fn lines(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut code = false;
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                code = !code;
            } else if code {
                let line = line.trim().trim_start_matches("$ ");
                let parts = line.split(" | ").map(str::trim);
                found.extend(parts.filter(|part| part.starts_with("riposte ")).map(str::to_owned));
            } else if line.starts_with('|') {
                // What stands between two bars is a choice, escaped in the table.
                let line = line.replace("\\|", "\u{1}");
                let quoted = line.split('`').skip(1).step_by(2).filter(|part| part.starts_with("riposte "));
                found.extend(quoted.map(str::to_owned));
            }
        }
        found
    }

    /// A line as a shell would split it, with something in the place of what a page leaves open.
    fn words(line: &str) -> Vec<String> {
        let line = line.split(" #").next().unwrap_or_default().split(" > ").next().unwrap_or_default();
        let line = line.replace(['[', ']'], "").replace('…', "");
        let word = |word: &str| match word.split('\u{1}').next().unwrap_or_default() {
            "HASH" => "0123456789abcdef".to_owned(),
            other => other.trim_matches('\'').to_owned(),
        };
        line.split_whitespace().map(word).filter(|word| !word.is_empty()).collect()
    }

    #[test]
    fn every_command_line_of_the_documentation_is_one() {
        let mut seen = 0;
        for page in pages() {
            for line in lines(&fs::read_to_string(&page).unwrap()) {
                seen += 1;
                let words = words(&line);
                if let Err(error) = Arguments::try_parse_from(&words) {
                    // A verb alone is a mention of it.
                    let mention = words.len() == 2 && error.kind() == ErrorKind::MissingRequiredArgument;
                    assert!(mention, "{}: {line}\n{error}", page.display());
                }
            }
        }
        assert!(seen > 40, "{seen} lines");
    }
}
