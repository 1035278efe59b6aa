//! What the checks read: the one table of services, types of resources and operations, to which an inventory is
//! collected.
//!
//! A fact is named for the operation that told it. Where the operation lists resources of the type, the fact is the
//! resource's own item of that list; else it is the whole answer, in botocore's shape. Of an operation that answers
//! "there is none" the fact is `null`, and of one that failed it is `{"error": {"code", "message"}}`.
//!
//! What is true of an account, or of an account in a region, is a resource of type `account`. There is one for each
//! service that was asked, in each region where it was; beside the facts of the table it says of each operation that
//! lists resources how many there were, `{"count": 12}`, or the error. So a check that goes by what is not there can
//! tell nothing from nothing known.

/// Whether a service is asked once, or in each region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Once an account. Such resources carry the region that they lie in, or `aws-global`.
    Global,
    /// In each region.
    Regional,
}

/// A type of resource, and the operations whose answers are its facts.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The service, as botocore names it.
    pub service: &'static str,
    /// The type, a singular noun in kebab-case.
    pub kind: &'static str,
    /// Where it is asked.
    pub scope: Scope,
    /// The operation that lists the resources; `""` for an account. Where it failed, the `account` resource of the
    /// service carries its error, and what depends on the type is not assessed. Its item is a fact of the resource
    /// where the checks read it: then it stands in `reads`, too.
    pub listed_by: &'static str,
    /// The operations that are facts.
    pub reads: &'static [&'static str],
    /// What the operations' names don't say: arguments, and what is left out.
    pub note: &'static str,
}

