//! Which calls that turn a resource bad some detector reads: it responds, and nobody is told twice.
//!
//! A check names its detectors. What each of them reads of the calls that lead to a look stands here, once, so that the
//! function carries no detectors. A test holds it to the catalog.

use riposte_audit::check_of;

/// The detectors of checks from the severity on that is alerted, with the calls that they read.
static READ: &[(&str, &[&str])] = &[
    ("access-point-without-public-access-block", &["CreateAccessPoint"]),
    ("admin-inline-policy", &["PutGroupPolicy", "PutRolePolicy", "PutUserPolicy"]),
    ("admin-policy-attached", &["AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy"]),
    ("admin-policy-created", &["CreatePolicy"]),
    ("admin-policy-version", &["CreatePolicyVersion", "SetDefaultPolicyVersion"]),
    ("bucket-acl-public", &["CreateBucket", "PutBucketAcl"]),
    ("bucket-policy-external", &["PutAccessPointPolicy", "PutBucketPolicy"]),
    ("bucket-policy-public", &["PutAccessPointPolicy", "PutBucketPolicy"]),
    ("bucket-public-access-block-loosened", &["PutBucketPublicAccessBlock"]),
    ("bucket-public-access-block-removed", &["DeleteBucketPublicAccessBlock"]),
    (
        "database-public",
        &[
            "CreateCluster",
            "CreateDBCluster",
            "CreateDBInstance",
            "ModifyCluster",
            "ModifyDBInstance",
            "RestoreDBInstanceFromDBSnapshot",
        ],
    ),
    ("efs-policy-deleted", &["DeleteFileSystemPolicy"]),
    ("eks-endpoint-public", &["UpdateClusterConfig"]),
    (
        "escalation-by-any-role",
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
        "escalation-by-policy",
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
    ("function-layer-public", &["AddLayerVersionPermission20181031"]),
    ("function-public", &["AddPermission20150331v2"]),
    ("function-role-changed", &["UpdateFunctionConfiguration20150331v2"]),
    ("function-url-unauthenticated", &["CreateFunctionUrlConfig", "UpdateFunctionUrlConfig"]),
    ("guardduty-disabled", &["DeleteDetector", "UpdateDetector"]),
    ("guardduty-weakened", &["UpdateDetector"]),
    (
        "image-or-snapshot-public-access-unblocked",
        &["DisableImageBlockPublicAccess", "DisableSnapshotBlockPublicAccess"],
    ),
    ("image-public", &["ModifyImageAttribute"]),
    ("imdsv1-allowed", &["ModifyInstanceMetadataDefaults", "ModifyInstanceMetadataOptions"]),
    ("kms-key-loss-attempted", &["DisableKey", "ScheduleKeyDeletion"]),
    ("kms-key-policy-public", &["CreateKey", "PutKeyPolicy"]),
    ("mfa-removed", &["DeactivateMFADevice"]),
    ("network-acl-wide-entry", &["CreateNetworkAclEntry", "ReplaceNetworkAclEntry"]),
    ("open-admin-port", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("open-all-ports", &["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"]),
    ("opensearch-domain-weakened", &["UpdateDomainConfig"]),
    ("repository-public", &["SetRepositoryPolicy"]),
    (
        "resource-policy-public",
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
    ("role-trust-public", &["CreateRole", "UpdateAssumeRolePolicy"]),
    ("role-trusts-federation", &["CreateRole", "UpdateAssumeRolePolicy"]),
    ("root-access-key-created", &["CreateAccessKey"]),
    ("root-mfa-removed", &["DeactivateMFADevice"]),
    ("rotation-disabled", &["CancelRotateSecret", "DisableKeyRotation"]),
    ("s3-account-public-access-block-loosened", &["DeleteAccountPublicAccessBlock", "PutAccountPublicAccessBlock"]),
    ("secret-policy-public", &["PutResourcePolicy"]),
    ("snapshot-public", &["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute", "ModifySnapshotAttribute"]),
    (
        "sqs-or-sns-changed",
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
    ("trail-blind-spot", &["PutEventSelectors"]),
    ("trail-destination-changed", &["UpdateTrail"]),
    ("trail-made-regional", &["UpdateTrail"]),
    ("trail-narrowed", &["PutEventSelectors"]),
    ("trail-stopped", &["StopLogging"]),
    ("transit-gateway-accepts-all", &["CreateTransitGateway", "ModifyTransitGateway"]),
    ("user-added-to-group", &["AddUserToGroup"]),
    ("volume-default-encryption-disabled", &["DisableEbsEncryptionByDefault"]),
    (
        "vpc-endpoint-service-accepts-all",
        &["CreateVpcEndpointServiceConfiguration", "ModifyVpcEndpointServiceConfiguration"],
    ),
    ("vpc-endpoint-service-public", &["ModifyVpcEndpointServicePermissions"]),
];

/// Whether a detector that sees the same become so reads the call.
pub(crate) fn by_a_detector(check: &str, call: &str) -> bool {
    let detectors = check_of(check).map_or(&[][..], |check| check.detectors);
    READ.iter().any(|(detector, calls)| detectors.contains(detector) && calls.contains(&call))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use riposte_audit::checks;
    use riposte_core::audited::CHANGES;
    use riposte_core::catalogue::all_metas;

    #[test]
    fn it_says_what_the_catalogue_says() {
        let alerted = checks().filter(|check| check.severity >= crate::ALERTED);
        let named: BTreeSet<&str> = alerted.flat_map(|check| check.detectors.iter().copied()).collect();
        let mut want: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for meta in all_metas().filter(|meta| named.contains(meta.id)) {
            let read: BTreeSet<_> = meta.events.names().iter().map(|e| (e.source, e.name)).collect();
            let calls = CHANGES.iter().map(|changed| (changed.call.source, changed.call.name));
            let calls: BTreeSet<_> = calls.filter(|call| read.contains(call)).map(|call| call.1).collect();
            if !calls.is_empty() {
                want.insert(meta.id, calls);
            }
        }
        let says: BTreeMap<&str, BTreeSet<&str>> =
            READ.iter().map(|(detector, calls)| (*detector, calls.iter().copied().collect())).collect();
        assert_eq!(says, want);
        assert_eq!(says.len(), READ.len(), "each stands there once");
        assert!(by_a_detector("ec2-security-group-ssh-open", "AuthorizeSecurityGroupIngress"));
        assert!(!by_a_detector("ec2-security-group-default-not-empty", "AuthorizeSecurityGroupIngress"));
    }
}
