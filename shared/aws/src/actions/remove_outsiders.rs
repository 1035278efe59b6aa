//! `remove-outsiders`: takes those whom a resource's policy lets in from outside out of it.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, RemoveOutsiders as Request};
use riposte_core::iam::{Home, Policy, canonical, without};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::document::{self, Keeper};
use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::Model;
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemoveOutsiders;

/// The document's name in the record.
const PART: &str = "Policy";

impl Contain for RemoveOutsiders {
    type Request = Request;

    const MODELS: &'static [&'static Model] = document::MODELS;

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemoveOutsiders,
        title: "Take outsiders out of a resource's policy",
        permissions: PERMISSIONS,
        undo_permissions: &[],
        reversibility: "complete: the former document is kept in the ledger, signed, and put back as it was",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Reads the policy of the resource and evaluates it as the detector did. What still lets in those whom the finding \
names is taken out: a statement that speaks of nobody else as a whole, of one that names others too only those \
principals. A policy of which nothing is left is deleted; a topic then gets one that allows its own account alone. A \
key's policy must keep somebody of the account who may change it, else nothing is done: the key would be locked.

Resources: buckets, queues, topics, keys, secrets, repositories of images, backup vaults, file systems, tables, \
streams, event buses, and the catalog of Glue.

## What it keeps
Every other statement, and every other principal of the statements that are narrowed.

## Undo
Puts the former document back, character for character. Refused where the policy has changed since.
",
    };

    /// A policy is written as a whole, over whatever stands there by then.
    const RECHECKS: bool = true;

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(keeper) = Keeper::of(&request.service) else {
            return Ok(Planned::Impossible(format!("policies of `{}` are not known", request.service)));
        };
        let text = match keeper.read(site, &request.resource).await {
            Ok(text) => text,
            Err(fault) if fault.kind == Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let arn = keeper.arn(site, &request.resource);
        let plan = Plan::of(request.clone().into(), arn.clone(), snapshot(text.as_deref())?);
        let Some(text) = text else { return Ok(plan.noted("the resource has no policy any more").into()) };
        let document = parsed(&text)?;
        let home = Home { partition: site.partition(), account: &site.scope.account };
        let offends = |policy: &Policy| {
            let grants = policy.outside_grants(&home).into_iter();
            grants.filter(|grant| request.outsiders.contains(&grant.who)).map(|grant| grant.statement).collect()
        };
        let left = without(&document, &offends).map_err(|error| wrong(&error.to_string()))?;
        if left.as_ref() == Some(&document) {
            return Ok(plan.noted("the policy lets none of them in any more").into());
        }
        let left = match left {
            Some(left) if request.service != "kms" || manageable(&left, &site.scope.account) => Some(left),
            None if keeper.may_be_without() => None,
            None if request.service == "sns" => Some(own_alone(site, &request.resource)),
            _ => {
                let why = "what would be left of the key's policy lets nobody of the account change it";
                return Ok(Planned::Impossible(why.to_owned()));
            }
        };
        let plan = plan.tagged(tags::of(site, &arn).await?);
        let new = left.as_ref().map(Value::to_string);
        let set = |document: Option<&str>, part: Option<Value>| {
            let (call, parameters) = keeper.write(&request.resource, document);
            change(call, &parameters, [(PART.to_owned(), part)])
        };
        let doing = set(new.as_deref(), left.as_ref().map(canonical))?;
        let undoing = set(Some(&text), Some(canonical(&document)))?;
        Ok(plan.then(doing, [undoing]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        let keeper = Keeper::of(&request.service)
            .ok_or_else(|| Fault::refused("read", format!("policies of `{}` are not known", request.service)))?;
        snapshot(keeper.read(site, &request.resource).await?.as_deref())
    }

    fn rests_on_absence(&self, _: &Request, plan: &Plan) -> bool {
        plan.before.0.is_empty()
    }
}

/// The document as it can be compared: services give it back in forms of their own.
fn snapshot(text: Option<&str>) -> Result<Snapshot, Fault> {
    let parts = match text {
        Some(text) => BTreeMap::from([(PART.to_owned(), canonical(&parsed(text)?))]),
        None => BTreeMap::new(),
    };
    Ok(Snapshot(parts))
}

fn parsed(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))
}

fn wrong(why: &str) -> Fault {
    Fault::refused("the resource's policy", format!("cannot be read: {why}"))
}

/// Whether somebody of the account may still change the key's policy.
fn manageable(document: &Value, account: &str) -> bool {
    let statements = document.get("Statement").and_then(Value::as_array);
    statements.into_iter().flatten().any(|statement| {
        let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        let texts = |name: &str| statement.get(name).map(Value::to_string).unwrap_or_default();
        let may = ["\"kms:*\"", "\"kms:PutKeyPolicy\"", "\"kms:Put*\"", "\"*\""].iter().any(|action| texts("Action").contains(action));
        allows && may && texts("Principal").contains(account)
    })
}

/// The policy of a topic that only its own account may use: a topic cannot be without one.
fn own_alone(site: &Site<'_>, topic: &str) -> Value {
    let calls = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"];
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "OwnAccountAlone",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:{}:iam::{}:root", site.partition(), site.scope.account) },
            "Action": calls.map(|call| format!("sns:{call}")),
            "Resource": topic,
        }],
    })
}

const PERMISSIONS: &[Permission] = &[
    Permission::on(
        &["arn:${AWS::Partition}:s3:::*"],
        &["s3:GetBucketPolicy", "s3:GetBucketTagging", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:*"],
        &["sqs:GetQueueAttributes", "sqs:SetQueueAttributes"],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:*"],
        &["sns:GetTopicAttributes", "sns:ListTagsForResource", "sns:SetTopicAttributes"],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"],
        &["kms:GetKeyPolicy", "kms:ListResourceTags", "kms:PutKeyPolicy"],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*"],
        &[
            "secretsmanager:GetResourcePolicy",
            "secretsmanager:DescribeSecret",
            "secretsmanager:PutResourcePolicy",
            "secretsmanager:DeleteResourcePolicy",
        ],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*"],
        &[
            "ecr:GetRepositoryPolicy",
            "ecr:ListTagsForResource",
            "ecr:SetRepositoryPolicy",
            "ecr:DeleteRepositoryPolicy",
        ],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:backup:${AWS::Region}:${AWS::AccountId}:backup-vault:*"],
        &[
            "backup:GetBackupVaultAccessPolicy",
            "backup:PutBackupVaultAccessPolicy",
            "backup:DeleteBackupVaultAccessPolicy",
        ],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:file-system/*"],
        &[
            "elasticfilesystem:DescribeFileSystemPolicy",
            "elasticfilesystem:PutFileSystemPolicy",
            "elasticfilesystem:DeleteFileSystemPolicy",
        ],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"],
        &["dynamodb:GetResourcePolicy", "dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy"],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/*"],
        &["events:DescribeEventBus", "events:ListTagsForResource", "events:PutPermission", "events:RemovePermission"],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/*"],
        &["kinesis:GetResourcePolicy", "kinesis:PutResourcePolicy", "kinesis:DeleteResourcePolicy"],
    ),
    Permission::on(
        &["arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:catalog"],
        &["glue:GetResourcePolicy", "glue:PutResourcePolicy", "glue:DeleteResourcePolicy"],
    ),
];
