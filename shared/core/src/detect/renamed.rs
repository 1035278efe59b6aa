//! The ids that detectors had before.
//!
//! Records, guardrails and people go on naming a detector as they always did. So an id that was given up is
//! given to no other detector, and stands here with the one that took its place.

/// What a detector was called, and what it is called now; of several former ids of one, the oldest first.
static RENAMED: &[(&str, &str)] = &[
    ("accelerator-changed", "global-accelerator-changed"),
    ("access-keys-taken-in-bulk", "access-keys-removed-in-bulk"),
    ("access-point-open-to-public-policy", "access-point-without-public-access-block"),
    ("account-public-access-block-loosened", "s3-account-public-access-block-loosened"),
    ("administrator-role-taken", "administrator-role-assumed"),
    ("alarm-changed", "cloudwatch-alarm-changed"),
    ("alarm-deleted", "cloudwatch-alarm-deleted"),
    ("all-parameters-decrypted", "ssm-parameters-all-decrypted"),
    ("api-sends-calls-elsewhere", "api-integration-outside-aws"),
    ("archive-vault-weakened", "glacier-vault-weakened"),
    ("aws-warnings-hidden", "health-warnings-hidden"),
    ("backup-copied-to-another-account", "backup-copied-externally"),
    ("billing-opened-to-iam", "billing-access-opened-to-iam"),
    ("bucket-feeds-another-account", "bucket-reports-externally"),
    ("bucket-policy-cross-account", "bucket-policy-external"),
    ("bucket-probed-by-strangers", "bucket-probed-anonymously"),
    ("bucket-replicated-to-another-account", "bucket-replicated-externally"),
    ("build-overridden", "codebuild-build-overridden"),
    ("build-project-changed", "codebuild-project-changed"),
    ("build-project-made-public", "codebuild-project-public"),
    ("build-role-changed", "codebuild-role-changed"),
    ("build-runner-registered", "codebuild-runner-registered"),
    ("build-source-credentials-changed", "codebuild-source-credentials-changed"),
    ("build-webhook-unfiltered", "codebuild-webhook-unfiltered"),
    ("cache-exported", "elasticache-snapshot-exported"),
    ("catalogue-encryption-removed", "glue-catalog-encryption-removed"),
    ("catalogue-passwords-read", "glue-connection-passwords-read-in-bulk"),
    ("cdn-alias-moved", "cloudfront-alias-moved"),
    ("cdn-changed", "cloudfront-changed"),
    ("cdn-signing-key-added", "cloudfront-signing-key-added"),
    ("cluster-logging-disabled", "eks-logging-disabled"),
    ("clusters-created-in-bulk", "ecs-clusters-created-in-bulk"),
    ("code-signing-removed", "function-code-signing-removed"),
    ("console-output-read", "instance-console-output-read"),
    ("console-screenshot-taken", "instance-console-screenshot-taken"),
    ("console-second-factor-failed", "console-login-mfa-failed"),
    ("console-sign-in-lent-to-program", "console-login-authorized-for-program"),
    ("container-command-executed", "ecs-command-executed"),
    ("container-images-changed", "ecr-changed"),
    ("container-services-changed", "ecs-changed"),
    ("container-shell-enabled", "ecs-exec-enabled"),
    ("dashboards-opened-to-public", "quicksight-dashboards-public"),
    ("data-lake-settings-changed", "lake-formation-settings-changed"),
    ("data-shared-with-another-account", "data-shared-externally"),
    ("defence-changed", "defense-changed"),
    ("defence-tampering-refused", "defense-tampering-refused"),
    ("defences-explored", "defenses-explored"),
    ("delivery-stream-diverted", "firehose-stream-diverted"),
    ("denied-calls-burst", "denied-calls-in-bulk"),
    ("desktop-image-shared", "workspaces-image-shared"),
    ("disk-copied-to-machine", "volume-copied-to-instance"),
    ("disk-deleted", "volume-deleted"),
    ("disk-encryption-default-disabled", "volume-default-encryption-disabled"),
    ("disk-made-from-snapshot", "volume-created-from-snapshot"),
    ("disk-moved", "volume-attachment-changed"),
    ("disk-snapshot-created", "volume-snapshot-created"),
    ("disk-snapshot-deleted", "volume-snapshot-deleted"),
    ("disk-snapshots-deleted-in-bulk", "volume-snapshots-deleted-in-bulk"),
    ("disks-deleted-in-bulk", "volumes-deleted-in-bulk"),
    ("disks-snapshotted-in-bulk", "volumes-snapshotted-in-bulk"),
    ("edge-function-published", "cloudfront-function-published"),
    ("eks-endpoint-made-public", "eks-endpoint-public"),
    ("encrypted-with-foreign-key", "encrypted-with-external-key"),
    ("endpoint-service-accepts-all", "vpc-endpoint-service-accepts-all"),
    ("endpoint-service-open-to-all", "vpc-endpoint-service-public"),
    ("endpoint-service-shared", "vpc-endpoint-service-shared"),
    ("event-archive-deleted", "eventbridge-archive-deleted"),
    ("event-bus-changed", "eventbridge-bus-changed"),
    ("events-sent-to-another-account", "events-sent-externally"),
    ("file-system-deleted", "efs-deleted"),
    ("file-system-mount-deleted", "efs-mount-target-deleted"),
    ("file-system-policy-deleted", "efs-policy-deleted"),
    ("file-system-replicated", "efs-replicated"),
    ("flood-protection-subscribed", "shield-advanced-subscribed"),
    ("foreign-data-keys", "external-data-keys"),
    ("function-layer-from-another-account", "function-layer-external"),
    ("function-made-public", "function-public"),
    ("function-opened-to-account", "function-shared-externally"),
    ("guard-rail-allows-all", "organization-policy-allows-all"),
    ("guardduty-threats-forgotten", "guardduty-threat-list-removed"),
    ("guest-credentials-issued", "cognito-guest-credentials-issued"),
    ("identity-pool-open-to-guests", "cognito-identity-pool-open-to-guests"),
    ("identity-pool-roles-changed", "cognito-identity-pool-roles-changed"),
    ("image-from-elsewhere", "workload-image-external"),
    ("image-made", "image-created"),
    ("image-pushed-by-hand", "ecr-image-pushed-by-hand"),
    ("image-scanning-disabled", "ecr-image-scanning-disabled"),
    ("image-shared-publicly", "image-public"),
    ("image-shared-with-account", "image-shared-externally"),
    ("image-tags-made-mutable", "ecr-image-tags-mutable"),
    ("images-deleted-in-bulk", "ecr-images-deleted-in-bulk"),
    ("images-pulled-by-another-account", "ecr-images-pulled-externally"),
    ("images-pulled-in-bulk", "ecr-images-pulled-in-bulk"),
    ("images-replicated-to-another-account", "ecr-images-replicated-externally"),
    ("ingress-from-foreign-account", "ingress-from-external-account"),
    ("key-changed", "kms-key-changed"),
    ("key-granted-to-another-account", "kms-key-granted-externally"),
    ("key-hardware-removed", "cloudhsm-removed"),
    ("key-lockout-check-bypassed", "policy-lockout-check-bypassed"),
    ("key-loss-attempted", "kms-key-loss-attempted"),
    ("key-made-unusable", "kms-key-unusable"),
    ("key-material-imported", "kms-key-material-imported"),
    ("key-policy-cross-account", "kms-key-policy-external"),
    ("key-policy-public", "kms-key-policy-public"),
    ("keys-made-unusable-in-bulk", "kms-keys-unusable-in-bulk"),
    ("landing-zone-removed", "control-tower-landing-zone-removed"),
    ("layer-made-public", "function-layer-public"),
    ("layer-opened-to-account", "function-layer-shared-externally"),
    ("leaving-the-organization", "organization-left"),
    ("lightsail-bucket-made-public", "lightsail-bucket-public"),
    ("load-balancer-redirects-elsewhere", "load-balancer-redirects-externally"),
    ("logs-sent-to-another-account", "logs-sent-externally"),
    ("machine-export-attempted", "instance-export-attempted"),
    ("machine-exported", "instance-exported"),
    ("machine-image-removed", "image-deregistered"),
    ("machine-images-removed-in-bulk", "images-deregistered-in-bulk"),
    ("mail-complaints-silenced", "ses-complaints-silenced"),
    ("mail-identity-added", "ses-identity-added"),
    ("mail-identity-removed", "ses-identity-removed"),
    ("mail-identity-shared", "ses-identity-shared"),
    ("mail-receipt-rule-changed", "ses-receipt-rule-changed"),
    ("mail-sending-disabled", "ses-sending-disabled"),
    ("mail-sending-enabled", "ses-sending-enabled"),
    ("mail-service-probed", "ses-probed"),
    ("mail-service-read", "ses-read"),
    ("mailbox-exported", "workmail-mailbox-exported"),
    ("mailbox-opened-to-another", "workmail-mailbox-shared"),
    ("ml-resources-changed", "sagemaker-changed"),
    ("monitoring-removed", "cloudwatch-monitoring-removed"),
    ("network-peered-with-foreign-account", "vpc-peered-with-external-account"),
    ("notebook-start-script-changed", "sagemaker-notebook-script-changed"),
    ("notebook-url-handed-out", "sagemaker-notebook-url-issued"),
    ("notebook-with-direct-internet", "sagemaker-notebook-with-direct-internet"),
    ("objects-copied-to-another-account", "objects-copied-externally"),
    ("objects-read-by-another-account", "objects-read-externally"),
    ("organisation-defence-detached", "organization-defense-detached"),
    ("parameter-changed", "ssm-parameter-changed"),
    ("parameters-decrypted", "ssm-parameters-decrypted"),
    ("parameters-decrypted-in-bulk", "ssm-parameters-decrypted-in-bulk"),
    ("phone-number-acquired", "sms-sender-acquired"),
    ("pipeline-changed", "codepipeline-changed"),
    ("pod-role-assigned", "eks-pod-role-assigned"),
    ("private-api-made-public", "api-public"),
    ("private-authority-changed", "private-ca-changed"),
    ("private-certificate-issued", "private-ca-certificate-issued"),
    ("privileged-job-registered", "batch-privileged-job-registered"),
    ("privileged-task-registered", "ecs-privileged-task-registered"),
    ("product-portfolio-shared", "service-catalog-portfolio-shared"),
    ("public-access-block-loosened", "bucket-public-access-block-loosened"),
    ("public-access-block-removed", "bucket-public-access-block-removed"),
    ("public-copies-unblocked", "image-or-snapshot-public-access-unblocked"),
    ("public-database", "database-public"),
    ("public-image-repository-created", "ecr-public-repository-created"),
    ("public-load-balancer-created", "load-balancer-public"),
    ("query-results-redirected", "athena-results-redirected"),
    ("queue-emptied", "sqs-queue-purged"),
    ("queue-or-topic-changed", "sqs-or-sns-changed"),
    ("recovery-point-deleted", "backup-recovery-point-deleted"),
    ("recovery-points-deleted-in-bulk", "backup-recovery-points-deleted-in-bulk"),
    ("registry-login-by-hand", "ecr-login-by-hand"),
    ("registry-mirrors-another", "ecr-pull-through-cache-changed"),
    ("registry-scanning-weakened", "ecr-registry-scanning-weakened"),
    ("repository-force-deleted", "ecr-repository-force-deleted"),
    ("repository-made-public", "repository-public"),
    ("repository-opened-to-account", "repository-shared-externally"),
    ("resource-made-public", "resource-public"),
    ("resource-policy-cross-account", "resource-policy-external"),
    ("resource-shared-outside", "resource-shared-externally"),
    ("role-assumed-from-another-account", "role-assumed-externally"),
    ("role-of-another-account-assumed", "external-role-assumed"),
    ("role-open-to-another-account", "role-trusts-external-account"),
    ("role-open-to-everyone", "role-trust-public"),
    ("role-open-to-federation", "role-trusts-federation"),
    ("role-open-with-external-id", "role-trusts-external-account-with-id"),
    ("roles-collected", "roles-assumed-in-bulk"),
    ("roles-tried", "roles-assume-refused"),
    ("root-access-centralised", "root-access-centralized"),
    ("search-collection-public", "opensearch-collection-public"),
    ("search-domain-weakened", "opensearch-domain-weakened"),
    ("secret-policy-cross-account", "secret-policy-external"),
    ("service-network-opened", "vpc-lattice-service-unauthenticated"),
    ("shared-snapshot-used", "snapshot-used-externally"),
    ("snapshot-shared-publicly", "snapshot-public"),
    ("snapshot-shared-with-account", "snapshot-shared-externally"),
    ("software-inventory-collected", "ssm-inventory-collected"),
    ("software-inventory-read", "ssm-inventory-read"),
    ("ssm-document-made-public", "ssm-document-public"),
    ("sso-mfa-switched-off", "sso-mfa-disabled"),
    ("stacks-deployed-to-organisation", "stacks-deployed-to-organization"),
    ("subscription-removed", "sns-subscription-removed"),
    ("table-exported", "dynamodb-table-exported"),
    ("table-exported-to-another-account", "dynamodb-table-exported-externally"),
    ("table-read-in-bulk", "dynamodb-table-read-in-bulk"),
    ("task-queries-credential-endpoint", "ecs-task-reads-credential-endpoint"),
    ("topic-changed", "sns-topic-changed"),
    ("topic-deleted", "sns-topic-deleted"),
    ("topic-subscribed-by-another-account", "sns-topic-subscribed-externally"),
    ("topic-subscribed-from-outside", "sns-topic-subscribed-outside-aws"),
    ("trail-left-organisation", "trail-left-organization"),
    ("transfer-out-set-up", "data-transfer-set-up"),
    ("user-pool-mfa-switched-off", "cognito-user-pool-mfa-disabled"),
    ("warehouse-credentials-issued", "redshift-credentials-issued"),
    ("warehouse-user-auto-created", "redshift-user-auto-created"),
    ("workflow-console-made-public", "mwaa-web-server-public"),
];

