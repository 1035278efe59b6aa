//! Which IAM action a call needs: nearly always the one of its own name.

/// Calls whose permission has another name, from the service authorization reference.
const OTHERWISE: [(&str, &[&str]); 24] = [
    ("lambda:Invoke", &["lambda:InvokeFunction"]),
    ("s3:DeletePublicAccessBlock", &["s3:PutBucketPublicAccessBlock"]),
    ("s3:GetBucketAccelerateConfiguration", &["s3:GetAccelerateConfiguration"]),
    ("s3:GetBucketEncryption", &["s3:GetEncryptionConfiguration"]),
    ("s3:GetBucketLifecycleConfiguration", &["s3:GetLifecycleConfiguration"]),
    ("s3:GetBucketNotificationConfiguration", &["s3:GetBucketNotification"]),
    ("s3:GetBucketReplication", &["s3:GetReplicationConfiguration"]),
    ("s3:GetPublicAccessBlock", &["s3:GetBucketPublicAccessBlock"]),
    ("s3:HeadBucket", &["s3:ListBucket"]),
    ("s3:HeadObject", &["s3:GetObject"]),
    ("s3:ListBuckets", &["s3:ListAllMyBuckets"]),
    ("s3:ListObjectsV2", &["s3:ListBucket"]),
    ("s3:PutBucketEncryption", &["s3:PutEncryptionConfiguration"]),
    ("s3:PutBucketLifecycleConfiguration", &["s3:PutLifecycleConfiguration"]),
    ("s3:DeleteBucketLifecycle", &["s3:PutLifecycleConfiguration"]),
    ("s3:DeleteBucketReplication", &["s3:PutReplicationConfiguration"]),
    ("s3:PutBucketNotificationConfiguration", &["s3:PutBucketNotification"]),
    ("s3:PutBucketReplication", &["s3:PutReplicationConfiguration"]),
    ("s3:PutPublicAccessBlock", &["s3:PutBucketPublicAccessBlock"]),
    ("s3:DeleteBucketCors", &["s3:PutBucketCORS"]),
    ("s3:PutBucketCors", &["s3:PutBucketCORS"]),
    ("s3control:GetPublicAccessBlock", &["s3:GetAccountPublicAccessBlock"]),
    ("s3control:PutPublicAccessBlock", &["s3:PutAccountPublicAccessBlock"]),
    ("s3control:DeletePublicAccessBlock", &["s3:PutAccountPublicAccessBlock"]),
];

/// Models whose name is not what their permissions begin with.
const PREFIXES: [(&str, &str); 6] = [
    ("efs", "elasticfilesystem"),
    ("elb", "elasticloadbalancing"),
    ("elbv2", "elasticloadbalancing"),
    ("opensearch", "es"),
    ("sso-admin", "sso"),
    ("stepfunctions", "states"),
];

/// The IAM actions that a call, `service:Operation`, needs.
#[must_use]
pub fn permissions_of(call: &str) -> Vec<String> {
    if let Some((_, needed)) = OTHERWISE.iter().find(|(name, _)| *name == call) {
        return needed.iter().map(|&name| name.to_owned()).collect();
    }
    let (service, operation) = call.split_once(':').unwrap_or(("", call));
    let prefix = PREFIXES.iter().find(|(model, _)| *model == service).map_or(service, |(_, prefix)| prefix);
    vec![format!("{prefix}:{operation}")]
}
