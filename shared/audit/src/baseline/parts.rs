//! What is kept of which type of resource.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::index::Index;
use crate::resource::Resource;
use crate::view::{View, text};

/// The parts of a resource by their paths in the inventory. `null` is "there is none"; a part that AWS did not tell is
/// not there.
pub type State = BTreeMap<String, Value>;

/// Which resource a state is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Whose {
    /// Twelve digits.
    pub account: String,
    /// The region, or `aws-global`.
    pub region: String,
    /// The service, as the inventory names it.
    pub service: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its ARN.
    pub arn: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A resource with what is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub whose: Whose,
    /// How it is.
    pub state: State,
}

/// The name under which a VPC keeps the flow logs that record it.
const FLOW_LOGS: &str = "FlowLogs";

/// What is kept of a flow log.
const FLOW_LOG: &str = "FlowLogId|ResourceId|TrafficType|LogDestinationType|LogDestination|LogGroupName|LogFormat|MaxAggregationInterval|DeliverLogsPermissionArn";

/// Service, type, and paths: `Operation.Name.Name`, where `Name[]` is each element of a list, and `A|B` these members alone.
/// Times and counts are left out: what changes by itself is no change.
#[rustfmt::skip]
static PARTS: &[(&str, &str, &[&str])] = &[
    ("cloudfront", "distribution", &["GetDistributionConfig.DistributionConfig.Logging", "GetDistributionConfig.DistributionConfig.WebACLId", "GetDistributionConfig.DistributionConfig.Origins"]),
    ("cloudtrail", "trail", &["DescribeTrails.S3BucketName|S3KeyPrefix|SnsTopicARN|IncludeGlobalServiceEvents|IsMultiRegionTrail|IsOrganizationTrail|LogFileValidationEnabled|CloudWatchLogsLogGroupArn|CloudWatchLogsRoleArn|KmsKeyId", "GetTrailStatus.IsLogging", "GetEventSelectors.EventSelectors|AdvancedEventSelectors"]),
    ("config", "account", &["DescribeConfigurationRecorders.ConfigurationRecorders", "DescribeConfigurationRecorderStatus.ConfigurationRecordersStatus[].name|recording", "DescribeDeliveryChannels.DeliveryChannels"]),
    ("dynamodb", "table", &["GetResourcePolicy.Policy", "DescribeTable.Table.DeletionProtectionEnabled"]),
    ("ec2", "account", &["GetEbsEncryptionByDefault", "GetSnapshotBlockPublicAccessState.State", "GetImageBlockPublicAccessState.ImageBlockPublicAccessState", "GetSerialConsoleAccessStatus.SerialConsoleAccessEnabled", "GetInstanceMetadataDefaults.AccountLevel.HttpTokens"]),
    ("ec2", "image", &["DescribeImages.Public"]),
    ("ec2", "instance", &["DescribeInstances.MetadataOptions.HttpTokens|HttpEndpoint|HttpPutResponseHopLimit", "DescribeInstances.IamInstanceProfile.Arn", "DescribeInstances.SecurityGroups"]),
    ("ec2", "network-acl", &["DescribeNetworkAcls.Entries"]),
    ("ec2", "security-group", &["DescribeSecurityGroups.IpPermissions", "DescribeSecurityGroups.IpPermissionsEgress"]),
    ("ec2", "snapshot", &["DescribeSnapshotAttribute.CreateVolumePermissions"]),
    ("ec2", "transit-gateway", &["DescribeTransitGateways.Options.AutoAcceptSharedAttachments"]),
    ("ecr", "repository", &["GetRepositoryPolicy.policyText", "DescribeRepositories.imageTagMutability", "DescribeRepositories.imageScanningConfiguration"]),
    ("efs", "file-system", &["DescribeFileSystemPolicy.Policy", "DescribeBackupPolicy.BackupPolicy.Status"]),
    ("eks", "cluster", &["DescribeCluster.cluster.resourcesVpcConfig.endpointPublicAccess|endpointPrivateAccess|publicAccessCidrs", "DescribeCluster.cluster.logging.clusterLogging"]),
    ("events", "event-bus", &["DescribeEventBus.Policy"]),
    ("guardduty", "detector", &["GetDetector.Status", "GetDetector.Features[].Name|Status"]),
    ("iam", "account", &["GetAccountPasswordPolicy.PasswordPolicy"]),
    ("iam", "group", &["GetAccountAuthorizationDetails.GroupPolicyList", "GetAccountAuthorizationDetails.AttachedManagedPolicies"]),
    ("iam", "policy", &["GetAccountAuthorizationDetails.DefaultVersionId", "GetAccountAuthorizationDetails.PolicyVersionList[].VersionId|Document"]),
    ("iam", "role", &["GetAccountAuthorizationDetails.AssumeRolePolicyDocument", "GetAccountAuthorizationDetails.RolePolicyList", "GetAccountAuthorizationDetails.AttachedManagedPolicies", "GetAccountAuthorizationDetails.PermissionsBoundary"]),
    ("iam", "user", &["GetAccountAuthorizationDetails.UserPolicyList", "GetAccountAuthorizationDetails.AttachedManagedPolicies", "GetAccountAuthorizationDetails.PermissionsBoundary", "GetAccountAuthorizationDetails.GroupList", "ListAccessKeys.AccessKeyMetadata[].AccessKeyId|Status"]),
    ("kms", "key", &["GetKeyPolicy.Policy", "GetKeyRotationStatus.KeyRotationEnabled", "DescribeKey.KeyMetadata.KeyState"]),
    ("lambda", "function", &["GetPolicy.Policy", "ListFunctionUrlConfigs.FunctionUrlConfigs[].FunctionArn|AuthType|Cors", "ListFunctions.Role"]),
    ("lambda", "layer", &["GetLayerVersionPolicy.Policy"]),
    ("logs", "log-group", &["DescribeLogGroups.retentionInDays", "DescribeLogGroups.kmsKeyId"]),
    ("opensearch", "domain", &["DescribeDomain.DomainStatus.AccessPolicies", "DescribeDomain.DomainStatus.VPCOptions.SubnetIds|SecurityGroupIds", "DescribeDomain.DomainStatus.DomainEndpointOptions", "DescribeDomain.DomainStatus.AdvancedSecurityOptions.Enabled|InternalUserDatabaseEnabled"]),
    ("rds", "db-cluster", &["DescribeDBClusters.DeletionProtection", "DescribeDBClusters.BackupRetentionPeriod", "DescribeDBClusters.VpcSecurityGroups[].VpcSecurityGroupId"]),
    ("rds", "db-cluster-snapshot", &["DescribeDBClusterSnapshotAttributes.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes"]),
    ("rds", "db-instance", &["DescribeDBInstances.PubliclyAccessible", "DescribeDBInstances.DeletionProtection", "DescribeDBInstances.BackupRetentionPeriod", "DescribeDBInstances.VpcSecurityGroups[].VpcSecurityGroupId"]),
    ("rds", "db-snapshot", &["DescribeDBSnapshotAttributes.DBSnapshotAttributesResult.DBSnapshotAttributes"]),
    ("redshift", "cluster", &["DescribeClusters.PubliclyAccessible", "DescribeClusters.AutomatedSnapshotRetentionPeriod", "DescribeLoggingStatus.LoggingEnabled"]),
    ("s3", "access-point", &["GetAccessPointPolicy.Policy", "GetAccessPoint.PublicAccessBlockConfiguration"]),
    ("s3", "account", &["GetPublicAccessBlock.PublicAccessBlockConfiguration"]),
    ("s3", "bucket", &["GetPublicAccessBlock.PublicAccessBlockConfiguration", "GetBucketPolicy.Policy", "GetBucketAcl.Grants", "GetBucketVersioning.Status", "GetBucketReplication.ReplicationConfiguration", "GetBucketLifecycleConfiguration.Rules", "GetBucketEncryption.ServerSideEncryptionConfiguration", "GetBucketLogging.LoggingEnabled", "GetBucketOwnershipControls.OwnershipControls", "GetBucketWebsite", "GetObjectLockConfiguration.ObjectLockConfiguration"]),
    ("secretsmanager", "secret", &["GetResourcePolicy.ResourcePolicy", "ListSecrets.RotationEnabled"]),
    ("sns", "topic", &["GetTopicAttributes.Attributes.Policy", "GetTopicAttributes.Attributes.KmsMasterKeyId"]),
    ("sqs", "queue", &["GetQueueAttributes.Attributes.Policy", "GetQueueAttributes.Attributes.KmsMasterKeyId"]),
    ("ssm", "document", &["DescribeDocumentPermission.AccountIds"]),
];

