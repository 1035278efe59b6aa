//! `ses-identity-removed`: sender address or domain for mail removed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const MAIL_IDENTITY_REMOVED: Change = Change {
    meta: Meta {
        id: "ses-identity-removed",
        title: "Sender address or domain for mail removed",
        domain: Domain::Account,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1070", "T1531"],
        events: Events::Calls(&[
            EventName { source: "ses.amazonaws.com", name: "DeleteEmailIdentity" },
            EventName { source: "ses.amazonaws.com", name: "DeleteIdentity" },
            EventName { source: "ses.amazonaws.com", name: "DeleteVerifiedEmailAddress" },
        ]),
        prose: page(
            "\
## What it does
Fires when an address or a domain is removed from SES's senders. Templates and configuration sets do
not match.

## Why is this bad?
After a wave of phishing the sender is removed, so that nothing points back at it. It also stops the
mail of whatever application used it.

## False positives
Clean-ups of senders that are not used any more.

## References
- <https://attack.mitre.org/techniques/T1070/>
- <https://docs.aws.amazon.com/ses/latest/APIReference/API_DeleteIdentity.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["emailIdentity", "identity", "emailAddress"],
    when: always,
};
