//! `escalation-by-policy`: a policy whose holder can change permissions or make credentials for anybody.

use super::escalation::EscalationDetector;
use super::written_policy::{self, Power};
use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Domain, Events, Meta};
use crate::finding::{Confidence, Severity};

/// See its [`Meta`].
pub(super) const ESCALATION_BY_POLICY: EscalationDetector = EscalationDetector {
    meta: Meta {
        id: "escalation-by-policy",
        title: "Policy lets its holder make itself an administrator",
        domain: Domain::Identity,
        severity: Severity::High,
        confidence: Confidence::Medium,
        technique: &["T1098.003", "T1548.005"],
        events: Events::Calls(written_policy::EVENTS),
        reads: written_policy::READS,
        actions: &[ActionId::DeleteInlinePolicy, ActionId::DetachManagedPolicy, ActionId::RestoreDefaultPolicyVersion],
        prose: page(
            "\
## What it does
Fires when a policy comes into force whose holder can change what anybody may do, or make credentials for
anybody: one of the published ways up, such as `iam:CreatePolicyVersion`, `iam:PutRolePolicy`,
`iam:AddUserToGroup`, `iam:UpdateAssumeRolePolicy`, `iam:CreateAccessKey` or `iam:UpdateLoginProfile`, each
on arbitrary users, roles, groups or policies. It reads inline policies, the documents of `CreatePolicy`
and of new default versions, customers' policies that are attached or whose default version is set, and
inline policies of permission sets.

Permission for named roles or for those of a path is taken for somebody's work, except for the holder itself:
who may write policies onto itself, or rewrite a policy that it holds, needs no other. The right to look after one's
own keys and password is none. A full administrator is reported by `admin-inline-policy`,
`admin-policy-attached`, `admin-policy-version` or `admin-policy-created`, not here. Ways that need a role to be
passed are `escalation-by-any-role`. A policy that nobody holds yet, or whose ways are all under a condition,
is reported with low confidence.

## Why is this bad?
Such a policy looks harmless in a list, and is administrative privileges in two calls: its holder rewrites a policy
that it has, or makes a key for an administrator. Intruders choose it over an administrator's policy because
fewer people look for it.

## False positives
Pipelines that manage IAM, and identity teams. Give them permission for the path of the roles that they
manage, with a permissions boundary, or name them as protected principals.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
",
        ),
        ..Meta::PLAIN
    },
    ways: |power| match power {
        Power::Permissions(ways) => Some(ways),
        _ => None,
    },
    answered: true,
};