/// What is kept of a resource; `None` where its type is not kept, or AWS told nothing of it.
#[must_use]
pub fn seen(resource: &Resource) -> Option<Seen> {
    let (.., paths) = PARTS.iter().find(|(service, kind, _)| resource.is(service, kind))?;
    let mut state = State::new();
    for path in *paths {
        let (operation, rest) = path.split_once('.').unwrap_or((path, ""));
        let Some(fact) = resource.facts.get(operation) else { continue };
        if fact.get("error").is_some_and(|error| error.get("code").is_some()) {
            continue;
        }
        state.insert((*path).to_owned(), picked(fact, rest));
    }
    (!state.is_empty()).then(|| Seen { whose: whose(resource), state })
}

/// What is kept of resources that several others tell: a VPC's flow logs. Nothing of regions where some were not listed.
#[must_use]
pub fn seen_together(index: &Index) -> Vec<Seen> {
    let mut all = Vec::new();
    for vpc in index.views("ec2", "vpc") {
        if index.listed(&[("ec2", "flow-log"), ("ec2", "subnet")], vpc.resource).is_err() {
            continue;
        }
        let of_it = |view: &View<'_>| text(view.resource.facts.get("DescribeSubnets")?, "VpcId").map(str::to_owned);
        let mut recorded = vec![vpc.resource.id.clone()];
        let subnets = index.near("ec2", "subnet", vpc.resource);
        recorded.extend(
            subnets
                .filter(|subnet| of_it(subnet).as_deref() == Some(vpc.resource.id.as_str()))
                .map(|subnet| subnet.resource.id.clone()),
        );
        let logs = index.near("ec2", "flow-log", vpc.resource).filter_map(|log| {
            let fact = log.resource.facts.get("DescribeFlowLogs")?;
            let of = text(fact, "ResourceId")?;
            recorded.iter().any(|id| id == of).then(|| picked(fact, FLOW_LOG))
        });
        let state = State::from([(FLOW_LOGS.to_owned(), Value::Array(logs.collect()))]);
        all.push(Seen { whose: whose(vpc.resource), state });
    }
    all
}

