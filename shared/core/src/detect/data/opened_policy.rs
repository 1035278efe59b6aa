//! What the detectors of opened resource policies share: where each call keeps the document, and whom
//! the document lets in.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::json::texts;
use crate::action::RemoveOutsiders;
use crate::detect::fields::field_error;
use crate::detect::network::patches;
use crate::detect::{Claim, DetectError, EventName, Facts};
use crate::event::ApiCall;
use crate::finding::{Confidence, Target};
use crate::iam::{Home, OutsideGrant, Outsider, Policy};
use crate::text::plain;

const fn event(source: &'static str, name: &'static str) -> EventName {
    EventName { source, name }
}

/// Every call that writes a policy onto a resource: onto buckets and access points, keys, secrets,
/// whatever else keeps or passes on data, and repositories of images.
pub(super) const ALL: &[EventName] = &[
    event("s3.amazonaws.com", "PutBucketPolicy"),
    event("s3.amazonaws.com", "PutAccessPointPolicy"),
    event("s3.amazonaws.com", "PutAccessPointPolicyForObjectLambda"),
    event("s3.amazonaws.com", "PutMultiRegionAccessPointPolicy"),
    event("s3.amazonaws.com", "PutAccessGrantsInstanceResourcePolicy"),
    event("s3express.amazonaws.com", "PutBucketPolicy"),
    event("s3tables.amazonaws.com", "PutTableBucketPolicy"),
    event("s3tables.amazonaws.com", "PutTablePolicy"),
    event("kms.amazonaws.com", "PutKeyPolicy"),
    event("kms.amazonaws.com", "CreateKey"),
    event("kms.amazonaws.com", "ReplicateKey"),
    event("secretsmanager.amazonaws.com", "PutResourcePolicy"),
    event("sns.amazonaws.com", "SetTopicAttributes"),
    event("sns.amazonaws.com", "CreateTopic"),
    event("sns.amazonaws.com", "AddPermission"),
    event("sqs.amazonaws.com", "SetQueueAttributes"),
    event("sqs.amazonaws.com", "CreateQueue"),
    event("sqs.amazonaws.com", "AddPermission"),
    event("events.amazonaws.com", "PutPermission"),
    event("glacier.amazonaws.com", "SetVaultAccessPolicy"),
    event("backup.amazonaws.com", "PutBackupVaultAccessPolicy"),
    event("dynamodb.amazonaws.com", "PutResourcePolicy"),
    event("dynamodb.amazonaws.com", "CreateTable"),
    event("elasticfilesystem.amazonaws.com", "PutFileSystemPolicy"),
    event("es.amazonaws.com", "CreateDomain"),
    event("es.amazonaws.com", "UpdateDomainConfig"),
    event("es.amazonaws.com", "CreateElasticsearchDomain"),
    event("es.amazonaws.com", "UpdateElasticsearchDomainConfig"),
    event("glue.amazonaws.com", "PutResourcePolicy"),
    event("logs.amazonaws.com", "PutResourcePolicy"),
    event("logs.amazonaws.com", "PutDestinationPolicy"),
    event("vpc-lattice.amazonaws.com", "PutAuthPolicy"),
    event("kinesis.amazonaws.com", "PutResourcePolicy"),
    event("redshift.amazonaws.com", "PutResourcePolicy"),
    event("redshift-serverless.amazonaws.com", "PutResourcePolicy"),
    event("mediastore.amazonaws.com", "PutContainerPolicy"),
    event("schemas.amazonaws.com", "PutResourcePolicy"),
    event("acm-pca.amazonaws.com", "PutPolicy"),
    event("ssm.amazonaws.com", "PutResourcePolicy"),
    event("s3vectors.amazonaws.com", "PutVectorBucketPolicy"),
    event("cloudhsm.amazonaws.com", "PutResourcePolicy"),
    event("events.amazonaws.com", "PutResourcePolicy"),
    event("logs.amazonaws.com", "PutDeliveryDestinationPolicy"),
    event("vpc-lattice.amazonaws.com", "PutResourcePolicy"),
    event("aps.amazonaws.com", "PutResourcePolicy"),
    event("aiops.amazonaws.com", "PutInvestigationGroupPolicy"),
    event("backup.amazonaws.com", "CreateBackupAccessPoint"),
    event("bedrock.amazonaws.com", "PutResourcePolicy"),
    event("bedrock-agentcore.amazonaws.com", "PutResourcePolicy"),
    event("cleanrooms-ml.amazonaws.com", "PutConfiguredAudienceModelPolicy"),
    event("cloudfront.amazonaws.com", "PutResourcePolicy"),
    event("cloudtrail.amazonaws.com", "PutResourcePolicy"),
    event("codebuild.amazonaws.com", "PutResourcePolicy"),
    event("comprehend.amazonaws.com", "PutResourcePolicy"),
    event("dsql.amazonaws.com", "CreateCluster"),
    event("dsql.amazonaws.com", "PutClusterPolicy"),
    event("entityresolution.amazonaws.com", "PutPolicy"),
    event("imagebuilder.amazonaws.com", "PutComponentPolicy"),
    event("imagebuilder.amazonaws.com", "PutContainerRecipePolicy"),
    event("imagebuilder.amazonaws.com", "PutImagePolicy"),
    event("imagebuilder.amazonaws.com", "PutImageRecipePolicy"),
    event("kafka.amazonaws.com", "PutClusterPolicy"),
    event("lex.amazonaws.com", "CreateResourcePolicy"),
    event("lex.amazonaws.com", "UpdateResourcePolicy"),
    event("mediapackagev2.amazonaws.com", "PutChannelPolicy"),
    event("mediapackagev2.amazonaws.com", "PutOriginEndpointPolicy"),
    event("network-firewall.amazonaws.com", "PutResourcePolicy"),
    event("networkmanager.amazonaws.com", "PutResourcePolicy"),
    event("oam.amazonaws.com", "PutSinkPolicy"),
    event("omics.amazonaws.com", "PutS3AccessPolicy"),
    event("osis.amazonaws.com", "PutResourcePolicy"),
    event("payment-cryptography.amazonaws.com", "PutResourcePolicy"),
    event("refactor-spaces.amazonaws.com", "PutResourcePolicy"),
    event("rekognition.amazonaws.com", "PutProjectPolicy"),
    event("route53resolver.amazonaws.com", "PutFirewallRuleGroupPolicy"),
    event("route53resolver.amazonaws.com", "PutResolverQueryLogConfigPolicy"),
    event("route53resolver.amazonaws.com", "PutResolverRulePolicy"),
    event("s3files.amazonaws.com", "PutFileSystemPolicy"),
    event("sagemaker.amazonaws.com", "PutEndpointPolicy"),
    event("sagemaker.amazonaws.com", "PutModelPackageGroupPolicy"),
    event("ses.amazonaws.com", "CreateEmailIdentityPolicy"),
    event("ses.amazonaws.com", "PutIdentityPolicy"),
    event("ses.amazonaws.com", "UpdateEmailIdentityPolicy"),
    event("signer.amazonaws.com", "AddProfilePermission"),
    event("sms-voice.amazonaws.com", "PutResourcePolicy"),
    event("ssm-contacts.amazonaws.com", "PutContactPolicy"),
    event("ssm-incidents.amazonaws.com", "PutResourcePolicy"),
    event("waf.amazonaws.com", "PutPermissionPolicy"),
    event("waf-regional.amazonaws.com", "PutPermissionPolicy"),
    event("wafv2.amazonaws.com", "PutPermissionPolicy"),
    event("xray.amazonaws.com", "PutResourcePolicy"),
    event("lambda.amazonaws.com", "PutResourcePolicy"),
    event("lambda.amazonaws.com", "PutResourcePolicy20260709"),
    event("codeartifact.amazonaws.com", "PutDomainPermissionsPolicy"),
    event("codeartifact.amazonaws.com", "PutRepositoryPermissionsPolicy"),
    event("ecr.amazonaws.com", "SetRepositoryPolicy"),
    event("ecr.amazonaws.com", "PutRegistryPolicy"),
];

