//! The AWS techniques of Stratus Red Team: by which detectors each is found, and why one cannot be contained.

/// A published attack.
pub(super) struct Technique {
    /// As Stratus Red Team names it, without `aws.`.
    pub(super) id: &'static str,
    /// The detectors that find it, the one that matters most first.
    pub(super) detectors: &'static [&'static str],
    /// Why there is nothing to contain; empty where an action of a detector contains it.
    pub(super) reason: &'static str,
}

const fn contained(id: &'static str, detectors: &'static [&'static str]) -> Technique {
    Technique { id, detectors, reason: "" }
}

const fn not(id: &'static str, detectors: &'static [&'static str], reason: &'static str) -> Technique {
    Technique { id, detectors, reason }
}

/// All of them, by tactic.
pub(super) const TECHNIQUES: &[Technique] = &[
    contained(
        "credential-access.ec2-get-password-data",
        &["windows-passwords-read-in-bulk", "windows-password-read-refused"],
    ),
    contained(
        "credential-access.ec2-steal-instance-credentials",
        &["workload-credentials-used-outside-aws", "instance-credentials-in-console", "instance-enumerates-account"],
    ),
    contained(
        "credential-access.secretsmanager-batch-retrieve-secrets",
        &["secrets-read-by-many-batches", "secrets-read-by-exclusion"],
    ),
    contained("credential-access.secretsmanager-retrieve-secrets", &["secrets-read-in-bulk"]),
    contained("credential-access.ssm-retrieve-securestring-parameters", &["ssm-parameters-decrypted-in-bulk"]),
    not(
        "defense-evasion.bedrock-guardrail-delete",
        &["bedrock-guardrail-removed"],
        "a guardrail that is deleted is made anew from its owner's text, under another id",
    ),
    not(
        "defense-evasion.bedrock-model-invocation-logging-delete",
        &["bedrock-logging-deleted"],
        "where the log went is nowhere to be read once the configuration is deleted",
    ),
    not(
        "defense-evasion.cloudtrail-delete",
        &["trail-stopped"],
        "a trail that is deleted cannot be started; its configuration is in the template of whoever made it",
    ),
    contained("defense-evasion.cloudtrail-event-selectors", &["trail-narrowed"]),
    contained("defense-evasion.cloudtrail-lifecycle-rule", &["bucket-lifecycle-deletes-everything"]),
    contained("defense-evasion.cloudtrail-stop", &["trail-stopped"]),
    not(
        "defense-evasion.dns-delete-logs",
        &["dns-query-logs-stopped"],
        "the configuration is deleted with its destination, which the event does not say",
    ),
    not(
        "defense-evasion.organizations-leave",
        &["organization-left", "organization-leave-attempted"],
        "the account comes back by an invitation of the management account alone",
    ),
    contained("defense-evasion.vpc-remove-flow-logs", &["flow-logs-deleted"]),
    not(
        "discovery.bedrock-enumerate-models-multiple-regions",
        &["bedrock-models-explored"],
        "it reads what every account may read and leaves nothing behind",
    ),
    contained("discovery.ec2-download-user-data", &["user-data-read-in-bulk", "user-data-read-refused"]),
    contained("discovery.ec2-enumerate-from-instance", &["instance-enumerates-account"]),
    not("discovery.ses-enumerate", &["ses-probed"], "it reads quotas and identities, and leaves nothing behind"),
    contained(
        "execution.ec2-launch-unusual-instances",
        &["unusual-instance-launched", "unusual-instance-launch-refused"],
    ),
    not(
        "execution.ec2-user-data",
        &["user-data-changed"],
        "the instance is stopped while it is changed, and its former text is not in the event",
    ),
    not(
        "execution.sagemaker-update-lifecycle-config",
        &["sagemaker-notebook-script-changed"],
        "the former script is not in the event, and stopping the notebook is what the attack does itself",
    ),
    contained("execution.ssm-send-command", &["ssm-command-on-many-instances"]),
    contained("execution.ssm-start-session", &["ssm-sessions-on-many-instances"]),
    contained("exfiltration.ec2-security-group-open-port-22-ingress", &["open-admin-port"]),
    contained("exfiltration.ec2-share-ami", &["image-shared-externally", "image-public"]),
    contained("exfiltration.ec2-share-ebs-snapshot", &["snapshot-shared-externally", "snapshot-public"]),
    contained("exfiltration.rds-share-snapshot", &["snapshot-shared-externally", "snapshot-public"]),
    contained("exfiltration.s3-backdoor-bucket-policy", &["bucket-policy-external", "bucket-policy-public"]),
    not(
        "impact.bedrock-invoke-model",
        &["bedrock-model-access-requested", "bedrock-models-probed"],
        "access to a model is an agreement that no call undoes; who asked for it is named",
    ),
    contained("impact.ec2-deregister-ami", &["images-deregistered-in-bulk", "image-deregistered"]),
    contained("impact.s3-ransomware-batch-deletion", &["object-batches-deleted-in-bulk", "ransom-note-left-in-bucket"]),
    contained(
        "impact.s3-ransomware-client-side-encryption",
        &["objects-encrypted-with-customer-key", "object-encrypted-with-customer-key"],
    ),
    contained("impact.s3-ransomware-individual-deletion", &["objects-deleted-in-bulk", "ransom-note-left-in-bucket"]),
    contained("initial-access.console-login-without-mfa", &["console-login-without-mfa"]),
    contained("lateral-movement.ec2-instance-connect", &["ssh-keys-pushed-to-many-instances"]),
    contained(
        "lateral-movement.ec2-serial-console-send-ssh-public-key",
        &["serial-console-enabled", "serial-console-key-sent"],
    ),
    not(
        "persistence.cognito-refresh-token-reuse",
        &[],
        "the tokens of an application's users are used against the application; no call of the account shows it",
    ),
    not(
        "persistence.ec2-create-suspicious-keypair",
        &["key-pair-created"],
        "a key pair opens no machine until one is launched with it; whoever needs it is not known",
    ),
    contained("persistence.iam-backdoor-role", &["role-trusts-external-account", "role-trust-public"]),
    contained("persistence.iam-backdoor-user", &["access-key-for-another"]),
    contained("persistence.iam-create-admin-user", &["admin-policy-attached", "access-key-for-another"]),
    contained("persistence.iam-create-backdoor-role", &["admin-policy-attached", "role-trusts-external-account"]),
    contained("persistence.iam-create-user-login-profile", &["login-profile-for-another"]),
    contained("persistence.lambda-backdoor-function", &["function-public", "function-shared-externally"]),
    contained("persistence.lambda-layer-extension", &["function-layer-external", "function-layer-changed"]),
    not(
        "persistence.lambda-overwrite-code",
        &["function-code-overwritten"],
        "every deployment looks the same; `stop-function` stops it by hand, and the former version is published again",
    ),
    contained(
        "persistence.rolesanywhere-create-trust-anchor",
        &["roles-anywhere-trust-anchor", "roles-anywhere-profile"],
    ),
    contained("persistence.sts-federation-token", &["federation-token-with-full-power"]),
    contained("privilege-escalation.iam-update-user-login-profile", &["login-profile-for-another"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use riposte_core::catalogue::all_metas;

    use super::*;

    #[test]
    fn every_technique_is_contained_or_says_why_not() {
        let ids: BTreeSet<_> = TECHNIQUES.iter().map(|technique| technique.id).collect();
        assert_eq!(ids.len(), TECHNIQUES.len());
        for Technique { id, detectors, reason } in TECHNIQUES {
            let metas: Vec<_> = detectors.iter().map(|id| all_metas().find(|meta| meta.id == *id)).collect();
            assert!(metas.iter().all(Option::is_some), "{id}: an unknown detector among {detectors:?}");
            assert!(!detectors.is_empty() || !reason.is_empty(), "{id}: nobody finds it");
            let acts = metas.iter().flatten().any(|meta| !meta.actions.is_empty());
            assert!(!reason.is_empty() || acts, "{id}: no action contains it");
        }
    }
}
