//! Which detectors say more of a call than others, so that one thing is told once.

/// What the id of a detector ends in that tells of the refused form of what another tells of.
const REFUSED: &str = "-refused";

/// A detector that tells of every call of a kind, and those that tell of some of these calls what makes them bad. Both
/// of a pair run in the same function: where one cannot know of the other, its own conditions leave out what that
/// tells of.
pub(super) const SAY_MORE: &[(&str, &[&str])] = &[
    ("batch-job-command-overridden", &["container-command-downloads-code", "container-command-overridden-with-shell"]),
    ("bedrock-guardrail-changed", &["bedrock-guardrail-removed"]),
    ("cloudwatch-alarm-deleted", &["riposte-alarm-silenced", "riposte-changed-by-cloudformation"]),
    ("codebuild-build-overridden", &["container-command-downloads-code"]),
    ("cognito-user-altered-by-hand", &["cognito-user-linked-to-provider"]),
    ("console-login-by-iam-user", &["console-login-without-mfa"]),
    (
        "container-command-overridden-with-shell",
        &["container-command-downloads-code", "ecs-task-reads-credential-endpoint"],
    ),
    ("dynamodb-table-exported", &["dynamodb-table-exported-externally"]),
    ("dynamodb-table-streamed", &["data-sent-on-externally"]),
    ("ec2-default-encryption-key-changed", &["encrypted-with-external-key"]),
    ("eks-access-granted", &["eks-admin-granted"]),
    ("exfiltration-refused", &["bucket-policy-public-attempted", "instance-export-attempted"]),
    ("federation-token-issued", &["federation-token-with-full-power"]),
    ("full-access-policy-attached", &["admin-policy-attached", "strong-aws-policy-attached"]),
    ("function-layer-changed", &["function-layer-external"]),
    (
        "function-settings-changed-by-hand",
        &["function-layer-changed", "function-layer-external", "function-role-changed"],
    ),
    ("iam-deletion-failed", &["escalation-refused"]),
    ("iam-user-created", &["workload-equips-identity"]),
    ("log-group-deleted", &["audit-log-group-deleted", "riposte-changed-by-cloudformation", "riposte-logs-tampered"]),
    ("log-stream-deleted", &["riposte-logs-tampered"]),
    ("mfa-device-registered", &["mfa-device-for-another"]),
    ("mfa-removed", &["mfa-removed-from-another", "root-mfa-removed"]),
    ("network-acl-wide-entry", &["open-network-acl"]),
    ("organization-policy-rewritten", &["organization-policy-allows-all", "organization-policy-weakens-defense"]),
    (
        "permission-set-changed",
        &["admin-permission-set", "escalation-by-policy", "full-access-policy-attached", "strong-aws-policy-attached"],
    ),
    ("remote-access-added", &["ec2-verified-access-weakened"]),
    ("s3-access-grant-created", &["data-shared-externally"]),
    ("secrets-read-by-batch", &["secrets-read-by-exclusion"]),
    ("securityhub-findings-changed", &["securityhub-findings-suppressed"]),
    ("seldom-used-compute-created", &["amplify-site-deployed-by-hand"]),
    ("service-credential-created", &["credential-for-another"]),
    ("sns-subscription-removed", &["riposte-changed-by-cloudformation", "riposte-notices-cut-off"]),
    ("sns-topic-deleted", &["riposte-notices-cut-off"]),
    ("ssm-command-sent", &["ssm-shell-script-sent"]),
    ("sso-sign-in-settings-changed", &["sso-mfa-disabled"]),
    ("traffic-mirroring-changed", &["traffic-mirroring-started"]),
    ("user-added-to-group", &["group-joined-by-self"]),
    ("workspaces-opened-to-addresses", &["workspaces-opened-to-internet"]),
];

/// Whether a detector that found something in a call says more of it than another that did, too: the other steps back.
pub(super) fn says_more(special: &str, general: &str) -> bool {
    special.strip_suffix(REFUSED) == Some(general)
        || SAY_MORE.iter().any(|(id, specials)| *id == general && specials.contains(&special))
}
