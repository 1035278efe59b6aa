//! The functions' roles: what they may do, and who may take them on.

use super::{OWN, OwnPart, events, names};
use crate::detect::{EventName, Events, Meta};
use crate::finding::Severity;

/// See its [`Meta`].
pub(in crate::detect) const ROLE_CHANGED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-role-changed",
        title: "Riposte's own role changed",
        severity: Severity::High,
        technique: &["T1562.001", "T1098.003"],
        events: Events::Calls(EVENTS),
        prose: PROSE,
        ..OWN
    },
    what: "role",
    keys: &["roleName"],
    own: names::resource,
    harms: |_| true,
};

const EVENTS: &[EventName] = events! {
    "iam.amazonaws.com": [
        "AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "PutRolePermissionsBoundary",
        "DeleteRolePermissionsBoundary", "DeleteRole", "CreateRole", "UpdateRole",
        "UpdateRoleDescription", "AddRoleToInstanceProfile",
    ],
};

const PROSE: &str = "\
## What it does
Fires when a policy of one of Riposte's roles is attached, detached, written or deleted, when its boundary
or its description changes, when it is put into an instance profile, when it is deleted, and when a role is
created under a name of theirs. The roles
are recognized by the stack's name before theirs, `riposte-`; those of a stack of another name are not known here.
Who may take the role on is `riposte-role-trust-changed`. Calls of CloudFormation are
`riposte-changed-by-cloudformation`, refused ones `riposte-tampering-refused`.

## Why is this bad?
A permission less, or a `Deny` more, and Riposte still decides but can no longer act, or no longer read its
queue. A permission more makes its functions a ladder for whoever can change their code.

## False positives
A policy that a governance tool attaches to every role of the account, and repairs by hand after a failed
deployment.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html>
";

/// See its [`Meta`].
pub(in crate::detect) const ROLE_TRUST_CHANGED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-role-trust-changed",
        title: "Riposte's own role can be taken on by others",
        severity: Severity::Critical,
        technique: &["T1098.001", "T1562.001"],
        events: Events::Calls(TRUST_EVENTS),
        prose: TRUST,
        ..OWN
    },
    what: "role",
    keys: &["roleName"],
    own: names::resource,
    harms: |_| true,
};

const TRUST_EVENTS: &[EventName] = events! { "iam.amazonaws.com": ["UpdateAssumeRolePolicy"] };

const TRUST: &str = "\
## What it does
Fires when the trust policy of one of Riposte's roles is rewritten, whatever stands in it: only Lambda may
take them on, and the template says so already. Roles of a stack of another name than `riposte` are not
known here. Calls of CloudFormation are `riposte-changed-by-cloudformation`, refused ones
`riposte-tampering-refused`.

## Why is this bad?
The roles may change security groups, policies and keys of the whole account, and Riposte never acts against
its own roles. Whoever can take one on has both: the power, and a caller that is left alone.

## False positives
None in ordinary operation; a repair by hand after somebody else's change looks the same.

## References
- <https://attack.mitre.org/techniques/T1098/001/>
- <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html>
";
