//! `ses-identity-added`: sender address or domain for mail added.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const MAIL_IDENTITY_ADDED: Change = Change {
    meta: Meta {
        id: "ses-identity-added",
        title: "Sender address or domain for mail added",
        domain: Domain::Account,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1585.002", "T1566"],
        events: Events::Calls(&[
            EventName { source: "ses.amazonaws.com", name: "CreateEmailIdentity" },
            EventName { source: "ses.amazonaws.com", name: "VerifyDomainDkim" },
            EventName { source: "ses.amazonaws.com", name: "VerifyDomainIdentity" },
            EventName { source: "ses.amazonaws.com", name: "VerifyEmailAddress" },
            EventName { source: "ses.amazonaws.com", name: "VerifyEmailIdentity" },
        ]),
        prose: page(
            "\
## What it does
Fires when an address or a domain is brought into SES as a sender, or its verification is asked for.
Sending, and reading which senders there are, do not match.

## Why is this bad?
Phishing under a stolen key begins with a sender of the attacker's own, often a domain that looks like the real one, that
the account then vouches for.

## False positives
New applications that send mail. Look at whether the name is one of yours.

## References
- <https://attack.mitre.org/techniques/T1585/002/>
- <https://docs.aws.amazon.com/ses/latest/APIReference/API_VerifyEmailIdentity.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["emailIdentity", "emailAddress", "domain"],
    when: always,
};
