//! Which calls that turn a resource bad some detector reads: it responds, and nobody is told twice.
//!
//! Written out, so that the function carries no detectors. A test holds it to the catalog.

/// Checks from the severity on that is alerted, each with the calls that its detectors read.
pub(crate) static SEEN: &[(&str, &[&str])] = &[
    (
        "autoscaling-launch-configuration-imdsv1-allowed",
        &["ModifyInstanceMetadataDefaults", "ModifyInstanceMetadataOptions"],
    ),
    ("cloudtrail-bucket-public", &["CreateBucket", "PutAccessPointPolicy", "PutBucketAcl", "PutBucketPolicy"]),
    ("cloudtrail-delivery-failing", &["PutEventSelectors", "UpdateTrail"]),
    ("cloudtrail-no-multi-region-trail", &["PutEventSelectors", "StopLogging", "UpdateTrail"]),
    ("cloudtrail-not-logging", &["StopLogging"]),
    ("cloudtrail-region-not-recorded", &["StopLogging"]),
    (
        "docdb-snapshot-public",
        &["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute", "ModifySnapshotAttribute"],
    ),
    (
        "dynamodb-table-public",
        &[
            "AddPermission",
            "CreateDomain",
            "CreateQueue",
            "CreateTable",
            "CreateTopic",
            "PutFileSystemPolicy",
            "PutPermission",
            "PutResourcePolicy",
            "SetQueueAttributes",
            "SetTopicAttributes",
            "UpdateDomainConfig",
        ],
    ),
    ("ec2-disk-encryption-not-default", &["DisableEbsEncryptionByDefault"]),
    (
        "ec2-endpoint-service-open-to-all",
        &[
            "CreateVpcEndpointServiceConfiguration",
            "ModifyVpcEndpointServiceConfiguration",
            "ModifyVpcEndpointServicePermissions",
        ],
    ),
    ("ec2-image-public", &["ModifyImageAttribute"]),
    ("ec2-instance-cifs-exposed", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-instance-imdsv1-allowed", &["ModifyInstanceMetadataDefaults", "ModifyInstanceMetadataOptions"]),
    ("ec2-instance-reachable-on-admin-port", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-instance-reachable-with-admin-role", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-launch-template-imdsv1-allowed", &["ModifyInstanceMetadataDefaults", "ModifyInstanceMetadataOptions"]),
    ("ec2-network-acl-all-ports-open", &["CreateNetworkAclEntry", "ReplaceNetworkAclEntry"]),
    ("ec2-security-group-all-ports-open", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-security-group-cifs-open", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-security-group-data-port-open", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-security-group-high-risk-port-open", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-security-group-rdp-open", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-security-group-ssh-open", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("ec2-security-group-unauthorized-port-open", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    (
        "ec2-snapshot-public",
        &["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute", "ModifySnapshotAttribute"],
    ),
    (
        "ec2-snapshot-public-sharing-allowed",
        &[
            "DisableImageBlockPublicAccess",
            "DisableSnapshotBlockPublicAccess",
            "ModifyDBClusterSnapshotAttribute",
            "ModifyDBSnapshotAttribute",
            "ModifySnapshotAttribute",
        ],
    ),
    ("ec2-transit-gateway-accepts-all", &["CreateTransitGateway", "ModifyTransitGateway"]),
    ("ecr-repository-public-policy", &["SetRepositoryPolicy"]),
    ("efs-public", &["DeleteFileSystemPolicy"]),
    ("eks-endpoint-open-to-all", &["UpdateClusterConfig"]),
    ("eks-endpoint-public", &["UpdateClusterConfig"]),
    ("guardduty-eks-audit-off", &["UpdateDetector"]),
    ("guardduty-lambda-protection-off", &["UpdateDetector"]),
    ("guardduty-malware-protection-off", &["UpdateDetector"]),
    ("guardduty-off", &["DeleteDetector", "UpdateDetector"]),
    ("guardduty-rds-protection-off", &["UpdateDetector"]),
    ("guardduty-s3-protection-off", &["UpdateDetector"]),
    ("iam-aws-admin-policy-attached", &["AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy"]),
    ("iam-group-inline-admin", &["PutGroupPolicy", "PutRolePolicy", "PutUserPolicy"]),
    ("iam-policy-admin", &["CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion"]),
    (
        "iam-policy-escalation",
        &[
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "SetDefaultPolicyVersion",
        ],
    ),
    (
        "iam-role-admin-for-service",
        &[
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
        ],
    ),
    (
        "iam-role-escalation",
        &[
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "SetDefaultPolicyVersion",
        ],
    ),
    ("iam-role-federation-without-subject", &["CreateRole", "UpdateAssumeRolePolicy"]),
    ("iam-role-inline-admin", &["PutGroupPolicy", "PutRolePolicy", "PutUserPolicy"]),
    (
        "iam-role-leads-to-admin",
        &[
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "SetDefaultPolicyVersion",
        ],
    ),
    ("iam-role-open-to-everyone", &["CreateRole", "UpdateAssumeRolePolicy"]),
    ("iam-root-access-key", &["CreateAccessKey"]),
    ("iam-root-hardware-mfa-missing", &["DeactivateMFADevice"]),
    ("iam-root-mfa-missing", &["DeactivateMFADevice"]),
    (
        "iam-user-admin",
        &[
            "AddUserToGroup",
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
        ],
    ),
    (
        "iam-user-escalation",
        &[
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "SetDefaultPolicyVersion",
        ],
    ),
    ("iam-user-inline-admin", &["PutGroupPolicy", "PutRolePolicy", "PutUserPolicy"]),
    ("iam-user-mfa-missing", &["DeactivateMFADevice"]),
    ("kms-key-pending-deletion", &["DisableKey", "ScheduleKeyDeletion"]),
    ("kms-key-public", &["CreateKey", "PutKeyPolicy"]),
    ("kms-key-rotation-off", &["CancelRotateSecret", "DisableKeyRotation"]),
    ("lambda-function-public", &["AddPermission20150331v2"]),
    (
        "lambda-function-role-admin",
        &["AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "UpdateFunctionConfiguration20150331v2"],
    ),
    ("lambda-function-url-unauthenticated", &["CreateFunctionUrlConfig", "UpdateFunctionUrlConfig"]),
    ("lambda-layer-public", &["AddLayerVersionPermission20181031"]),
    (
        "neptune-snapshot-public",
        &["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute", "ModifySnapshotAttribute"],
    ),
    ("opensearch-domain-no-fine-access", &["UpdateDomainConfig"]),
    ("opensearch-domain-public", &["UpdateDomainConfig"]),
    (
        "rds-cluster-snapshot-public",
        &["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute", "ModifySnapshotAttribute"],
    ),
    (
        "rds-instance-public",
        &[
            "CreateCluster",
            "CreateDBCluster",
            "CreateDBInstance",
            "ModifyCluster",
            "ModifyDBInstance",
            "RestoreDBInstanceFromDBSnapshot",
        ],
    ),
    (
        "rds-snapshot-public",
        &["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute", "ModifySnapshotAttribute"],
    ),
    (
        "redshift-cluster-public",
        &[
            "CreateCluster",
            "CreateDBCluster",
            "CreateDBInstance",
            "ModifyCluster",
            "ModifyDBInstance",
            "RestoreDBInstanceFromDBSnapshot",
        ],
    ),
    ("s3-access-point-public-access-not-blocked", &["CreateAccessPoint"]),
    ("s3-account-public-access-not-blocked", &["DeleteAccountPublicAccessBlock", "PutAccountPublicAccessBlock"]),
    ("s3-bucket-controlled-by-another-account", &["PutAccessPointPolicy", "PutBucketPolicy"]),
    ("s3-bucket-public-access-not-blocked", &["DeleteBucketPublicAccessBlock", "PutBucketPublicAccessBlock"]),
    (
        "s3-bucket-public-with-classified-data",
        &["CreateBucket", "PutAccessPointPolicy", "PutBucketAcl", "PutBucketPolicy"],
    ),
    ("s3-bucket-publicly-readable", &["CreateBucket", "PutAccessPointPolicy", "PutBucketAcl", "PutBucketPolicy"]),
    ("s3-bucket-publicly-writable", &["CreateBucket", "PutAccessPointPolicy", "PutBucketAcl", "PutBucketPolicy"]),
    ("secretsmanager-secret-public", &["PutResourcePolicy"]),
    (
        "sns-topic-public",
        &[
            "AddPermission",
            "CreateQueue",
            "CreateTopic",
            "RemovePermission",
            "SetQueueAttributes",
            "SetTopicAttributes",
        ],
    ),
    (
        "sqs-queue-public",
        &[
            "AddPermission",
            "CreateQueue",
            "CreateTopic",
            "RemovePermission",
            "SetQueueAttributes",
            "SetTopicAttributes",
        ],
    ),
    ("ssm-document-public", &["ModifyDocumentPermission"]),
];

/// Whether a detector that sees the same become so reads the call.
pub(crate) fn by_a_detector(check: &str, call: &str) -> bool {
    SEEN.iter().any(|(seen, calls)| *seen == check && calls.contains(&call))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use riposte_audit::checks;
    use riposte_core::audited::CHANGES;
    use riposte_core::catalogue::all_metas;

    #[test]
    fn it_says_what_the_catalogue_says() {
        for check in checks().filter(|check| check.severity >= crate::ALERTED) {
            let metas = all_metas().filter(|meta| check.detectors.contains(&meta.id));
            let read: BTreeSet<_> = metas.flat_map(|meta| meta.events.names()).map(|e| (e.source, e.name)).collect();
            let calls = CHANGES.iter().map(|changed| (changed.call.source, changed.call.name));
            let want: BTreeSet<_> = calls.filter(|call| read.contains(call)).map(|call| call.1).collect();
            let seen = SEEN.iter().find(|(id, _)| *id == check.id).map_or(&[][..], |(_, calls)| calls);
            assert_eq!(seen.iter().copied().collect::<BTreeSet<_>>(), want, "{}", check.id);
        }
        assert!(by_a_detector("ec2-security-group-ssh-open", "AuthorizeSecurityGroupIngress"));
        assert!(!by_a_detector("ec2-security-group-default-not-empty", "AuthorizeSecurityGroupIngress"));
    }
}
