//! The calls that change or delete what the account audit checks, and the type of resource of each of them.
//!
//! A call that is not here is seen when the whole account is checked again.

use crate::detect::EventName;

/// A type of resource that a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The call.
    pub call: EventName,
    /// The service of the inventory.
    pub service: &'static str,
    /// The type of the inventory.
    pub kind: &'static str,
}

/// Writes the lists of one table: event source, service, and calls by type, those that delete behind `gone`.
macro_rules! changes {
    ($($source:literal $service:literal { $($kind:literal: $($name:literal)+ $(, gone $($gone:literal)+)?;)+ })+) => {
        /// The calls.
        pub static TRIGGERS: &[EventName] = &[$($(
            $(EventName { source: $source, name: $name },)+
            $($(EventName { source: $source, name: $gone },)+)?
        )+)+];

        /// The calls that delete a resource, with its type.
        pub static DELETIONS: &[Changed] = &[$($($($(
            Changed { call: EventName { source: $source, name: $gone }, service: $service, kind: $kind },
        )+)?)+)+];

        /// The calls, with what they change.
        pub static CHANGES: &[Changed] = &[$($($(
            Changed { call: EventName { source: $source, name: $name }, service: $service, kind: $kind },
        )+)+)+];
    };
}

/// What a call changes; `None` where no check looks at it.
#[must_use]
pub fn changed_by(source: &str, name: &str) -> Option<Changed> {
    CHANGES.iter().copied().find(|changed| changed.call.source == source && changed.call.name == name)
}

/// What a call deletes; `None` where nothing is kept of such a resource.
#[must_use]
pub fn deleted_by(source: &str, name: &str) -> Option<Changed> {
    DELETIONS.iter().copied().find(|deleted| deleted.call.source == source && deleted.call.name == name)
}