const fn global(service: &'static str, kind: &'static str, by: &'static str, reads: &'static [&'static str]) -> Shape {
    Shape { service, kind, scope: Scope::Global, listed_by: by, reads, note: "" }
}

const fn shape(service: &'static str, kind: &'static str, by: &'static str, reads: &'static [&'static str]) -> Shape {
    Shape { service, kind, scope: Scope::Regional, listed_by: by, reads, note: "" }
}

impl Shape {
    const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }
}

/// The table, by service and type.
#[rustfmt::skip]
pub static SHAPES: &[Shape] = &[
    shape("accessanalyzer", "account", "", &["ListAnalyzers"]),
    global("account", "account", "", &["GetAlternateContact", "GetContactInformation"])
        .note("The alternate contact of type SECURITY; of the contact information, which parts are set and no values."),
    shape("acm", "certificate", "ListCertificates", &["DescribeCertificate"]),
    shape("acm-pca", "certificate-authority", "ListCertificateAuthorities", &["ListCertificateAuthorities"]),
    shape("apigateway", "stage", "GetStages", &["GetStages"])
        .note("ARN `arn:aws:apigateway:REGION::/restapis/ID/stages/NAME`. The values of stage variables are not kept."),
    shape("apigateway", "rest-api", "GetRestApis", &["GetRestApis", "GetResources", "GetAuthorizers"])
        .note("`GetResources` with `embed=methods`; the document `policy` is that of the item."),
    shape("apigatewayv2", "api", "GetApis", &["GetApis", "GetRoutes", "GetAuthorizers"]),
    shape("apigatewayv2", "stage", "GetStages", &["GetStages"])
        .note("ARN `arn:aws:apigateway:REGION::/apis/ID/stages/NAME`. The values of stage variables are not kept."),
    shape("appsync", "graphql-api", "ListGraphqlApis", &["ListGraphqlApis", "GetApiCache"]),
    shape("athena", "work-group", "ListWorkGroups", &["GetWorkGroup"]),
    shape("autoscaling", "auto-scaling-group", "DescribeAutoScalingGroups", &["DescribeAutoScalingGroups"]),
    shape("autoscaling", "launch-configuration", "DescribeLaunchConfigurations", &["DescribeLaunchConfigurations"])
        .note("`UserData` becomes what was found in it, see below."),
    shape("backup", "backup-vault", "ListBackupVaults", &["ListBackupVaults", "GetBackupVaultAccessPolicy"]),
    shape("backup", "backup-plan", "ListBackupPlans", &["ListBackupPlans"]),
    shape("backup", "backup-selection", "ListBackupSelections", &["GetBackupSelection"]),
    shape("backup", "recovery-point", "ListRecoveryPointsByBackupVault", &["ListRecoveryPointsByBackupVault"]),
    shape("backup", "protected-resource", "ListProtectedResources", &["ListProtectedResources"])
        .note("The resource's ARN is that of what is protected, its id `backup/ARN`."),
    shape("cloudformation", "stack", "DescribeStacks", &["DescribeStacks"])
        .note("The values of parameters are not kept; those of outputs become what was found in them."),
    global("cloudfront", "distribution", "ListDistributions", &["GetDistributionConfig"]),
    shape("cloudtrail", "account", "", &["DescribeTrails"])
        .note("The whole answer, shadow trails included: a region with no trail answers an empty list."),
    shape("cloudtrail", "trail", "DescribeTrails", &["DescribeTrails", "GetTrailStatus", "GetEventSelectors"])
        .note("Once, in the home region."),
    shape("cloudwatch", "alarm", "DescribeAlarms", &["DescribeAlarms"]),
    shape("codebuild", "report-group", "ListReportGroups", &["BatchGetReportGroups"]),
    shape("codebuild", "project", "ListProjects", &["BatchGetProjects"])
        .note("The values of plain environment variables become what was found in them."),
    shape("cognito-identity", "identity-pool", "ListIdentityPools", &["DescribeIdentityPool"]),
    shape("cognito-idp", "user-pool", "ListUserPools", &["DescribeUserPool", "GetUserPoolMfaConfig"]),
    shape("config", "account", "", &["DescribeConfigurationRecorders", "DescribeConfigurationRecorderStatus", "DescribeDeliveryChannels"])
        .note("The whole answers."),
    shape("dax", "cluster", "DescribeClusters", &["DescribeClusters"]),
    shape("dms", "replication-instance", "DescribeReplicationInstances", &["DescribeReplicationInstances"]),
    shape("dms", "replication-task", "DescribeReplicationTasks", &["DescribeReplicationTasks"]),
    shape("dms", "endpoint", "DescribeEndpoints", &["DescribeEndpoints"]),
    shape("docdb", "db-cluster", "DescribeDBClusters", &["DescribeDBClusters"])
        .note("Engine `docdb` alone: RDS, Neptune and DocumentDB list each other's."),
    shape("docdb", "db-cluster-snapshot", "DescribeDBClusterSnapshots", &["DescribeDBClusterSnapshots", "DescribeDBClusterSnapshotAttributes"])
        .note("Engine `docdb` alone."),
    shape("dynamodb", "table", "ListTables", &["DescribeTable", "DescribeContinuousBackups", "GetResourcePolicy", "DescribeScalableTargets"])
        .note("`DescribeScalableTargets` is Application Auto Scaling's, for the table's resource id."),
    shape("ec2", "account", "", &["GetEbsEncryptionByDefault", "GetSnapshotBlockPublicAccessState", "GetImageBlockPublicAccessState", "GetSerialConsoleAccessStatus", "GetInstanceMetadataDefaults", "DescribeVpcBlockPublicAccessOptions"]),
    shape("ec2", "address", "DescribeAddresses", &["DescribeAddresses"]),
    shape("ec2", "client-vpn-endpoint", "DescribeClientVpnEndpoints", &["DescribeClientVpnEndpoints"]),
    shape("ec2", "flow-log", "DescribeFlowLogs", &["DescribeFlowLogs"]),
    shape("ec2", "image", "DescribeImages", &["DescribeImages"]).note("`Owners=self`."),
    shape("ec2", "instance", "DescribeInstances", &["DescribeInstances", "DescribeInstanceAttribute"])
        .note("The attribute `userData`, whose value becomes what was found in it. Each instance is an item, with the `OwnerId` of its reservation."),
    shape("ec2", "internet-gateway", "DescribeInternetGateways", &["DescribeInternetGateways"]),
    shape("ec2", "launch-template", "DescribeLaunchTemplates", &["DescribeLaunchTemplates", "DescribeLaunchTemplateVersions"])
        .note("The versions `$Default` and `$Latest`, the whole answer; `UserData` becomes what was found in it."),
    shape("ec2", "network-acl", "DescribeNetworkAcls", &["DescribeNetworkAcls"]),
    shape("ec2", "network-interface", "DescribeNetworkInterfaces", &["DescribeNetworkInterfaces"]),
    shape("ec2", "prefix-list", "DescribeManagedPrefixLists", &["DescribeManagedPrefixLists", "GetManagedPrefixListEntries"])
        .note("AWS's own lists, too."),
    shape("ec2", "route-table", "DescribeRouteTables", &["DescribeRouteTables"]),
    shape("ec2", "security-group", "DescribeSecurityGroups", &["DescribeSecurityGroups"]),
    shape("ec2", "snapshot", "DescribeSnapshots", &["DescribeSnapshots", "DescribeSnapshotAttribute"])
        .note("`OwnerIds=self`; the attribute `createVolumePermission`."),
    shape("ec2", "subnet", "DescribeSubnets", &["DescribeSubnets"]),
    shape("ec2", "transit-gateway", "DescribeTransitGateways", &["DescribeTransitGateways"]),
    shape("ec2", "volume", "DescribeVolumes", &["DescribeVolumes"]),
    shape("ec2", "vpc", "DescribeVpcs", &["DescribeVpcs"]),
    shape("ec2", "vpc-endpoint", "DescribeVpcEndpoints", &["DescribeVpcEndpoints"]),
    shape("ec2", "vpc-endpoint-service", "DescribeVpcEndpointServiceConfigurations", &["DescribeVpcEndpointServiceConfigurations", "DescribeVpcEndpointServicePermissions"]),
    shape("ec2", "vpc-peering-connection", "DescribeVpcPeeringConnections", &["DescribeVpcPeeringConnections"]),
    shape("ec2", "vpn-connection", "DescribeVpnConnections", &["DescribeVpnConnections"])
        .note("Without `CustomerGatewayConfiguration` and pre-shared keys."),
    shape("ecr", "account", "", &["GetRegistryScanningConfiguration", "GetRegistryPolicy"]),
    shape("ecr", "repository", "DescribeRepositories", &["DescribeRepositories", "GetRepositoryPolicy", "GetLifecyclePolicy"]),
    shape("ecs", "cluster", "ListClusters", &["DescribeClusters"]).note("With `include=SETTINGS`."),
    shape("ecs", "service", "ListServices", &["DescribeServices"]),
    shape("ecs", "task-definition", "ListTaskDefinitions", &["DescribeTaskDefinition"])
        .note("The newest active revision of each family. The values of environment variables become what was found in them."),
    shape("efs", "file-system", "DescribeFileSystems", &["DescribeFileSystems", "DescribeFileSystemPolicy", "DescribeBackupPolicy", "DescribeMountTargets"]),
    shape("efs", "access-point", "DescribeAccessPoints", &["DescribeAccessPoints"]),
    shape("eks", "cluster", "ListClusters", &["DescribeCluster"]),
    shape("elasticache", "cache-cluster", "DescribeCacheClusters", &["DescribeCacheClusters"]),
    shape("elasticache", "replication-group", "DescribeReplicationGroups", &["DescribeReplicationGroups"]),
    shape("elasticbeanstalk", "environment", "DescribeEnvironments", &["DescribeEnvironments", "DescribeConfigurationSettings"])
        .note("Option settings of namespaces `aws:elasticbeanstalk:application:environment` and passwords are left out."),
    shape("elb", "load-balancer", "DescribeLoadBalancers", &["DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeLoadBalancerPolicies"]),
    shape("elbv2", "load-balancer", "DescribeLoadBalancers", &["DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeListeners", "GetWebACLForResource"])
        .note("`GetWebACLForResource` is that of `wafv2`, for application load balancers."),
    shape("emr", "account", "", &["GetBlockPublicAccessConfiguration"]),
    shape("emr", "cluster", "ListClusters", &["DescribeCluster"]).note("Those that are not terminated."),
    shape("emr", "security-configuration", "ListSecurityConfigurations", &["DescribeSecurityConfiguration"]),
    shape("events", "event-bus", "ListEventBuses", &["DescribeEventBus"]),
    shape("events", "endpoint", "ListEndpoints", &["ListEndpoints"]),
    shape("firehose", "delivery-stream", "ListDeliveryStreams", &["DescribeDeliveryStream"]),
    shape("fsx", "file-system", "DescribeFileSystems", &["DescribeFileSystems"]),
    shape("glacier", "vault", "ListVaults", &["GetVaultAccessPolicy"]),
    shape("glue", "account", "", &["GetDataCatalogEncryptionSettings", "GetResourcePolicy"])
        .note("Passwords are left out."),
    shape("glue", "job", "GetJobs", &["GetJobs"]).note("Without the values of `DefaultArguments` that are no settings of Glue's."),
    shape("guardduty", "account", "", &["ListDetectors"]),
    shape("guardduty", "detector", "ListDetectors", &["GetDetector"]),
    global("iam", "account", "", &["GetAccountSummary", "GetAccountPasswordPolicy", "GetCredentialReport", "ListVirtualMFADevices", "ListOrganizationsFeatures"])
        .note("Of the credential report the row `<root_account>`, as an object with the report's columns."),
    global("iam", "user", "GetAccountAuthorizationDetails", &["GetAccountAuthorizationDetails", "GetCredentialReport", "ListAccessKeys", "ListMFADevices", "GetLoginProfile"])
        .note("The user's row of the credential report, as an object with the report's columns."),
    global("iam", "group", "GetAccountAuthorizationDetails", &["GetAccountAuthorizationDetails", "GetGroup"]),
    global("iam", "role", "GetAccountAuthorizationDetails", &["GetAccountAuthorizationDetails", "GetServiceLastAccessedDetails"])
        .note("The last-accessed details for roles that functions run under."),
    global("iam", "policy", "GetAccountAuthorizationDetails", &["GetAccountAuthorizationDetails", "GetPolicyVersion"])
        .note("Customer managed policies with their versions. Of AWS's own those that are attached, as `ListPolicies` tells them, with `GetPolicyVersion` of their default version."),
    global("iam", "saml-provider", "ListSAMLProviders", &["ListSAMLProviders"]),
    global("iam", "server-certificate", "ListServerCertificates", &["ListServerCertificates"]),
    shape("inspector2", "account", "", &["BatchGetAccountStatus"]),
    shape("kafka", "cluster", "ListClustersV2", &["ListClustersV2"]),
    shape("kinesis", "stream", "ListStreams", &["DescribeStreamSummary", "GetResourcePolicy"]),
    shape("kms", "key", "ListKeys", &["DescribeKey", "GetKeyRotationStatus", "GetKeyPolicy", "ListGrants"])
        .note("`GetKeyRotationStatus` and `ListGrants` of customer managed keys."),
    shape("lambda", "function", "ListFunctions", &["ListFunctions", "GetPolicy", "ListFunctionUrlConfigs", "GetFunctionConcurrency", "GetFunctionCodeSigningConfig", "ListFunctionEventInvokeConfigs", "GetFunctionRecursionConfig", "DescribeLogGroups"])
        .note("`GetPolicy` of the function without qualifier; `DescribeLogGroups` is that of `logs`, for the group that the function writes to; the values of environment variables become what was found in them."),
    shape("lambda", "layer", "ListLayers", &["GetLayerVersionPolicy"]).note("Of the newest version."),
    shape("logs", "log-group", "DescribeLogGroups", &["DescribeLogGroups"]),
    shape("logs", "metric-filter", "DescribeMetricFilters", &["DescribeMetricFilters"]),
    shape("logs", "resource-policy", "DescribeResourcePolicies", &["DescribeResourcePolicies"]),
    shape("macie2", "account", "", &["GetMacieSession", "GetAutomatedDiscoveryConfiguration"])
        .note("`null` where Macie is not enabled."),
    shape("mq", "broker", "ListBrokers", &["DescribeBroker"]),
    shape("neptune", "db-cluster", "DescribeDBClusters", &["DescribeDBClusters"]).note("Engine `neptune` alone."),
    shape("neptune", "db-cluster-snapshot", "DescribeDBClusterSnapshots", &["DescribeDBClusterSnapshots", "DescribeDBClusterSnapshotAttributes"])
        .note("Engine `neptune` alone."),
    shape("network-firewall", "firewall", "ListFirewalls", &["DescribeFirewall", "DescribeLoggingConfiguration"]),
    shape("network-firewall", "firewall-policy", "ListFirewallPolicies", &["DescribeFirewallPolicy"]),
    shape("network-firewall", "rule-group", "ListRuleGroups", &["DescribeRuleGroup"]),
    shape("opensearch", "domain", "ListDomainNames", &["DescribeDomain"]).note("Elasticsearch domains, too."),
    global("organizations", "account", "", &["DescribeOrganization", "ListDelegatedAdministrators", "ListPolicies", "DescribeResourcePolicy"])
        .note("`DescribeOrganization` is `null` where the account is in none; `ListPolicies` of service control policies. Member accounts are refused the others."),
    shape("rds", "db-instance", "DescribeDBInstances", &["DescribeDBInstances", "DescribeDBParameters"])
        .note("Engines other than `docdb` and `neptune`. Of the parameters `rds.force_ssl` and `require_secure_transport` alone."),
    shape("rds", "db-cluster", "DescribeDBClusters", &["DescribeDBClusters"])
        .note("Engines other than `docdb` and `neptune`."),
    shape("rds", "db-snapshot", "DescribeDBSnapshots", &["DescribeDBSnapshots", "DescribeDBSnapshotAttributes"]),
    shape("rds", "db-cluster-snapshot", "DescribeDBClusterSnapshots", &["DescribeDBClusterSnapshots", "DescribeDBClusterSnapshotAttributes"])
        .note("Engines other than `docdb` and `neptune`."),
    shape("rds", "account", "", &["DescribeEventSubscriptions"]).note("The whole answer."),
    shape("redshift", "cluster", "DescribeClusters", &["DescribeClusters", "DescribeLoggingStatus", "DescribeClusterParameters"])
        .note("Of the parameters `require_ssl` alone."),
    global("route53", "hosted-zone", "ListHostedZones", &["ListHostedZones", "ListQueryLoggingConfigs"]),
    global("s3", "account", "", &["GetPublicAccessBlock"]).note("That of `s3control`."),
    global("s3", "bucket", "ListBuckets", &["GetBucketAcl", "GetBucketPolicy", "GetPublicAccessBlock", "GetBucketVersioning", "GetBucketEncryption", "GetBucketLogging", "GetBucketLifecycleConfiguration", "GetBucketNotificationConfiguration", "GetBucketOwnershipControls", "GetObjectLockConfiguration", "GetBucketReplication", "GetBucketWebsite"])
        .note("Tags are those of `GetBucketTagging`; the region is the bucket's."),
    shape("s3", "access-point", "ListAccessPoints", &["GetAccessPoint", "GetAccessPointPolicy"]),
    shape("sagemaker", "notebook-instance", "ListNotebookInstances", &["DescribeNotebookInstance"]),
    shape("sagemaker", "model", "ListModels", &["DescribeModel"]).note("The values of environment variables become what was found in them."),
    shape("sagemaker", "endpoint-config", "ListEndpointConfigs", &["DescribeEndpointConfig"]),
    shape("secretsmanager", "secret", "ListSecrets", &["ListSecrets", "GetResourcePolicy"]),
    shape("securityhub", "account", "", &["DescribeHub", "GetEnabledStandards"]).note("`null` where Security Hub is not enabled."),
    shape("sns", "topic", "ListTopics", &["GetTopicAttributes", "ListSubscriptionsByTopic"])
        .note("Of the subscriptions protocol and state alone."),
    shape("sqs", "queue", "ListQueues", &["GetQueueAttributes"]).note("`AttributeNames=All`."),
    shape("ssm", "account", "", &["GetServiceSetting"]).note("The setting `/ssm/documents/console/public-sharing-permission`."),
    shape("ssm", "document", "ListDocuments", &["DescribeDocumentPermission"]).note("`Owner=Self`, permission type `Share`."),
    shape("ssm", "managed-instance", "DescribeInstanceInformation", &["DescribeInstanceInformation", "ListResourceComplianceSummaries"])
        .note("Of the compliance summaries the whole answer, filtered by the instance."),
    shape("stepfunctions", "state-machine", "ListStateMachines", &["DescribeStateMachine"]).note("Without `definition`."),
    shape("transfer", "server", "ListServers", &["DescribeServer"]),
    shape("wafv2", "web-acl", "ListWebACLs", &["GetWebACL", "GetLoggingConfiguration"]).note("Scopes REGIONAL, and CLOUDFRONT in us-east-1."),
    shape("wafv2", "rule-group", "ListRuleGroups", &["GetRuleGroup"]),
    shape("workspaces", "workspace", "DescribeWorkspaces", &["DescribeWorkspaces"]),
];

/// The shape of a type of resource.
#[must_use]
pub fn shape_of(service: &str, kind: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.service == service && shape.kind == kind)
}
