//! Who gets at a bucket, and how.

use riposte_core::finding::Severity::{High, Low, Medium};
use riposte_core::iam::Outsider;

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::{at, list, text};

pub(crate) static CHECKS: &[Check] = &[
    check("s3-bucket-accepts-clear-text", "A bucket takes requests without TLS", Medium, "s3", "bucket")
        .cis("2.1.1", "3.1.1", "3.1.1").fsbp(&["S3.5"])
        .page("The policy denies every S3 action to everybody where `aws:SecureTransport` is false, on the bucket and on its objects.",
            "A request without TLS shows its content, and a signature that can be replayed, to whoever is on the way.",
            "Add a statement: Deny, Principal *, s3:*, on the bucket and on bucket/*, Bool aws:SecureTransport false.",
            "A public website that must answer over HTTP: put CloudFront before it.")
        .each(|v| {
            let Some(policy) = v.policy("GetBucketPolicy.Policy")? else {
                return Ok(Verdict::Fail("it has no policy, so that requests without TLS are taken".to_owned()));
            };
            let bucket = format!("arn:{}:s3:::{}", v.resource.partition(), v.resource.label());
            let objects = format!("{bucket}/*");
            Verdict::fail_if(!policy.denies_clear_text("s3", &[&bucket, &objects]),
                "its policy does not deny all requests without TLS, to everybody, on the bucket and on its objects",
                "its policy denies requests without TLS")
        }),
    check("s3-bucket-controlled-by-another-account", "Another account may change a bucket's permissions", High, "s3", "bucket")
        .fsbp(&["S3.6"])
        .page("The policy lets no principal of another account change the bucket's policy, its ACLs, its encryption, or the ACLs of objects.",
            "Whoever changes the policy owns the bucket: he can open it to everyone, or lock its owner out.",
            "Take s3:PutBucketPolicy, DeleteBucketPolicy, PutBucketAcl, PutEncryptionConfiguration and PutObjectAcl from other accounts.",
            "An account of your own that manages buckets: name it among the trusted accounts of detectors, and mute this.")
        .detectors(&["bucket-policy-external"])
        .each(|v| {
            const CONTROL: [&str; 5] = ["s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy",
                "s3:PutEncryptionConfiguration", "s3:PutObjectAcl"];
            let Some(policy) = v.policy("GetBucketPolicy.Policy")? else {
                return Ok(Verdict::Pass("it has no policy".to_owned()));
            };
            let grants = super::public::on_bucket(v, &policy).outside_grants_of(&v.home(), &CONTROL);
            let foreign = grants.iter().filter(|g| matches!(g.who, Outsider::Account(_) | Outsider::Everyone));
            let names: Vec<_> = foreign.map(|grant| {
                let actions: Vec<_> = CONTROL.into_iter().filter(|action| grant.allows(action)).collect();
                format!("{grant} may {}", actions.join(", "))
            }).collect();
            Verdict::fail_for(&names, "its policy gives control away", "no other account may change who gets at it")
        }),
    check("s3-bucket-acls-enabled", "A bucket still has access control lists", Medium, "s3", "bucket")
        .fsbp(&["S3.12"])
        .page("The bucket's owner owns all its objects (BucketOwnerEnforced), so that ACLs have no effect.",
            "ACLs are set object by object and seen in no policy: nobody knows who may read what.",
            "Move what the ACLs grant into the policy, then set the object ownership to BucketOwnerEnforced.",
            "The target bucket of an old service that still writes ACLs.")
        .detectors(&["bucket-acl-public", "bucket-acl-for-another"])
        .each(|v| {
            let rules = v.list("GetBucketOwnershipControls.OwnershipControls.Rules")?;
            let enforced = rules.iter().any(|rule| text(rule, "ObjectOwnership") == Some("BucketOwnerEnforced"));
            Verdict::fail_if(!enforced, "its object ownership is not BucketOwnerEnforced", "ACLs have no effect")
        }),
    check("s3-bucket-not-encrypted-by-default", "A bucket has no default encryption", Medium, "s3", "bucket")
        .fsbp(&["S3.4"])
        .page("The bucket encrypts new objects by default.",
            "Objects that nobody encrypted lie open to whoever gets at the storage.",
            "aws s3api put-bucket-encryption.",
            "None: S3 encrypts new buckets by itself.")
        .each(|v| {
            let rules = v.list("GetBucketEncryption.ServerSideEncryptionConfiguration.Rules")?;
            Verdict::fail_if(rules.is_empty(), "it has no default encryption", "it encrypts new objects by default")
        }),
    check("s3-bucket-not-encrypted-with-kms", "A bucket is not encrypted under a KMS key", Medium, "s3", "bucket")
        .fsbp(&["S3.17"])
        .page("The default encryption uses a KMS key.",
            "With S3's own keys whoever may read the object reads its content; a KMS key is a second lock, with a log of its own.",
            "Set the default encryption to aws:kms with a key of yours, and a bucket key to save calls.",
            "Public files, and the targets of access logs, which take S3's own keys only.")
        .each(|v| {
            let rules = v.list("GetBucketEncryption.ServerSideEncryptionConfiguration.Rules")?;
            let kms = rules.iter().any(|rule| text(rule, "ApplyServerSideEncryptionByDefault.SSEAlgorithm").is_some_and(|a| a.starts_with("aws:kms")));
            Verdict::fail_if(!kms, "its default encryption is not with a KMS key", "its default encryption is with a KMS key")
        }),
    check("s3-bucket-access-not-logged", "Access to a bucket is not logged", Medium, "s3", "bucket")
        .fsbp(&["S3.9"])
        .page("Server access logging is on.",
            "After a leak nobody can say what was read, or by whom.",
            "aws s3api put-bucket-logging to a bucket for logs in the same region.",
            "The bucket that takes the logs, and buckets whose reads a trail records as data events.")
        .each(|v| v.unset("GetBucketLogging.LoggingEnabled.TargetBucket", "server access logging is off", "server access logging is on")),
    check("s3-bucket-events-not-notified", "A bucket notifies nobody of its events", Low, "s3", "bucket")
        .fsbp(&["S3.11"])
        .page("The bucket sends its events somewhere: a queue, a topic, a function or EventBridge.",
            "A deletion of everything is seen only when somebody misses the files.",
            "Turn on EventBridge for the bucket, or notify a queue of deletions.",
            "Buckets of logs and temporary files.")
        .each(|v| {
            const KINDS: [&str; 4] = ["TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations", "EventBridgeConfiguration"];
            let all = v.get("GetBucketNotificationConfiguration")?;
            let any = all.is_some_and(|all| KINDS.iter().any(|kind| notifies(all, kind)));
            Verdict::fail_if(!any, "it notifies nobody of its events", "it notifies somebody of its events")
        }),
];

/// Whether a list of it has members; `EventBridgeConfiguration` is an object, and says it by being there.
fn notifies(all: &serde_json::Value, kind: &str) -> bool {
    if kind == "EventBridgeConfiguration" { at(all, kind).is_some() } else { !list(all, kind).is_empty() }
}
