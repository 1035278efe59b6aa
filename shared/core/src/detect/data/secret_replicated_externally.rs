//! `secret-replicated-externally`: secret replicated into an external account.

use super::foreign_destination::ForeignDestination;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

/// See its [`Meta`].
pub(super) const SECRET_REPLICATED_EXTERNALLY: ForeignDestination = ForeignDestination {
    meta: Meta {
        id: "secret-replicated-externally",
        title: "Secret replicated into an external account",
        domain: Domain::Data,
        severity: Severity::High,
        confidence: Confidence::High,
        technique: &["T1537", "T1555.006"],
        no_response: "The replica is in the other account's hands: the values in it count as known. Rotate the secret; \
            the resource policy that let it out is answered by `secret-policy-external`.",
        events: Events::Calls(&[EventName {
            source: "secretsmanager.amazonaws.com",
            name: "AssociateCrossAccountReplica",
        }]),
        prose: page(
            "\
## What it does
Fires when a secret is linked with a replica in an external account, which gets its value from then on. Accounts
under `/riposte/trusted-accounts` do not match, nor does ending such a link. Replicas in other regions of the
account are `secret-replicated`.

## Why is this bad?
The other account reads the secret and every value that it is rotated to, without a call that is recorded
here. Rotation, which should end the use of a stolen secret, delivers the next one.

## False positives
Secrets that accounts of one company share by design. Name those accounts as trusted.

## References
- <https://attack.mitre.org/techniques/T1555/006/>
- <https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["secretId"],
    destinations: |call| call.request_text("crossAccountReplicaARN").map(str::to_owned).into_iter().collect(),
};
