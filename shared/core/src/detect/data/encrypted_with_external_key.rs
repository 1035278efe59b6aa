//! `encrypted-with-external-key`: data encrypted with another account's key.

use serde_json::Value;

use super::json::{all_texts, each};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct EncryptedWithExternalKey;

const META: Meta = Meta {
    id: "encrypted-with-external-key",
    title: "Data encrypted with another account's key",
    domain: Domain::Data,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1486"],
    no_response: "What was encrypted with the other account's key is read only by that key: no call gets it back. A \
        copy or a former version is restored by hand.",
    events: Events::Calls(&[
        EventName { source: "s3.amazonaws.com", name: "PutObject" },
        EventName { source: "s3.amazonaws.com", name: "CopyObject" },
        EventName { source: "s3.amazonaws.com", name: "CreateMultipartUpload" },
        EventName { source: "s3.amazonaws.com", name: "UpdateObjectEncryption" },
        EventName { source: "s3.amazonaws.com", name: "PutBucketEncryption" },
        EventName { source: "ec2.amazonaws.com", name: "CopySnapshot" },
        EventName { source: "ec2.amazonaws.com", name: "CopyImage" },
        EventName { source: "ec2.amazonaws.com", name: "CreateVolume" },
        EventName { source: "ec2.amazonaws.com", name: "ModifyEbsDefaultKmsKeyId" },
        EventName { source: "rds.amazonaws.com", name: "CopyDBSnapshot" },
        EventName { source: "rds.amazonaws.com", name: "CopyDBClusterSnapshot" },
        EventName { source: "rds.amazonaws.com", name: "StartExportTask" },
        EventName { source: "redshift.amazonaws.com", name: "ModifyCluster" },
        EventName { source: "dynamodb.amazonaws.com", name: "UpdateTable" },
        EventName { source: "secretsmanager.amazonaws.com", name: "UpdateSecret" },
    ]),
    prose: "\
## What it does
Fires when objects, a bucket's default, snapshots, exports, a table or a secret are encrypted with a KMS
key whose ARN is of another account than the resource: objects written, copied or encrypted anew
(`UpdateObjectEncryption`), `PutBucketEncryption`, `ModifyEbsDefaultKmsKeyId`, volumes, copied snapshots
and images, exports, warehouses, tables and secrets. Keys of the account itself, keys
named without an account, and calls that a service makes do not match; nor does writing into another account's
bucket with a key of that account. For objects it needs a trail that records data events of S3.

## Why is this bad?
Who owns the key decides who can read. An attacker copies each object onto itself under a key of its own,
withdraws the key, and asks for money: nothing was deleted, and nothing can be read.

## False positives
Companies that keep all keys in one account. Exempt the roles that use those keys, or disable this
detector: it cannot tell that account from an outsider's.

## References
- <https://attack.mitre.org/techniques/T1486/>
- <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>
- <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>
",
    ..Meta::PLAIN
};

impl Detector for EncryptedWithExternalKey {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.by_service() {
            return Ok(Vec::new());
        }
        // Most requests name no key.
        if !call.part("requestParameters").is_some_and(|request| request.may_hold(":kms:")) {
            return Ok(Vec::new());
        }
        let mut texts = Vec::new();
        if let Some(request) = call.member("requestParameters") {
            all_texts(request, &mut texts);
        }
        let own = call.account();
        let bucket_owner = bucket_owner(call);
        let foreign = |owner: &str| facts.trusted.is_foreign(own.as_deref(), owner) && bucket_owner != Some(owner);
        let Some(key) = texts.into_iter().find(|text| key_owner(text).is_some_and(foreign)) else {
            return Ok(Vec::new());
        };
        let name = RESOURCES.iter().find_map(|name| call.request_text(name)).unwrap_or("(account)");
        let name = match call.request_text("key") {
            Some(object) => format!("{name}/{object}"),
            None => name.to_owned(),
        };
        let why = format!("`{}` encrypts `{name}` with `{key}`, a key of another account", call.event_name());
        let service = call.service();
        let target = Target::Resource { service: service.to_owned(), id: plain(&name, 300) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}

const RESOURCES: [&str; 12] = [
    "bucketName",
    "sourceSnapshotId",
    "sourceImageId",
    "snapshotId",
    "clusterIdentifier",
    "targetDBSnapshotIdentifier",
    "targetDBClusterSnapshotIdentifier",
    "sourceDBSnapshotIdentifier",
    "sourceDBClusterSnapshotIdentifier",
    "sourceArn",
    "tableName",
    "secretId",
];

/// The account of a KMS key, where the text is the ARN of one: `arn:aws:kms:REGION:ACCOUNT:key/…`.
fn key_owner(text: &str) -> Option<&str> {
    let mut parts = text.split(':');
    let (scheme, _, service, _, account) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let of_key = scheme == "arn" && service == "kms" && account.len() == 12;
    let kind = parts.next()?;
    (of_key && (kind.starts_with("key/") || kind.starts_with("alias/"))).then_some(account)
}

/// The account that owns the bucket of the call, where the record tells.
fn bucket_owner(call: &ApiCall) -> Option<&str> {
    let resources = each(call.member("resources")).iter();
    let mut buckets = resources.filter(|r| r.get("type").and_then(Value::as_str) == Some("AWS::S3::Bucket"));
    buckets.find_map(|bucket| bucket.get("accountId").and_then(Value::as_str))
}
