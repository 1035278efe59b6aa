//! Buckets open to the world: by policy or ACL, after what public access blocks take back.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High};
use riposte_core::iam::{Outsider, Policy};
use serde_json::Value;

use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, flag, text};

const ACCOUNT: &[(&str, &str)] = &[("s3", "account")];

pub(crate) static CHECKS: &[Check] = &[
    check("s3-account-public-access-not-blocked", "The account does not block public access to buckets", High, "s3", "account").cis("2.1.4", "3.1.4", "3.1.4").fsbp(&["S3.1"])
        .page("All four settings of the account's block of public access are on.",
            "One bucket that is opened by mistake is open to the world; the account's block is the net below all of them.",
            "aws s3control put-public-access-block with all four settings; serve public files through CloudFront.",
            "An account whose purpose is to serve public buckets.")
        .detectors(&["s3-account-public-access-block-loosened"])
        .action(ActionId::BlockPublicAccess)
        .each(|v| lacking(&missing(&[v.get(&format!("{BLOCK}.PublicAccessBlockConfiguration"))?]))),
    check("s3-bucket-public-access-not-blocked", "Public access to a bucket is not blocked", High, "s3", "bucket")
        .cis("2.1.4", "3.1.4", "3.1.4").fsbp(&["S3.8"])
        .page("Each of the four settings that block public access is on, for the bucket or for the account.",
            "Without the block, one change of a policy or an ACL publishes what the bucket holds.",
            "Put a public access block with all four settings on the bucket, better on the account.",
            "A bucket that serves a public website.")
        .detectors(&["bucket-public-access-block-removed", "bucket-public-access-block-loosened"])
        .action(ActionId::BlockPublicAccess)
        .with(ACCOUNT, |v, index| lacking(&missing(&blocks(v, index)?.0))),
    check("s3-bucket-publicly-readable", "Everyone can read a bucket", Critical, "s3", "bucket")
        .fsbp(&["S3.2"])
        .page("Neither policy nor ACL lets everyone list the bucket or read its objects, after public access blocks.",
            "Scanners find open buckets within hours; what they hold is copied and sold.",
            "Turn on the public access block; take the statement or the grant away.",
            "A bucket that serves a public website.")
        .detectors(&["bucket-policy-public", "bucket-acl-public"])
        .action(ActionId::BlockPublicAccess)
        .with(ACCOUNT, |v, index| open(v, index, READ, &["READ", "FULL_CONTROL"])),
    check("s3-bucket-publicly-writable", "Everyone can write to a bucket", Critical, "s3", "bucket")
        .cis("", "", "2.21").fsbp(&["S3.3"])
        .page("Neither policy nor ACL lets everyone write, delete or change permissions, after public access blocks.",
            "Whoever can write replaces files that others trust, hides stolen data, or deletes everything.",
            "Turn on the public access block; take the statement or the grant away.",
            "None that we know of: take uploads by presigned addresses.")
        .detectors(&["bucket-policy-public", "bucket-acl-public"])
        .action(ActionId::BlockPublicAccess)
        .with(ACCOUNT, |v, index| open(v, index, WRITE, &["WRITE", "WRITE_ACP", "FULL_CONTROL"])),
    check("s3-bucket-public-with-classified-data", "A bucket with classified data is public", Critical, "s3", "bucket")
        .page("A bucket whose tags say that its data is confidential, personal or secret is not open to everyone.",
            "Its owner said that the data must not be public, and it is.",
            "Turn on the public access block at once, and find out who read it (S3 access logs, CloudTrail data events).",
            "A tag that was copied from another bucket.")
        .detectors(&["bucket-policy-public", "bucket-acl-public"])
        .action(ActionId::BlockPublicAccess)
        .with(ACCOUNT, |v, index| {
            let Some(tag) = classification(v) else { return Ok(Verdict::Skip) };
            let all = [READ, WRITE].concat();
            match open(v, index, &all, &["READ", "WRITE", "WRITE_ACP", "READ_ACP", "FULL_CONTROL"])? {
                Verdict::Fail(why) => Ok(Verdict::Fail(format!("tagged {tag}, and {why}"))),
                other => Ok(other),
            }
        }),
    check("s3-access-point-public-access-not-blocked", "An access point does not block public access", Critical, "s3", "access-point")
        .fsbp(&["S3.19"])
        .page("All four settings of the access point's own block are on.",
            "An access point's policy opens the bucket behind it, and its block can't be turned on later.",
            "Make a new access point with the block, move its users, delete the old one.",
            "An access point within a VPC is not reached from the internet.")
        .detectors(&["access-point-without-public-access-block"])
        .each(|v| {
            if v.text("GetAccessPoint.NetworkOrigin")? == Some("VPC") {
                return Ok(Verdict::Pass("it is reached from a VPC alone".to_owned()));
            }
            lacking(&missing(&[v.get("GetAccessPoint.PublicAccessBlockConfiguration")?]))
        }),
];

const BLOCK: &str = "GetPublicAccessBlock";
const SETTINGS: [&str; 4] = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
const READ: &[&str] = &[
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:GetBucketAcl",
    "s3:GetObjectAcl",
    "s3:ListBucketMultipartUploads",
    "s3:GetBucketPolicy",
];
const WRITE: &[&str] = &[
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucket",
    "s3:PutObjectTagging",
    "s3:RestoreObject",
    "s3:ReplicateObject",
    "s3:ReplicateDelete",
    "s3:PutLifecycleConfiguration",
    "s3:PutBucketVersioning",
    "s3:PutReplicationConfiguration",
    "s3:PutEncryptionConfiguration",
    "s3:PutBucketPublicAccessBlock",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:BypassGovernanceRetention",
    "s3:PutBucketNotification",
    "s3:PutBucketWebsite",
    "s3:PutBucketOwnershipControls",
];

