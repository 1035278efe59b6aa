//! Calls of programs that name themselves: tools of attackers, scanners, and those that carry many files.

use crate::detect::meta::page;
use crate::detect::tools::{self, Tool};
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta, Outcome};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// A detector of one kind of program.
pub(super) struct KnownTool {
    meta: Meta,
    tool: Tool,
}

impl Detector for KnownTool {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let actor = call.actor();
        let named = actor.user_agent.as_deref().and_then(tools::named);
        let Some((name, _)) = named.filter(|(_, tool)| *tool == self.tool) else { return Ok(Vec::new()) };
        let from = plain(actor.source_ip.as_deref().unwrap_or("(unknown)"), 80);
        let why = format!(
            "`{}` was called from {from} by a program or a system that names itself `{name}`",
            call.event_name()
        );
        let id = actor.principal_arn().unwrap_or_else(|| actor.label()).to_owned();
        Ok(vec![Claim::of(Target::Resource { service: "iam".to_owned(), id: plain(&id, 300) }, plain(&why, 600))])
    }
}

/// Tools of attackers.
pub(super) const ATTACK_TOOL_USED: KnownTool = KnownTool {
    meta: Meta {
        id: "attack-tool-used",
        title: "Call by a tool that is made to attack",
        domain: Domain::Identity,
        severity: Severity::High,
        confidence: Confidence::Medium,
        technique: &["T1078.004", "T1588.002"],
        no_response: "A tool makes many calls: each is one finding, and those that do harm have detectors of their own, \
            which respond. `deny-principal` and `revoke-sessions` stop its principal by hand.",
        events: Events::Tools,
        outcome: Outcome::Any,
        prose: page(
            "\
## What it does
Fires on every call, refused or not, whose user agent names a program or a system that is made to attack, to practice
attacks or to wipe accounts: Kali, Parrot, Pentoo, BlackArch, Pacu, TruffleHog, CloudFox, Stratus Red Team, aws-nuke and
their like. Scanners of security are `security-scanner-used`, programs that carry files `transfer-tool-used`. The name has
to stand as a word. A function reads it in the calls that it is sent for other detectors; `riposte detect` in all.

## Why is this bad?
Few attackers care to change what their tools call themselves. TruffleHog, for one, checks a key that it found by using
it: the call says that the key lies open somewhere.

## False positives
Penetration tests and exercises that were agreed on, and accounts for tests that are wiped every night. Exclude the
principal for that time.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
        ),
        ..Meta::PLAIN
    },
    tool: Tool::Attack,
};

/// Scanners.
pub(super) const SECURITY_SCANNER_USED: KnownTool = KnownTool {
    meta: Meta {
        id: "security-scanner-used",
        title: "Call by a scanner of security",
        domain: Domain::Identity,
        severity: Severity::Low,
        confidence: Confidence::Low,
        technique: &["T1580", "T1526"],
        events: Events::Tools,
        outcome: Outcome::Any,
        prose: page(
            "\
## What it does
Fires on every call, refused or not, whose user agent names a program that looks through an account for weaknesses:
Prowler, ScoutSuite, CloudSploit, PMapper, Cartography, Steampipe and their like. Tools that are made to attack are
`attack-tool-used`.

## Why is this bad?
What tells owners where an account is weak tells it to whoever runs the program with a stolen credential.

## False positives
The scans of the company's own security team, mostly with one role and from one address, which can be excluded.

## References
- <https://attack.mitre.org/techniques/T1580/>
- <https://attack.mitre.org/techniques/T1526/>
",
        ),
        ..Meta::PLAIN
    },
    tool: Tool::Scanner,
};

/// Programs that carry files.
pub(super) const TRANSFER_TOOL_USED: KnownTool = KnownTool {
    meta: Meta {
        id: "transfer-tool-used",
        title: "Call by a program that carries many files",
        domain: Domain::Identity,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1567.002", "T1048"],
        events: Events::Tools,
        outcome: Outcome::Any,
        prose: page(
            "\
## What it does
Fires on every call, refused or not, whose user agent names a program for carrying files: S3 Browser, rclone, Cyberduck,
WinSCP, MSP360 and their like. The command line and the SDKs of AWS are silent.

## Why is this bad?
Groups that extort and miners alike work with these: they need no knowledge of AWS, make keys and policies with a click,
and carry off a bucket over night.

## False positives
People who work with files that way, and backups by such a program. Exclude their principals.

## References
- <https://attack.mitre.org/techniques/T1567/002/>
- <https://attack.mitre.org/software/S1040/>
",
        ),
        ..Meta::PLAIN
    },
    tool: Tool::Transfer,
};