/// Policies of buckets and of their access points.
pub(super) const BUCKETS: &[EventName] = ALL.split_at(8).0;
const AFTER_BUCKETS: &[EventName] = ALL.split_at(8).1;

/// Policies of KMS keys.
pub(super) const KEYS: &[EventName] = AFTER_BUCKETS.split_at(3).0;
const AFTER_KEYS: &[EventName] = AFTER_BUCKETS.split_at(3).1;

/// Policies of secrets.
pub(super) const SECRETS: &[EventName] = AFTER_KEYS.split_at(1).0;
const AFTER_SECRETS: &[EventName] = AFTER_KEYS.split_at(1).1;

/// Policies of whatever else keeps or passes on data. Repositories of code are the chapter of compute.
pub(super) const OTHERS: &[EventName] = AFTER_SECRETS.split_at(81).0;

/// Policies of APIs in API Gateway, which are the category of the network.
pub(in crate::detect) const APIS: &[EventName] = &[
    event("apigateway.amazonaws.com", "CreateRestApi"),
    event("apigateway.amazonaws.com", "ImportRestApi"),
    event("apigateway.amazonaws.com", "PutPortalProductSharingPolicy"),
    event("apigateway.amazonaws.com", "PutRestApi"),
    event("apigateway.amazonaws.com", "UpdateRestApi"),
];

