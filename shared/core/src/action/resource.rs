//! What one action at a time may change.

use crate::finding::Target;

/// A resource by its canonical id. Leases are taken on it, and incidents are about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceId {
    /// The service as in `s3:PutBucketPolicy`.
    pub service: &'static str,
    /// What it is, in one word: `security-group`, `user`, `bucket`. Guardrails know it as `resource.kind`.
    pub kind: &'static str,
    /// Its id or name, or its ARN where nothing shorter is unique within an account and a region.
    pub id: String,
}

/// What resources are, each in one word. Guardrails can ask for no other.
pub const KINDS: [&str; 42] = [
    "access-entry",
    "account",
    "backup-vault",
    "bucket",
    "catalog",
    "configuration-recorder",
    "db-cluster-snapshot",
    "db-instance",
    "db-snapshot",
    "detector",
    "document",
    "event-bus",
    "file-system",
    "flow-log",
    "function",
    "group",
    "identity-pool",
    "image",
    "instance",
    "key",
    "layer",
    "managed-instance",
    "network-acl",
    "object",
    "oidc-provider",
    "policy",
    "prefix-list",
    "profile",
    "queue",
    "repository",
    "resource",
    "role",
    "rule",
    "secret",
    "security-group",
    "snapshot",
    "stream",
    "table",
    "topic",
    "trail",
    "trust-anchor",
    "user",
];

impl ResourceId {
    /// A resource, of one of the [`KINDS`].
    #[must_use]
    pub fn new(service: &'static str, kind: &'static str, id: impl Into<String>) -> Self {
        debug_assert!(KINDS.contains(&kind), "`{kind}` is missing among the kinds");
        Self { service, kind, id: id.into() }
    }

    /// What a lease is taken on, within an account and a region.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.kind, self.id)
    }

    /// The resource as what a finding is about.
    #[must_use]
    pub fn target(self) -> Target {
        Target::Resource { service: self.service.to_owned(), id: self.id }
    }
}