/// The settings that are on in none of some blocks.
fn missing(blocks: &[Option<&Value>]) -> Vec<&'static str> {
    let on = |setting: &str| blocks.iter().flatten().any(|block| flag(block, setting));
    SETTINGS.into_iter().filter(|setting| !on(setting)).collect()
}

fn lacking(missing: &[&str]) -> Answer {
    let wrong =
        (!missing.is_empty()).then(|| format!("it does not block public access wholly: {} is off", missing.join(", ")));
    Verdict::fail_with(wrong, "all four settings that block public access are on")
}

/// The blocks of the bucket and of its account, and why the account's is not known.
fn blocks<'a>(v: &View<'a>, index: &'a Index) -> Result<(Vec<Option<&'a Value>>, Option<Unknown>), Unknown> {
    let path = format!("{BLOCK}.PublicAccessBlockConfiguration");
    let own = v.get(&path)?;
    if missing(&[own]).is_empty() {
        return Ok((vec![own], None));
    }
    let account = index.of_account("s3", "account", v.resource).next();
    let account = account.map_or(Ok(None), |account| account.get(&path));
    Ok(match account {
        Ok(account) => (vec![own, account], None),
        Err(unknown) => (vec![own], Some(unknown)),
    })
}

/// Whether everyone may take one of these actions, or has one of these permissions.
fn open(v: &View<'_>, index: &Index, actions: &[&str], permissions: &[&str]) -> Answer {
    let (blocks, unknown) = blocks(v, index)?;
    let missing = missing(&blocks);
    let mut wrong = None;
    if missing.contains(&"RestrictPublicBuckets")
        && let Some(policy) = v.policy("GetBucketPolicy.Policy")?
    {
        let grants = on_bucket(v, &policy).outside_grants_of(&v.home(), actions);
        let grant = grants.iter().find(|grant| grant.who == Outsider::Everyone);
        wrong = grant.map(|grant| format!("its policy lets in {grant}: {}", crate::exposure::actions(grant)));
    }
    if wrong.is_none() && missing.contains(&"IgnorePublicAcls") && !acls_are_off(v)? {
        for grant in v.list("GetBucketAcl.Grants")? {
            let permission = text(grant, "Permission").unwrap_or_default();
            if let Some(group) = world(grant)
                && permissions.contains(&permission)
            {
                wrong = Some(format!("its ACL gives {permission} to {group}"));
            }
        }
    }
    // What nobody has seen closes no bucket that is seen to be open.
    let unseen = |Unknown(why): &Unknown| format!("; whether the account blocks that is not known ({why})");
    let wrong = wrong.map(|wrong| format!("{wrong}{}", unknown.as_ref().map(unseen).unwrap_or_default()));
    Verdict::fail_with(wrong, "neither its policy nor its ACL opens it to everyone, or public access is blocked")
}

/// Fails where everyone can read a bucket or write to it.
pub(crate) fn open_to_all(v: &View<'_>, index: &Index) -> Answer {
    open(v, index, &[READ, WRITE].concat(), &["READ", "WRITE", "WRITE_ACP", "READ_ACP", "FULL_CONTROL"])
}

/// A bucket's policy as it hangs on the bucket and its objects.
pub(super) fn on_bucket(v: &View<'_>, policy: &Policy) -> Policy {
    let bucket = format!("arn:{}:s3:::{}", v.resource.partition(), v.resource.label());
    policy.on("s3", &[&bucket, &format!("{bucket}/*")])
}

/// Where the owner is enforced, ACLs have no effect.
fn acls_are_off(v: &View<'_>) -> Result<bool, Unknown> {
    let rules = match v.list("GetBucketOwnershipControls.OwnershipControls.Rules") {
        Ok(rules) => rules,
        // Not known: the ACL counts.
        Err(_) => return Ok(false),
    };
    Ok(rules.iter().any(|rule| text(rule, "ObjectOwnership") == Some("BucketOwnerEnforced")))
}

fn world(grant: &Value) -> Option<&'static str> {
    let uri = text(grant, "Grantee.URI")?;
    if uri.ends_with("/global/AllUsers") {
        Some("everyone")
    } else if uri.ends_with("/global/AuthenticatedUsers") {
        Some("everyone who has an AWS account")
    } else {
        None
    }
}

/// A tag that says that the data is not for everyone.
fn classification(v: &View<'_>) -> Option<String> {
    const KEYS: [&str; 9] = [
        "classification",
        "dataclassification",
        "sensitivity",
        "datasensitivity",
        "confidentiality",
        "pii",
        "phi",
        "datatype",
        "compliance",
    ];
    const VALUES: [&str; 16] = [
        "confidential",
        "restricted",
        "secret",
        "sensitive",
        "private",
        "internal",
        "pii",
        "phi",
        "pci",
        "hipaa",
        "high",
        "critical",
        "personal",
        "true",
        "yes",
        "gdpr",
    ];
    v.resource.tags.iter().find_map(|(key, value)| {
        let name: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let value_lower = value.to_ascii_lowercase();
        let said = KEYS.iter().any(|k| name.ends_with(k)) && VALUES.iter().any(|word| value_lower.contains(word));
        let open =
            ["nonsensitive", "non-sensitive", "non-confidential", "not"].iter().any(|w| value_lower.starts_with(w));
        (said && !open)
            .then(|| format!("`{}={}`", riposte_core::text::plain(key, 60), riposte_core::text::plain(value, 60)))
    })
}