/// Where a call keeps the resource's name, the first of which that is there, and the document. Both are
/// JSON pointers into the record.
struct Place {
    resource: &'static [&'static str],
    document: &'static [&'static str],
}

fn place(call: &ApiCall) -> Place {
    let (resource, document): (&[&str], &[&str]) = match call.event_name() {
        "PutBucketPolicy" => (&["/requestParameters/bucketName"], &["/requestParameters/bucketPolicy"]),
        "PutAccessPointPolicy" => {
            (&["/requestParameters/name"], &["/requestParameters/PutAccessPointPolicyRequest/Policy"])
        }
        "PutAccessPointPolicyForObjectLambda" => {
            (&["/requestParameters/name"], &["/requestParameters/PutAccessPointPolicyForObjectLambdaRequest/Policy"])
        }
        "PutAccessGrantsInstanceResourcePolicy" => (
            &["/requestParameters/accountId"],
            &["/requestParameters/PutAccessGrantsInstanceResourcePolicyRequest/Policy"],
        ),
        "PutMultiRegionAccessPointPolicy" => (
            &["/requestParameters/PutMultiRegionAccessPointPolicyRequest/Details/Name"],
            &["/requestParameters/PutMultiRegionAccessPointPolicyRequest/Details/Policy"],
        ),
        "PutTableBucketPolicy" => (&["/requestParameters/tableBucketARN"], &["/requestParameters/resourcePolicy"]),
        "PutTablePolicy" => {
            (&["/requestParameters/name", "/requestParameters/tableBucketARN"], &["/requestParameters/resourcePolicy"])
        }
        "PutKeyPolicy" => (&["/requestParameters/keyId"], &["/requestParameters/policy"]),
        // The request that makes a key cannot know its id.
        "CreateKey" => (&["/responseElements/keyMetadata/keyId"], &["/requestParameters/policy"]),
        "ReplicateKey" => (
            &["/responseElements/replicaKeyMetadata/keyId", "/requestParameters/keyId"],
            &["/requestParameters/policy"],
        ),
        "SetTopicAttributes" => (&["/requestParameters/topicArn"], &["/requestParameters/attributeValue"]),
        "CreateTopic" => {
            (&["/responseElements/topicArn", "/requestParameters/name"], &["/requestParameters/attributes/Policy"])
        }
        "SetQueueAttributes" | "CreateQueue" => (
            &["/requestParameters/queueUrl", "/responseElements/queueUrl", "/requestParameters/queueName"],
            &["/requestParameters/attributes/Policy", "/requestParameters/attribute/Policy"],
        ),
        "AddPermission" => (&["/requestParameters/topicArn", "/requestParameters/queueUrl"], &[]),
        "PutPermission" => (&["/requestParameters/eventBusName"], &["/requestParameters/policy"]),
        "SetVaultAccessPolicy" => {
            (&["/requestParameters/vaultName"], &["/requestParameters/policy/policy", "/requestParameters/policy"])
        }
        "PutBackupVaultAccessPolicy" => (&["/requestParameters/backupVaultName"], &["/requestParameters/policy"]),
        "CreateTable" => (&["/requestParameters/tableName"], &["/requestParameters/resourcePolicy"]),
        "PutFileSystemPolicy" => (&["/requestParameters/fileSystemId"], &["/requestParameters/policy"]),
        "CreateDomain" | "UpdateDomainConfig" | "CreateElasticsearchDomain" | "UpdateElasticsearchDomainConfig" => {
            (&["/requestParameters/domainName"], &["/requestParameters/accessPolicies"])
        }
        "PutDomainPermissionsPolicy" => (&["/requestParameters/domain"], &["/requestParameters/policyDocument"]),
        "PutRepositoryPermissionsPolicy" => {
            (&["/requestParameters/repository"], &["/requestParameters/policyDocument"])
        }
        "SetRepositoryPolicy" => (&["/requestParameters/repositoryName"], &["/requestParameters/policyText"]),
        "PutRegistryPolicy" => (&["/requestParameters/registryId"], &["/requestParameters/policyText"]),
        "PutDestinationPolicy" => (&["/requestParameters/destinationName"], &["/requestParameters/accessPolicy"]),
        "CreateRestApi" | "ImportRestApi" | "PutRestApi" | "UpdateRestApi" => (
            &[
                "/requestParameters/restApiId",
                "/responseElements/id",
                "/requestParameters/createRestApiInput/name",
                "/requestParameters/name",
            ],
            &["/requestParameters/createRestApiInput/policy", "/requestParameters/policy"],
        ),
        "PutPortalProductSharingPolicy" => {
            (&["/requestParameters/portalProductId"], &["/requestParameters/policyDocument"])
        }
        "PutContainerPolicy" => (&["/requestParameters/containerName"], &["/requestParameters/policy"]),
        "PutVectorBucketPolicy" => (
            &["/requestParameters/vectorBucketName", "/requestParameters/vectorBucketArn"],
            &["/requestParameters/policy"],
        ),
        // `PutResourcePolicy` of many services, `PutPolicy` and their like.
        _ => (
            &[
                "/requestParameters/secretId",
                "/requestParameters/identity",
                "/requestParameters/emailIdentity",
                "/requestParameters/resourceArn",
                "/requestParameters/resourceARN",
                "/requestParameters/registryName",
                "/requestParameters/policyName",
                "/requestParameters/resourceIdentifier",
                "/requestParameters/arn",
                "/requestParameters/clusterArn",
                "/requestParameters/identifier",
                "/requestParameters/imageArn",
                "/requestParameters/componentArn",
                "/requestParameters/imageRecipeArn",
                "/requestParameters/containerRecipeArn",
                "/requestParameters/modelPackageGroupName",
                "/requestParameters/projectArn",
                "/requestParameters/sinkIdentifier",
                "/requestParameters/workspaceId",
                "/requestParameters/profileName",
                "/requestParameters/contactArn",
                "/requestParameters/deliveryDestinationName",
                "/requestParameters/s3AccessPointArn",
                "/requestParameters/channelName",
                "/requestParameters/name",
            ],
            &[
                "/requestParameters/resourcePolicy",
                "/requestParameters/policy",
                "/requestParameters/policyInJson",
                "/requestParameters/policyDocument",
            ],
        ),
    };
    Place { resource, document }
}

