//! Where each service keeps a resource's policy, and how it is read, written and deleted.

use serde_json::{Map, Value, json};

use super::Site;
use crate::api::{Answer, Api, Call, Model, models};
use crate::fault::{Fault, Kind};

/// The services that have such policies.
pub(crate) const MODELS: &[&Model] = &[
    &models::BACKUP,
    &models::DYNAMODB,
    &models::ECR,
    &models::EFS,
    &models::EVENTS,
    &models::GLUE,
    &models::KINESIS,
    &models::KMS,
    &models::S3,
    &models::SECRETSMANAGER,
    &models::SNS,
    &models::SQS,
];

/// The policy of a resource, as it is written; `None` where it has none, or the service's are not known.
///
/// # Errors
/// [`Kind::Gone`] where the resource itself is not there, and AWS's refusals.
pub(crate) async fn policy_of(
    api: &dyn Api,
    region: &str,
    service: &str,
    resource: &str,
) -> Result<Option<String>, Fault> {
    match Keeper::of(service) {
        Some(keeper) => keeper.read_in(api, region, resource).await,
        None => Ok(None),
    }
}

/// A service's calls on policies.
#[derive(Debug)]
pub(super) struct Keeper {
    /// The service, as the request names it.
    service: &'static str,
    get: &'static str,
    put: &'static str,
    /// The call, and whatever it needs beside the resource; where there is none, an empty text is put.
    delete: Option<&'static str>,
    /// What the calls name the resource; empty where the service has one policy alone.
    resource: &'static str,
    /// Where the answer of `get` has the document, a text.
    at: &'static str,
    /// Where `put` takes the document.
    document: &'static str,
    /// What stands before the resource's name in its ARN, with the region and the account or without.
    arn: Arn,
}

