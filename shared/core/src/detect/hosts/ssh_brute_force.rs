//! `ssh-brute-force`: an address that guesses passwords.

use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Domain, Events, LogClaim, LogDetector, Meta, Outcome};
use crate::finding::{Confidence, Severity};
use crate::ssh::{Limits, SourceHistory, SshEvent, SshOutcome};

/// See [`META`].
pub(super) struct SshBruteForce;

const META: Meta = Meta {
    id: "ssh-brute-force",
    title: "SSH passwords guessed",
    domain: Domain::Hosts,
    severity: Severity::Low,
    confidence: Confidence::High,
    technique: &["T1110.001"],
    events: Events::Lines,
    outcome: Outcome::Success,
    burst: None,
    reads: &[],
    actions: &[ActionId::DenySource],
    prose: page(
        "\
## What it does
Fires when one address fails to log in to an OpenSSH server ten times within ten minutes, by the server's
own log. Both numbers are settings: `/riposte/ssh/failures` and `/riposte/ssh/window-seconds`. It fires
once for each attack, that is until the address has been quiet for a whole window.

Every refused password counts. An unknown user, a refused key, or a connection that ends before the login
counts once for its connection, and only where that connection shows no refusal, since `sshd` writes
several lines for one attempt. Only lines of `sshd` itself are read, and the address is taken from the end
of the line, so that a user name cannot accuse somebody else.

The response denies the address in the network ACL of the subnet that holds the host.

## Why is this bad?
Guessing works: it needs one weak password on one account, it costs nothing, and it never stops by
itself. What is guessed on one host is tried on all others.

It is low because every host that faces the internet is guessed at all day. What counts is that the source
is denied, and whether a login follows: that is `ssh-login-after-failures`, and critical.

## False positives
A script with an old password, or many people behind one address (an office, a VPN). Tag the subnet's
network ACL `riposte:exempt`, or raise the limit.

## References
- <https://attack.mitre.org/techniques/T1110/001/>
- <https://man.openbsd.org/sshd_config#MaxAuthTries>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-ec2.html#unauthorizedaccess-ec2-sshbruteforce>
",
    ),
    ..Meta::PLAIN
};

impl LogDetector for SshBruteForce {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, line: &SshEvent, at_ms: i64, history: &mut SourceHistory, limits: &Limits) -> Option<LogClaim> {
        let many = line.outcome != SshOutcome::Accepted && history.failures_around(at_ms, limits) >= limits.failures;
        if !many {
            return None;
        }
        let began_ms = history.fire(META.id, at_ms, limits)?;
        Some(LogClaim {
            why: format!(
                "{} failed to log in over SSH {} times, the limit is {} within {} s",
                line.address,
                history.total(),
                limits.failures,
                limits.window_ms / 1000,
            ),
            began_ms,
        })
    }
}
