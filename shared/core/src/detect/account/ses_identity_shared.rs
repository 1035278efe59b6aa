//! `ses-identity-shared`: sender of mail opened to others by a policy.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const MAIL_IDENTITY_SHARED: Change = Change {
    meta: Meta {
        id: "ses-identity-shared",
        title: "Sender of mail opened to others by a policy",
        domain: Domain::Account,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1098"],
        events: Events::Calls(&[
            EventName { source: "ses.amazonaws.com", name: "CreateEmailIdentityPolicy" },
            EventName { source: "ses.amazonaws.com", name: "PutIdentityPolicy" },
            EventName { source: "ses.amazonaws.com", name: "UpdateEmailIdentityPolicy" },
        ]),
        prose: page(
            "\
## What it does
Fires when a sending policy is written onto an SES identity, which lets the principals that it names
send under it. Deleting a policy does not match.

## Why is this bad?
An account that the policy names goes on sending under the owner's name, long after the stolen key was
revoked.

## False positives
Organizations that send from several accounts under one domain. Look at which accounts the policy names.

## References
- <https://attack.mitre.org/techniques/T1098/>
- <https://docs.aws.amazon.com/ses/latest/APIReference/API_PutIdentityPolicy.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["identity", "emailIdentity"],
    when: always,
};