changes! {
    "ec2.amazonaws.com" "ec2" {
        "security-group": "AuthorizeSecurityGroupIngress" "AuthorizeSecurityGroupEgress"
            "RevokeSecurityGroupIngress" "RevokeSecurityGroupEgress" "ModifySecurityGroupRules"
            "CreateSecurityGroup", gone "DeleteSecurityGroup";
        "network-acl": "CreateNetworkAcl" "CreateNetworkAclEntry" "ReplaceNetworkAclEntry" "DeleteNetworkAclEntry", gone "DeleteNetworkAcl";
        "snapshot": "CreateSnapshot" "CopySnapshot" "ModifySnapshotAttribute" "ResetSnapshotAttribute", gone "DeleteSnapshot";
        "image": "CreateImage" "RegisterImage" "CopyImage" "ModifyImageAttribute" "ResetImageAttribute", gone "DeregisterImage";
        "instance": "RunInstances" "ModifyInstanceMetadataOptions" "ModifyInstanceAttribute", gone "TerminateInstances";
        "volume": "CreateVolume";
        "vpc": "CreateVpc" "CreateFlowLogs" "DeleteFlowLogs", gone "DeleteVpc";
        "subnet": "CreateSubnet" "ModifySubnetAttribute";
        "launch-template": "CreateLaunchTemplate" "CreateLaunchTemplateVersion" "ModifyLaunchTemplate";
        "transit-gateway": "CreateTransitGateway" "ModifyTransitGateway", gone "DeleteTransitGateway";
        "vpc-endpoint": "CreateVpcEndpoint" "ModifyVpcEndpoint";
        "vpc-endpoint-service": "CreateVpcEndpointServiceConfiguration" "ModifyVpcEndpointServiceConfiguration"
            "ModifyVpcEndpointServicePermissions";
        "account": "DisableEbsEncryptionByDefault" "EnableEbsEncryptionByDefault" "EnableSerialConsoleAccess"
            "DisableSerialConsoleAccess" "DisableSnapshotBlockPublicAccess" "EnableSnapshotBlockPublicAccess"
            "DisableImageBlockPublicAccess" "EnableImageBlockPublicAccess" "ModifyInstanceMetadataDefaults";
    }
    "s3.amazonaws.com" "s3" {
        "bucket": "CreateBucket" "PutBucketPolicy" "DeleteBucketPolicy" "PutBucketAcl" "PutBucketPublicAccessBlock"
            "DeleteBucketPublicAccessBlock" "PutBucketVersioning" "PutBucketEncryption" "DeleteBucketEncryption"
            "PutBucketLogging" "PutBucketOwnershipControls" "DeleteBucketOwnershipControls" "PutBucketReplication"
            "DeleteBucketReplication" "PutBucketLifecycle" "DeleteBucketLifecycle" "PutBucketWebsite", gone "DeleteBucket";
        "account": "PutAccountPublicAccessBlock" "DeleteAccountPublicAccessBlock";
        "access-point": "CreateAccessPoint" "PutAccessPointPolicy", gone "DeleteAccessPoint";
    }
    "iam.amazonaws.com" "iam" {
        "user": "CreateUser" "AttachUserPolicy" "DetachUserPolicy" "PutUserPolicy" "DeleteUserPolicy"
            "CreateAccessKey" "UpdateAccessKey" "DeleteAccessKey" "CreateLoginProfile" "UpdateLoginProfile"
            "AddUserToGroup" "RemoveUserFromGroup" "DeactivateMFADevice" "EnableMFADevice"
            "PutUserPermissionsBoundary" "DeleteUserPermissionsBoundary", gone "DeleteUser";
        "role": "CreateRole" "UpdateAssumeRolePolicy" "AttachRolePolicy" "DetachRolePolicy" "PutRolePolicy"
            "DeleteRolePolicy" "PutRolePermissionsBoundary" "DeleteRolePermissionsBoundary", gone "DeleteRole";
        "group": "PutGroupPolicy" "DeleteGroupPolicy" "AttachGroupPolicy" "DetachGroupPolicy", gone "DeleteGroup";
        "policy": "CreatePolicy" "CreatePolicyVersion" "SetDefaultPolicyVersion", gone "DeletePolicy";
        "account": "UpdateAccountPasswordPolicy" "DeleteAccountPasswordPolicy";
    }
    "lambda.amazonaws.com" "lambda" {
        "function": "CreateFunction20150331" "AddPermission20150331v2" "RemovePermission20150331v2"
            "PutResourcePolicy" "CreateFunctionUrlConfig" "UpdateFunctionUrlConfig"
            "UpdateFunctionConfiguration20150331v2" "PutFunctionConcurrency20171031", gone "DeleteFunction20150331";
        "layer": "AddLayerVersionPermission20181031";
    }
    "rds.amazonaws.com" "rds" {
        "db-instance": "CreateDBInstance" "ModifyDBInstance" "RestoreDBInstanceFromDBSnapshot", gone "DeleteDBInstance";
        "db-cluster": "CreateDBCluster" "ModifyDBCluster", gone "DeleteDBCluster";
        "db-snapshot": "CreateDBSnapshot" "ModifyDBSnapshotAttribute", gone "DeleteDBSnapshot";
        "db-cluster-snapshot": "CreateDBClusterSnapshot" "ModifyDBClusterSnapshotAttribute", gone "DeleteDBClusterSnapshot";
    }
    "kms.amazonaws.com" "kms" {
        "key": "CreateKey" "PutKeyPolicy" "ScheduleKeyDeletion" "CancelKeyDeletion" "DisableKeyRotation"
            "EnableKeyRotation" "DisableKey";
    }
    "sqs.amazonaws.com" "sqs" {
        "queue": "CreateQueue" "SetQueueAttributes" "AddPermission" "RemovePermission", gone "DeleteQueue";
    }
    "sns.amazonaws.com" "sns" {
        "topic": "CreateTopic" "SetTopicAttributes", gone "DeleteTopic";
    }
    "secretsmanager.amazonaws.com" "secretsmanager" {
        "secret": "CreateSecret" "PutResourcePolicy" "DeleteResourcePolicy" "RotateSecret" "CancelRotateSecret";
    }
    "dynamodb.amazonaws.com" "dynamodb" {
        "table": "CreateTable" "UpdateTable" "UpdateContinuousBackups" "PutResourcePolicy", gone "DeleteTable";
    }
    "ecr.amazonaws.com" "ecr" {
        "repository": "CreateRepository" "SetRepositoryPolicy" "PutImageScanningConfiguration"
            "PutImageTagMutability", gone "DeleteRepository";
    }
    "cloudtrail.amazonaws.com" "cloudtrail" {
        "trail": "CreateTrail" "UpdateTrail" "StopLogging" "StartLogging" "PutEventSelectors", gone "DeleteTrail";
    }
    "eks.amazonaws.com" "eks" {
        "cluster": "CreateCluster" "UpdateClusterConfig", gone "DeleteCluster";
    }
    "es.amazonaws.com" "opensearch" {
        "domain": "CreateDomain" "UpdateDomainConfig", gone "DeleteDomain";
    }
    "elasticfilesystem.amazonaws.com" "efs" {
        "file-system": "CreateFileSystem" "PutFileSystemPolicy" "DeleteFileSystemPolicy" "PutBackupPolicy", gone "DeleteFileSystem";
    }
    "elasticloadbalancing.amazonaws.com" "elbv2" {
        "load-balancer": "CreateLoadBalancer" "CreateListener" "ModifyListener" "ModifyLoadBalancerAttributes";
    }
    "redshift.amazonaws.com" "redshift" {
        "cluster": "CreateCluster" "ModifyCluster" "DisableLogging" "EnableLogging", gone "DeleteCluster";
    }
    "cloudfront.amazonaws.com" "cloudfront" {
        "distribution": "CreateDistribution" "UpdateDistribution", gone "DeleteDistribution";
    }
    "ssm.amazonaws.com" "ssm" {
        "document": "ModifyDocumentPermission", gone "DeleteDocument";
    }
    "logs.amazonaws.com" "logs" {
        "log-group": "CreateLogGroup" "PutRetentionPolicy" "DeleteRetentionPolicy", gone "DeleteLogGroup";
        "resource-policy": "PutResourcePolicy";
    }
    "events.amazonaws.com" "events" {
        "event-bus": "CreateEventBus" "PutPermission", gone "DeleteEventBus";
    }
    "config.amazonaws.com" "config" {
        "account": "StopConfigurationRecorder" "StartConfigurationRecorder" "DeleteConfigurationRecorder"
            "PutConfigurationRecorder";
    }
    "guardduty.amazonaws.com" "guardduty" {
        "detector": "UpdateDetector";
        "account": "DeleteDetector" "CreateDetector";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_changes_one_type() {
        for (index, one) in CHANGES.iter().enumerate() {
            let twice = CHANGES.iter().skip(index + 1).find(|other| other.call == one.call);
            assert_eq!(twice, None, "{one:?}");
            assert!(!one.call.is_read(), "{one:?} is not delivered");
        }
        let group = changed_by("ec2.amazonaws.com", "AuthorizeSecurityGroupIngress").unwrap();
        assert_eq!((group.service, group.kind), ("ec2", "security-group"));
        assert_eq!(changed_by("ec2.amazonaws.com", "DescribeVpcs"), None);
    }
}
