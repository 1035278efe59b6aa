//! `ssh-login-after-failures`: an address that guessed passwords until one was right.

use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Domain, Events, LogClaim, LogDetector, Meta, Outcome};
use crate::finding::{Confidence, Severity};
use crate::ssh::{Limits, SourceHistory, SshEvent, SshOutcome};
use crate::text::plain;

/// See [`META`].
pub(super) struct SshLoginAfterFailures;

const META: Meta = Meta {
    id: "ssh-login-after-failures",
    title: "SSH login after many failures",
    domain: Domain::Hosts,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    technique: &["T1110.001", "T1078", "T1021.004"],
    events: Events::Lines,
    outcome: Outcome::Success,
    burst: None,
    reads: &[],
    actions: &[ActionId::DenySource],
    prose: page(
        "\
## What it does
Fires when an address logs in to an OpenSSH server after it failed five times or more within the ten
minutes before, by the server's own log. Both numbers are settings:
`/riposte/ssh/failures-before-login` and `/riposte/ssh/window-seconds`. It fires once for each attack,
that is until the address has been quiet for a whole window. Failures are counted as `ssh-brute-force`
counts them; the keys that a client offers before the right one are not among them.

The response denies the address in the network ACL of the subnet that holds the host. Network ACLs keep no
state, so that cuts the session that is open, too.

## Why is this bad?
This is what a guessed password looks like. The attacker is inside, with a shell.

It is critical because it is no attempt any more: somebody who guessed passwords is in.

## False positives
A person who mistyped a password five times, or many people behind one address (an office, a VPN). Ask
them; until they answer, the host is best taken for lost.

## References
- <https://attack.mitre.org/techniques/T1110/001/>
- <https://attack.mitre.org/techniques/T1078/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html>
",
    ),
    ..Meta::PLAIN
};

impl LogDetector for SshLoginAfterFailures {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, line: &SshEvent, at_ms: i64, history: &mut SourceHistory, limits: &Limits) -> Option<LogClaim> {
        let broke_in = line.outcome == SshOutcome::Accepted
            && history.failures_until(at_ms, limits) >= limits.failures_before_login.max(1);
        if !broke_in {
            return None;
        }
        let began_ms = history.fire(META.id, at_ms, limits)?;
        Some(LogClaim {
            why: format!(
                "{} logged in over SSH as `{}` after {} failures, the limit is {} within {} s",
                line.address,
                plain(&line.user, 40),
                history.total(),
                limits.failures_before_login,
                limits.window_ms / 1000,
            ),
            began_ms,
        })
    }
}