/// The document that the call wrote; `None` where it wrote none, or CloudTrail keeps it to itself.
fn document(call: &ApiCall, place: &Place) -> Option<Value> {
    let record = call.record();
    let name = call.event_name();
    if name == "SetTopicAttributes" && call.request_text("attributeName") != Some("Policy") {
        return None;
    }
    // A domain within a VPC is reached by whoever the VPC lets in, and its policy is mostly left open.
    if record.pointer("/requestParameters/vPCOptions/subnetIds").is_some() {
        return None;
    }
    // What it answers is the whole API, not what was changed.
    if name == "UpdateRestApi" {
        return patched_policy(call.member("requestParameters")?);
    }
    let written = place.document.iter().find_map(|path| record.pointer(path));
    match written {
        Some(Value::String(text)) if text.trim_start().starts_with(['{', '%']) => written.cloned(),
        Some(Value::Object(_)) => written.cloned(),
        _ if ["AddPermission", "PutPermission", "AddProfilePermission"].contains(&name) => statement(call),
        // A place of its own, or the response alone. What search domains answer is all of their settings, not those
        // that were changed.
        _ => {
            let parts: &[&str] = if name.starts_with("Update") && name.ends_with("DomainConfig") {
                &["/requestParameters"]
            } else {
                &["/requestParameters", "/responseElements"]
            };
            parts.iter().find_map(|part| policy_within(record.pointer(part)?))
        }
    }
}