fn whose(resource: &Resource) -> Whose {
    Whose {
        account: resource.account.clone(),
        region: resource.region.clone(),
        service: resource.service.clone(),
        kind: resource.kind.clone(),
        arn: resource.arn.clone(),
        id: resource.id.clone(),
        name: resource.name.clone(),
    }
}

/// What stands at a path; `null` where nothing does.
fn picked(value: &Value, path: &str) -> Value {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    if let Some((list, members)) = path.split_once("[].").filter(|(list, _)| !list.contains('.')) {
        let items = value.get(list).and_then(Value::as_array);
        return items.map_or(Value::Null, |items| items.iter().map(|item| picked(item, members)).collect());
    }
    if first.is_empty() {
        return value.clone();
    }
    if first.contains('|') {
        let members = first.split('|').filter_map(|name| Some((name.to_owned(), value.get(name)?.clone())));
        return Value::Object(members.filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>());
    }
    value.get(first).map_or(Value::Null, |found| picked(found, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::shapes::shape_of;

    fn resource(service: &str, kind: &str, id: &str, facts: &Value) -> Resource {
        Resource {
            version: 1,
            service: service.to_owned(),
            kind: kind.to_owned(),
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            arn: format!("arn:aws:{service}:eu-west-1:111122223333:{kind}/{id}"),
            id: id.to_owned(),
            name: id.to_owned(),
            tags: BTreeMap::new(),
            facts: facts.as_object().unwrap().clone(),
        }
    }

    #[test]
    fn every_part_is_of_an_operation_that_is_collected() {
        for (service, kind, paths) in PARTS {
            let shape = shape_of(service, kind).unwrap_or_else(|| panic!("{service} {kind}"));
            for path in *paths {
                let operation = path.split('.').next().unwrap();
                assert!(shape.reads.contains(&operation), "{service} {kind}: {operation}");
            }
        }
    }

    #[test]
    fn a_part_is_what_stands_there_none_or_unknown() {
        let bucket = resource(
            "s3",
            "bucket",
            "mine",
            &json!({
                "GetBucketVersioning": {"Status": "Enabled", "MFADelete": "Disabled"},
                "GetBucketPolicy": null,
                "GetBucketReplication": {"error": {"code": "AccessDenied", "message": "no"}},
            }),
        );
        let state = seen(&bucket).unwrap().state;
        assert_eq!(state["GetBucketVersioning.Status"], "Enabled");
        assert_eq!(state["GetBucketPolicy.Policy"], Value::Null);
        assert!(!state.contains_key("GetBucketReplication.ReplicationConfiguration"), "AWS did not tell");
        assert!(seen(&resource("kafka", "cluster", "x", &json!({"ListClustersV2": {}}))).is_none());
    }

    #[test]
    fn members_are_picked_of_objects_and_of_each_element() {
        let status = json!({"Status": [{"name": "default", "recording": true, "lastStartTime": 5}]});
        assert_eq!(picked(&status, "Status[].name|recording"), json!([{"name": "default", "recording": true}]));
        assert_eq!(picked(&json!({"A": {"B": 1, "C": null, "D": 2}}), "A.B|C"), json!({"B": 1}));
        assert_eq!(picked(&json!({"A": [{"B": 1}, {"B": 2}]}), "A[].B"), json!([1, 2]));
        assert_eq!(picked(&json!({}), "A[].B"), Value::Null);
        assert_eq!(picked(&json!(5), ""), json!(5));
    }

    #[test]
    fn a_vpc_keeps_the_flow_logs_of_itself_and_of_its_subnets() {
        let mut index = Index::new("2026-11-27T12:00:00Z".parse().unwrap());
        index.add(resource("ec2", "vpc", "vpc-1", &json!({"DescribeVpcs": {}})));
        assert!(seen_together(&index).is_empty(), "whether there are logs is not known");
        let counts =
            json!({"DescribeFlowLogs": {"count": 3}, "DescribeSubnets": {"count": 1}, "DescribeVpcs": {"count": 1}});
        index.add(resource("ec2", "account", "111122223333", &counts));
        index.add(resource("ec2", "subnet", "subnet-1", &json!({"DescribeSubnets": {"VpcId": "vpc-1"}})));
        for (id, of) in [("fl-1", "vpc-1"), ("fl-2", "subnet-1"), ("fl-3", "vpc-2")] {
            let log = json!({"FlowLogId": id, "ResourceId": of, "TrafficType": "ALL", "CreationTime": "now"});
            index.add(resource("ec2", "flow-log", id, &json!({"DescribeFlowLogs": log})));
        }
        let kept = seen_together(&index).remove(0).state.remove(FLOW_LOGS).unwrap();
        assert_eq!(
            kept,
            json!([
                {"FlowLogId": "fl-1", "ResourceId": "vpc-1", "TrafficType": "ALL"},
                {"FlowLogId": "fl-2", "ResourceId": "subnet-1", "TrafficType": "ALL"},
            ])
        );
    }
}
