//! The request of `remove-outsiders`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};
use crate::iam::Outsider;

/// Take these out of the policy of this resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveOutsiders {
    /// The service whose resource it is: `s3`, `sqs`, `sns`, `kms`, `secretsmanager`, `ecr`…
    pub service: String,
    /// The resource as the service's calls name it: a bucket, a queue's URL, a topic's ARN, a key's id.
    pub resource: String,
    /// Whom the policy lets in from outside, as the detector found them.
    pub outsiders: Vec<Outsider>,
}

/// The services whose policies are known, and what their resources are called.
const KINDS: [(&str, &str); 12] = [
    ("backup", "backup-vault"),
    ("dynamodb", "table"),
    ("ecr", "repository"),
    ("elasticfilesystem", "file-system"),
    ("events", "event-bus"),
    ("glue", "catalog"),
    ("kinesis", "stream"),
    ("kms", "key"),
    ("s3", "bucket"),
    ("secretsmanager", "secret"),
    ("sns", "topic"),
    ("sqs", "queue"),
];

impl RemoveOutsiders {
    /// A request, where the service's policies are known.
    #[must_use]
    pub fn of(service: &str, resource: &str, outsiders: Vec<Outsider>) -> Option<Self> {
        let known = KINDS.iter().any(|(name, _)| *name == service) && !outsiders.is_empty();
        known.then(|| Self { service: service.to_owned(), resource: resource.to_owned(), outsiders })
    }
}

impl Request for RemoveOutsiders {
    const ID: ActionId = ActionId::RemoveOutsiders;

    fn resource(&self) -> ResourceId {
        let (service, kind) = KINDS.iter().find(|(name, _)| *name == self.service).unwrap_or(&("", "resource"));
        ResourceId::new(service, kind, &self.resource)
    }
}