/// The policy that a patch of an API writes.
fn patched_policy(request: &Value) -> Option<Value> {
    let text = |patch: &Value, key: &str| patch.get(key).and_then(Value::as_str).map(str::to_owned);
    let written = patches(request).into_iter().find(|patch| {
        text(patch, "path").is_some_and(|path| path == "/policy") && text(patch, "op").is_none_or(|op| op != "remove")
    });
    written.and_then(|patch| text(patch, "value")).filter(|value| !value.is_empty()).map(Value::String)
}

/// The policy that stands somewhere in a part of the event, whatever its place is called: as an object, or as a text.
/// Some services write the document into the response alone.
fn policy_within(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => {
            let is_policy = text.trim_start().starts_with(['{', '%']) && text.contains("Statement");
            // API Gateway answers with the text as it would stand within another.
            let escaped = text.trim_start().starts_with("{\\\"");
            is_policy.then(|| if escaped { Value::String(text.replace("\\\"", "\"")) } else { value.clone() })
        }
        Value::Object(members) if members.contains_key("Statement") => Some(value.clone()),
        // Rules for masking what passes look like a policy, and let nobody in.
        Value::Object(members) => {
            let policies = members.iter().filter(|(key, _)| !key.to_ascii_lowercase().contains("dataprotection"));
            policies.map(|(_, value)| value).find_map(policy_within)
        }
        Value::Array(members) => members.iter().find_map(policy_within),
        _ => None,
    }
}

/// The statement that SNS, SQS and EventBridge make of a list of accounts.
fn statement(call: &ApiCall) -> Option<Value> {
    let lists = ["aWSAccountId", "aWSAccountIds", "principal"];
    let principals: Vec<&str> = lists.iter().flat_map(|key| texts(call.request(key))).collect();
    if principals.is_empty() {
        return None;
    }
    let lists = ["actionName", "actions", "action"];
    let mut actions: Vec<&str> = lists.iter().flat_map(|key| texts(call.request(key))).collect();
    if actions.is_empty() {
        actions.push("*");
    }
    let mut statement = json!({"Effect": "Allow", "Principal": {"AWS": principals}, "Action": actions});
    let part = |key: &str| call.request("condition").and_then(|condition| condition.get(key)).and_then(Value::as_str);
    if let (Some(operator), Some(key), Some(value)) = (part("type"), part("key"), part("value"))
        && let Some(statement) = statement.as_object_mut()
    {
        statement.insert("Condition".to_owned(), json!({operator: {key: value}}));
    }
    Some(json!({"Statement": [statement]}))
}

