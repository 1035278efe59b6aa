//! `remove-outsiders`, of each service.

use riposte_core::action::RemoveOutsiders as Request;
use riposte_core::iam::Outsider;
use serde_json::{Value, json};

use super::it;
use crate::actions::RemoveOutsiders;
use crate::actions::conformance::Case;
use crate::testing::{Refused, refuse};

const OWN: &str = "arn:aws:iam::111122223333:root";

fn document(outsiders: &[Outsider]) -> Value {
    let statement = |sid: &str, principal: Value| json!({ "Sid": sid, "Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*" });
    let mut statements = vec![statement("own", json!({ "AWS": OWN }))];
    for who in outsiders {
        statements.push(match who {
            Outsider::Everyone => statement("all", json!("*")),
            Outsider::Account(id) => statement(id, json!({ "AWS": id })),
            Outsider::Federation(name) => statement("federation", json!({ "Federated": name })),
            other => panic!("no statement lets {other} in"),
        });
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The document's text, or the service's way of saying that there is none.
fn text(state: &Value, none: &'static str) -> Result<String, Refused> {
    match it(state, none)? {
        Value::String(text) => Ok(text),
        document => Ok(document.to_string()),
    }
}

/// Each service gives the document back in a form of its own; the state holds it parsed.
fn put(state: &mut Value, text: &Value) -> Result<Value, Refused> {
    let text = text.as_str().unwrap();
    state["it"] = if text.is_empty() { Value::Null } else { serde_json::from_str(text).unwrap() };
    Ok(json!({}))
}

fn delete(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    state["it"] = Value::Null;
    Ok(json!({}))
}

fn no_tags(_: &mut Value, _: &Value) -> Result<Value, Refused> {
    Ok(json!({}))
}

pub(super) const BUCKET: Case = Case {
    name: "remove-outsiders of a bucket",
    action: || Box::new(RemoveOutsiders),
    response: || request("s3", "pay"),
    state: |response, _| json!({ "it": document(&response.read::<Request>().unwrap().outsiders), "other": true }),
    calls: &[
        ("s3:GetBucketPolicy", |s, _| text(s, "NoSuchBucketPolicy").map(|t| json!({ "Policy": t }))),
        ("s3:GetBucketTagging", |_, _| refuse("NoSuchTagSet")),
        ("s3:PutBucketPolicy", |s, g| put(s, &g["Policy"])),
        ("s3:DeleteBucketPolicy", delete),
        ("sqs:GetQueueAttributes", |s, _| {
            Ok(text(s, "").map_or(json!({}), |t| json!({ "Attributes": { "Policy": t } })))
        }),
        ("sqs:SetQueueAttributes", |s, g| put(s, &g["Attributes"]["Policy"])),
        ("sns:GetTopicAttributes", |s, _| text(s, "NotFound").map(|t| json!({ "Attributes": { "Policy": t } }))),
        ("sns:ListTagsForResource", no_tags),
        ("sns:SetTopicAttributes", |s, g| put(s, &g["AttributeValue"])),
        ("kms:GetKeyPolicy", |s, _| text(s, "NotFoundException").map(|t| json!({ "Policy": t }))),
        ("kms:ListResourceTags", no_tags),
        ("kms:PutKeyPolicy", |s, g| put(s, &g["Policy"])),
        ("secretsmanager:GetResourcePolicy", |s, _| {
            Ok(text(s, "").map_or(json!({}), |t| json!({ "ResourcePolicy": t })))
        }),
        ("secretsmanager:DescribeSecret", no_tags),
        ("secretsmanager:PutResourcePolicy", |s, g| put(s, &g["ResourcePolicy"])),
        ("secretsmanager:DeleteResourcePolicy", delete),
        ("ecr:GetRepositoryPolicy", |s, _| {
            text(s, "RepositoryPolicyNotFoundException").map(|t| json!({ "policyText": t }))
        }),
        ("ecr:ListTagsForResource", no_tags),
        ("ecr:SetRepositoryPolicy", |s, g| put(s, &g["policyText"])),
        ("ecr:DeleteRepositoryPolicy", delete),
        ("backup:GetBackupVaultAccessPolicy", |s, _| {
            text(s, "ResourceNotFoundException").map(|t| json!({ "Policy": t }))
        }),
        ("backup:PutBackupVaultAccessPolicy", |s, g| put(s, &g["Policy"])),
        ("backup:DeleteBackupVaultAccessPolicy", delete),
        ("efs:DescribeFileSystemPolicy", |s, _| text(s, "PolicyNotFound").map(|t| json!({ "Policy": t }))),
        ("efs:PutFileSystemPolicy", |s, g| put(s, &g["Policy"])),
        ("efs:DeleteFileSystemPolicy", delete),
        ("dynamodb:GetResourcePolicy", |s, _| text(s, "PolicyNotFoundException").map(|t| json!({ "Policy": t }))),
        ("dynamodb:PutResourcePolicy", |s, g| put(s, &g["Policy"])),
        ("dynamodb:DeleteResourcePolicy", delete),
        ("glue:GetResourcePolicy", |s, _| text(s, "EntityNotFoundException").map(|t| json!({ "PolicyInJson": t }))),
        ("glue:PutResourcePolicy", |s, g| put(s, &g["PolicyInJson"])),
        ("glue:DeleteResourcePolicy", delete),
        ("events:DescribeEventBus", |s, _| Ok(text(s, "").map_or(json!({}), |t| json!({ "Policy": t })))),
        ("events:ListTagsForResource", no_tags),
        ("events:PutPermission", |s, g| put(s, &g["Policy"])),
        ("events:RemovePermission", delete),
        ("kinesis:GetResourcePolicy", |s, _| text(s, "ResourceNotFoundException").map(|t| json!({ "Policy": t }))),
        ("kinesis:PutResourcePolicy", |s, g| put(s, &g["Policy"])),
        ("kinesis:DeleteResourcePolicy", delete),
    ],
    contain: |state, _| state["it"] = document(&[]),
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

fn request(service: &str, resource: &str) -> riposte_core::action::Response {
    let outsiders = vec![Outsider::Everyone, Outsider::Account("444455556666".to_owned())];
    Request::of(service, resource, outsiders).unwrap().into()
}

macro_rules! of {
    ($($name:ident = $service:literal, $resource:literal;)*) => {
        $(pub(super) const $name: Case = Case {
            name: concat!("remove-outsiders of ", $service),
            response: || request($service, $resource),
            ..BUCKET
        };)*
    };
}

of! {
    QUEUE = "sqs", "https://sqs.us-east-1.amazonaws.com/111122223333/jobs";
    TOPIC = "sns", "arn:aws:sns:us-east-1:111122223333:news";
    KEY = "kms", "1234abcd-12ab-34cd-56ef-1234567890ab";
    SECRET = "secretsmanager", "db";
    REPOSITORY = "ecr", "app";
    VAULT = "backup", "gold";
    FILES = "elasticfilesystem", "fs-1";
    TABLE = "dynamodb", "arn:aws:dynamodb:us-east-1:111122223333:table/orders";
    CATALOG = "glue", "default";
    BUS = "events", "default";
    STREAM = "kinesis", "arn:aws:kinesis:us-east-1:111122223333:stream/clicks";
}

/// A policy that speaks of outsiders alone is deleted as a whole.
pub(super) const WHOLE: Case = Case {
    name: "remove-outsiders of a bucket whose policy lets in nobody else",
    state: |response, _| {
        let mut state = (BUCKET.state)(response, None);
        state["it"]["Statement"].as_array_mut().unwrap().remove(0);
        state
    },
    contain: |state, _| state["it"] = Value::Null,
    ..BUCKET
};

macro_rules! whole {
    ($($name:ident = $service:literal, $resource:literal;)*) => {
        $(pub(super) const $name: Case = Case {
            name: concat!("remove-outsiders of ", $service, ", the whole policy"),
            response: || request($service, $resource),
            ..WHOLE
        };)*
    };
}

whole! {
    WHOLE_QUEUE = "sqs", "https://sqs.us-east-1.amazonaws.com/111122223333/jobs";
    WHOLE_SECRET = "secretsmanager", "db";
    WHOLE_REPOSITORY = "ecr", "app";
    WHOLE_VAULT = "backup", "gold";
    WHOLE_FILES = "elasticfilesystem", "fs-1";
    WHOLE_TABLE = "dynamodb", "arn:aws:dynamodb:us-east-1:111122223333:table/orders";
    WHOLE_CATALOG = "glue", "default";
    WHOLE_BUS = "events", "default";
    WHOLE_STREAM = "kinesis", "arn:aws:kinesis:us-east-1:111122223333:stream/clicks";
}