/// What the detector of this id is called now: the id itself, where it never had another or nobody has it.
#[must_use]
pub fn current(id: &str) -> &str {
    RENAMED.iter().find(|(former, _)| *former == id).map_or(id, |(_, now)| now)
}

/// The ids that the detector had before, the oldest first.
pub fn former(id: &str) -> impl Iterator<Item = &'static str> + '_ {
    RENAMED.iter().filter(move |(_, now)| *now == id).map(|(former, _)| *former)
}

/// The first id that the detector had.
///
/// INVARIANT: what is recorded about one thing is found again by a key that never changes, whatever a detector
/// is called by then. Keys are made of this id.
#[must_use]
pub fn first(id: &str) -> &str {
    former(id).next().unwrap_or(id)
}

/// Every detector that was renamed: what it was called, and what it is called now.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    RENAMED.iter().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::all_metas;

    #[test]
    fn a_former_id_leads_to_a_detector_and_is_nobodys_now() {
        let ids: BTreeSet<_> = all_metas().map(|meta| meta.id).collect();
        let former: BTreeSet<_> = all().map(|(former, _)| former).collect();
        assert_eq!(former.len(), all().count(), "an id stands here twice");
        for (former, now) in all() {
            assert!(ids.contains(now), "`{former}` leads to `{now}`, which nobody has");
            assert!(!ids.contains(former), "`{former}` was given to another detector");
        }
    }

    #[test]
    fn a_name_is_found_from_both_sides() {
        assert_eq!(current("queue-emptied"), "sqs-queue-purged");
        assert_eq!(current("sqs-queue-purged"), "sqs-queue-purged");
        assert_eq!(current("a-rule-of-somebody"), "a-rule-of-somebody");
        assert_eq!(former("sqs-queue-purged").collect::<Vec<_>>(), ["queue-emptied"]);
        assert_eq!((first("sqs-queue-purged"), first("trail-stopped")), ("queue-emptied", "trail-stopped"));
    }
}