/// Whom a detector looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) enum Wanted {
    /// Everyone.
    Everyone,
    /// Everyone, unless a condition remains that the document cannot be judged by.
    EveryoneAtAll,
    /// Other accounts, and identity providers of others.
    Others,
}

impl Wanted {
    fn covers(self, grant: &OutsideGrant) -> bool {
        match (&grant.who, self) {
            (Outsider::Everyone, Self::Everyone) => true,
            (Outsider::Everyone, Self::EveryoneAtAll) => !grant.narrowed,
            (Outsider::Account(id), Self::Others) => !is_of_aws(id),
            (Outsider::Federation(_), Self::Others) => true,
            _ => false,
        }
    }
}

/// The name of the resource and the document that a call wrote onto it; `None` where it wrote none that can
/// be read.
pub(super) fn written(call: &ApiCall) -> Option<(String, Value)> {
    let place = place(call);
    let document = match document(call, &place)? {
        Value::String(text) => serde_json::from_str(&text).ok()?,
        document => document,
    };
    Some((resource(call, &place).to_owned(), document))
}

fn resource<'a>(call: &'a ApiCall, place: &Place) -> &'a str {
    place.resource.iter().find_map(|path| call.record().pointer(path)?.as_str()).unwrap_or("default")
}

/// The claim about the document that a call wrote.
pub(in crate::detect) fn judge(call: &ApiCall, facts: &Facts, wanted: Wanted) -> Result<Vec<Claim>, DetectError> {
    let place = place(call);
    let Some(document) = document(call, &place) else { return Ok(Vec::new()) };
    let resource = resource(call, &place);
    let account = call.account().ok_or_else(|| field_error(call, "recipientAccountId", "is missing"))?;
    let policy = Policy::from_value(&document)
        .map_err(|error| DetectError::Policy { policy: plain(resource, 200), wrong: error.to_string() })?;
    let home = Home { partition: call.partition(), account: &account };
    let mut grants = policy.outside_grants(&home);
    grants.retain(|grant| wanted.covers(grant) && !facts.trusted.holds_outsider(&grant.who));
    if grants.is_empty() {
        return Ok(Vec::new());
    }
    let service = call.service();
    let target = Target::Resource { service: service.to_owned(), id: plain(resource, 300) };
    let all_narrowed = grants.iter().all(|grant| grant.narrowed);
    let confidence = all_narrowed.then_some(Confidence::Low);
    let claim = Claim::of(target, plain(&why(call, resource, &grants), 600));
    Ok(vec![Claim { confidence, ..claim.asking(response(call, resource, grants)) }])
}

/// What takes those whom a call let in out of the policy again; `None` where it is not known how, and for a call that
/// was refused.
fn response(call: &ApiCall, resource: &str, grants: Vec<OutsideGrant>) -> Option<RemoveOutsiders> {
    let service = call.service();
    let resource = match (service, call.event_name()) {
        _ if call.failed() => return None,
        ("s3", "PutBucketPolicy")
        | ("sns", "SetTopicAttributes" | "CreateTopic" | "AddPermission")
        | ("sqs", "SetQueueAttributes" | "CreateQueue" | "AddPermission")
        | ("secretsmanager", "PutResourcePolicy")
        | ("ecr", "SetRepositoryPolicy")
        | ("backup", "PutBackupVaultAccessPolicy")
        | ("elasticfilesystem", "PutFileSystemPolicy")
        | ("events", "PutPermission")
        | ("kinesis", "PutResourcePolicy")
        | ("dynamodb", "PutResourcePolicy") => resource,
        ("glue", "PutResourcePolicy") => "catalog",
        ("kms", _) => resource.rsplit_once(":key/").map_or(resource, |(_, id)| id),
        _ => return None,
    };
    let mut outsiders: Vec<_> = grants.into_iter().map(|grant| grant.who).collect();
    outsiders.sort();
    outsiders.dedup();
    RemoveOutsiders::of(service, resource, outsiders)
}