#[derive(Debug, Clone, Copy)]
enum Arn {
    /// The resource's name is in the ARN, behind this.
    Behind(&'static str),
    /// Without region and account.
    Global,
    /// The request names the resource by its ARN.
    Itself,
    /// The last part of a URL.
    OfUrl,
}

const KEEPERS: [Keeper; 12] = [
    keeper("s3", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "Bucket", "/Policy", "Policy", Arn::Global)
        .deleted_by("s3:DeleteBucketPolicy"),
    keeper("sqs", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes", "QueueUrl", "/Attributes/Policy", "", Arn::OfUrl),
    keeper(
        "sns",
        "sns:GetTopicAttributes",
        "sns:SetTopicAttributes",
        "TopicArn",
        "/Attributes/Policy",
        "AttributeValue",
        Arn::Itself,
    ),
    keeper("kms", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "KeyId", "/Policy", "Policy", Arn::Behind("key/")),
    keeper(
        "secretsmanager",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:PutResourcePolicy",
        "SecretId",
        "/ResourcePolicy",
        "ResourcePolicy",
        Arn::Behind("secret:"),
    )
    .deleted_by("secretsmanager:DeleteResourcePolicy"),
    keeper(
        "ecr",
        "ecr:GetRepositoryPolicy",
        "ecr:SetRepositoryPolicy",
        "repositoryName",
        "/policyText",
        "policyText",
        Arn::Behind("repository/"),
    )
    .deleted_by("ecr:DeleteRepositoryPolicy"),
    keeper(
        "backup",
        "backup:GetBackupVaultAccessPolicy",
        "backup:PutBackupVaultAccessPolicy",
        "BackupVaultName",
        "/Policy",
        "Policy",
        Arn::Behind("backup-vault:"),
    )
    .deleted_by("backup:DeleteBackupVaultAccessPolicy"),
    keeper(
        "elasticfilesystem",
        "efs:DescribeFileSystemPolicy",
        "efs:PutFileSystemPolicy",
        "FileSystemId",
        "/Policy",
        "Policy",
        Arn::Behind("file-system/"),
    )
    .deleted_by("efs:DeleteFileSystemPolicy"),
    keeper(
        "dynamodb",
        "dynamodb:GetResourcePolicy",
        "dynamodb:PutResourcePolicy",
        "ResourceArn",
        "/Policy",
        "Policy",
        Arn::Itself,
    )
    .deleted_by("dynamodb:DeleteResourcePolicy"),
    keeper(
        "glue",
        "glue:GetResourcePolicy",
        "glue:PutResourcePolicy",
        "",
        "/PolicyInJson",
        "PolicyInJson",
        Arn::Behind("catalog"),
    )
    .deleted_by("glue:DeleteResourcePolicy"),
    keeper(
        "events",
        "events:DescribeEventBus",
        "events:PutPermission",
        "EventBusName",
        "/Policy",
        "Policy",
        Arn::Behind("event-bus/"),
    )
    .deleted_by("events:RemovePermission"),
    keeper(
        "kinesis",
        "kinesis:GetResourcePolicy",
        "kinesis:PutResourcePolicy",
        "ResourceARN",
        "/Policy",
        "Policy",
        Arn::Itself,
    )
    .deleted_by("kinesis:DeleteResourcePolicy"),
];

const fn keeper(
    service: &'static str,
    get: &'static str,
    put: &'static str,
    resource: &'static str,
    at: &'static str,
    document: &'static str,
    arn: Arn,
) -> Keeper {
    Keeper { service, get, put, delete: None, resource, at, document, arn }
}

impl Keeper {
    const fn deleted_by(self, delete: &'static str) -> Self {
        Self { delete: Some(delete), ..self }
    }

    /// The keeper of a service's policies.
    pub(super) fn of(service: &str) -> Option<&'static Self> {
        KEEPERS.iter().find(|keeper| keeper.service == service)
    }

    /// The resource's ARN.
    pub(super) fn arn(&self, site: &Site<'_>, resource: &str) -> String {
        match self.arn {
            _ if resource.starts_with("arn:") => resource.to_owned(),
            Arn::Itself => resource.to_owned(),
            Arn::Global => format!("arn:{}:{}:::{resource}", site.partition(), self.service),
            Arn::Behind(prefix) if self.resource.is_empty() => site.arn(self.service, prefix),
            Arn::Behind(prefix) => site.arn(self.service, &format!("{prefix}{resource}")),
            Arn::OfUrl => site.arn(self.service, resource.rsplit_once('/').map_or(resource, |(_, name)| name)),
        }
    }

    /// The document that hangs on a resource, as it is written; `None` where there is none.
    ///
    /// # Errors
    /// [`Kind::Gone`] where the resource itself is not there, and AWS's refusals.
    pub(super) async fn read(&self, site: &Site<'_>, resource: &str) -> Result<Option<String>, Fault> {
        self.read_in(site.api, &site.scope.region, resource).await
    }

    /// The same, in a region.
    ///
    /// # Errors
    /// As [`Keeper::read`].
    async fn read_in(&self, api: &dyn Api, region: &str, resource: &str) -> Result<Option<String>, Fault> {
        let mut parameters = self.named(resource);
        match self.service {
            "events" => parameters = Map::from_iter([("Name".to_owned(), json!(resource))]),
            "sqs" => _ = parameters.insert("AttributeNames".to_owned(), json!(["Policy"])),
            "kms" => _ = parameters.insert("PolicyName".to_owned(), json!("default")),
            _ => {}
        }
        match api.send(&Call::new(self.get, region, parameters.into())).await {
            Ok(Answer { body, .. }) => Ok(body
                .pointer(self.at)
                .and_then(Value::as_str)
                .filter(|text| !["", "{}"].contains(text))
                .map(str::to_owned)),
            Err(fault) if self.says_no_policy(&fault) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The call that makes this the document of a resource, or that leaves it without one.
    pub(super) fn write(&self, resource: &str, document: Option<&str>) -> (&'static str, Value) {
        let mut parameters = self.named(resource);
        if let (None, Some(delete)) = (document, self.delete) {
            if self.service == "events" {
                parameters.insert("RemoveAllPermissions".to_owned(), json!(true));
            }
            return (delete, parameters.into());
        }
        let document = document.unwrap_or_default();
        match self.service {
            "sqs" => _ = parameters.insert("Attributes".to_owned(), json!({ "Policy": document })),
            _ => _ = parameters.insert(self.document.to_owned(), json!(document)),
        }
        match self.service {
            "sns" => _ = parameters.insert("AttributeName".to_owned(), json!("Policy")),
            "kms" => _ = parameters.insert("PolicyName".to_owned(), json!("default")),
            _ => {}
        }
        (self.put, parameters.into())
    }

    /// Whether the resource can be without a document: a key and a topic always have one.
    pub(super) fn may_be_without(&self) -> bool {
        !matches!(self.service, "kms" | "sns")
    }

    fn named(&self, resource: &str) -> Map<String, Value> {
        let mut parameters = Map::new();
        if !self.resource.is_empty() {
            parameters.insert(self.resource.to_owned(), json!(resource));
        }
        parameters
    }

    /// The services' ways of saying that a resource is there and has no policy.
    fn says_no_policy(&self, fault: &Fault) -> bool {
        const CODES: [&str; 5] = [
            "NoSuchBucketPolicy",
            "RepositoryPolicyNotFoundException",
            "PolicyNotFound",
            "PolicyNotFoundException",
            "EntityNotFoundException",
        ];
        // Backup and Kinesis have one code for a policy and for a resource that is not there; either way nothing offends.
        CODES.contains(&fault.code.as_str())
            || (fault.kind == Kind::Gone && ["backup", "kinesis"].contains(&self.service))
    }
}