/// How many of a list a sentence names before it counts the rest.
const NAMED: usize = 3;

fn why(call: &ApiCall, resource: &str, grants: &[OutsideGrant]) -> String {
    let list = |texts: Vec<String>| {
        let more = texts.len().saturating_sub(NAMED);
        let named = texts.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
        if more > 0 { format!("{named} and {more} more") } else { named }
    };
    let mut actions: Vec<Cow<'_, str>> = grants.iter().flat_map(|grant| &grant.actions).map(Cow::from).collect();
    actions.sort();
    actions.dedup();
    format!(
        "`{}` let {} use `{}`: {}",
        call.event_name(),
        list(grants.iter().map(ToString::to_string).collect()),
        plain(resource, 200),
        list(actions.iter().map(|action| format!("`{}`", plain(action, 80))).collect()),
    )
}

/// Accounts of AWS itself, which its documents tell customers to let in: those that load balancers of
/// the older regions write their access logs from, and the one of billing reports.
fn is_of_aws(account: &str) -> bool {
    const ACCOUNTS: [&str; 27] = [
        "009996457667",
        "027434742980",
        "033677994240",
        "037604701340",
        "048591011584",
        "054676820928",
        "076674570225",
        "098369216593",
        "114774131450",
        "127311923021",
        "156460612806",
        "190560391635",
        "383597477331",
        "386209384616",
        "507241528517",
        "582318560864",
        "589379963580",
        "600734575887",
        "635631232127",
        "638102146993",
        "652711504416",
        "718504428378",
        "754344448648",
        "783225319266",
        "797873946194",
        "897822967062",
        "985666609251",
    ];
    ACCOUNTS.binary_search(&account).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn call(source: &str, name: &str, request: Value) -> ApiCall {
        let record = json!({
            "eventSource": source, "eventName": name, "awsRegion": "eu-west-1",
            "recipientAccountId": "111122223333",
        });
        let mut record = record.as_object().unwrap().clone();
        record.insert("requestParameters".to_owned(), request);
        ApiCall::new(record, None, None)
    }

    fn found(call: &ApiCall, wanted: Wanted) -> Vec<String> {
        judge(call, &Facts::default(), wanted).unwrap().into_iter().map(|claim| claim.why).collect()
    }

    #[test]
    fn lists_of_accounts_are_read_as_statements() {
        let sns = call(
            "sns.amazonaws.com",
            "AddPermission",
            json!({"topicArn": "arn:aws:sns:eu-west-1:111122223333:orders", "label": "x",
                   "aWSAccountId": ["444455556666", "111122223333"], "actionName": ["Publish"]}),
        );
        assert_eq!(found(&sns, Wanted::EveryoneAtAll), Vec::<String>::new());
        let why = "`AddPermission` let account `444455556666` (statement 1) use \
                   `arn:aws:sns:eu-west-1:111122223333:orders`: `publish`";
        assert_eq!(found(&sns, Wanted::Others), [why]);
        let request = json!({"principal": "*", "action": "events:PutEvents", "statementId": "s", "condition":
                             {"type": "StringEquals", "key": "aws:PrincipalOrgID", "value": "o-example0000"}});
        let bus = call("events.amazonaws.com", "PutPermission", request.clone());
        assert_eq!(found(&bus, Wanted::EveryoneAtAll), Vec::<String>::new());
        let mut open = request;
        open.as_object_mut().unwrap().remove("condition");
        let bus = call("events.amazonaws.com", "PutPermission", open);
        assert_eq!(
            found(&bus, Wanted::EveryoneAtAll),
            ["`PutPermission` let everyone (statement 1) use `default`: `events:putevents`"]
        );
    }

    #[test]
    fn every_call_has_a_place_where_its_document_is_found() {
        let policy = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]});
        for event in ALL {
            let text = Value::String(policy.to_string());
            let request = json!({
                "bucketPolicy": policy, "policy": text, "resourcePolicy": text, "accessPolicies": text,
                "policyDocument": text, "accessPolicy": text, "policyText": text, "principal": "*", "attributeName": "Policy", "attributeValue": text,
                "attributes": {"Policy": text}, "aWSAccountId": ["*"],
                "PutAccessPointPolicyRequest": {"Policy": text},
                "PutAccessPointPolicyForObjectLambdaRequest": {"Policy": text},
                "PutAccessGrantsInstanceResourcePolicyRequest": {"Policy": text},
                "PutMultiRegionAccessPointPolicyRequest": {"Details": {"Name": "m", "Policy": text}},
            });
            let call = call(event.source, event.name, request);
            assert_eq!(found(&call, Wanted::EveryoneAtAll).len(), 1, "{event:?}");
        }
    }

    #[test]
    fn a_policy_is_found_as_an_object_in_a_place_of_its_own_or_in_the_response_alone() {
        let policy = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]});
        let sink = ("oam.amazonaws.com", "PutSinkPolicy");
        for request in [
            json!({"sinkIdentifier": "s", "policy": policy}),
            json!({"sinkIdentifier": "s", "policy": policy.to_string()}),
            json!({"sinkIdentifier": "s", "PutSinkPolicyRequest": {"Policy": policy.to_string()}}),
            json!({"sinkIdentifier": "s", "input": [{"document": policy}]}),
        ] {
            let call = call(sink.0, sink.1, request.clone());
            assert_eq!(found(&call, Wanted::EveryoneAtAll).len(), 1, "{request}");
        }
        let request = call(sink.0, sink.1, json!({"sinkIdentifier": "s", "policy": "***"}));
        assert_eq!(found(&request, Wanted::EveryoneAtAll), Vec::<String>::new());
        let mut record = request.record().as_object().unwrap().clone();
        record.insert("responseElements".to_owned(), json!({"sinkArn": "s", "policy": policy.to_string()}));
        assert_eq!(found(&ApiCall::new(record, None, None), Wanted::EveryoneAtAll).len(), 1);
        let masking = json!({"name": "t", "dataProtectionPolicy": policy.to_string()});
        let topic = self::call("sns.amazonaws.com", "CreateTopic", masking);
        assert_eq!(found(&topic, Wanted::EveryoneAtAll), Vec::<String>::new());
    }

    #[test]
    fn each_kind_is_cut_out_of_the_whole() {
        let services = |events: &[EventName]| -> Vec<_> { events.iter().map(|event| event.source).collect() };
        assert!(services(BUCKETS).iter().all(|service| service.starts_with("s3")));
        assert!(services(KEYS).iter().all(|service| *service == "kms.amazonaws.com"));
        assert_eq!(services(SECRETS), ["secretsmanager.amazonaws.com"]);
        let first = ["s3.", "s3express.", "s3tables.", "kms", "secretsmanager", "codeartifact", "ecr"];
        assert!(!services(OTHERS).iter().any(|service| first.iter().any(|name| service.starts_with(name))));
        assert_eq!(services(ALL).len(), BUCKETS.len() + KEYS.len() + 1 + OTHERS.len() + 4);
    }

    #[test]
    fn a_document_that_cannot_be_read_is_an_error() {
        let call = call("s3.amazonaws.com", "PutBucketPolicy", json!({"bucketName": "b", "bucketPolicy": {"a": 1}}));
        assert_eq!(
            judge(&call, &Facts::default(), Wanted::Everyone).unwrap_err().to_string(),
            "policy `b`: no `Statement`"
        );
    }

    #[test]
    fn accounts_of_aws_are_sorted_and_nobody_else() {
        assert!(is_of_aws("127311923021") && is_of_aws("009996457667") && is_of_aws("985666609251"));
        assert!(!is_of_aws("444455556666"));
    }
}
