//! `request-hidden-by-size`: a call whose parameters decide, made so large that the trail leaves them out.

use crate::detect::fields::request_omitted;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct RequestHiddenBySize;

const fn event(source: &'static str, name: &'static str) -> EventName {
    EventName { source, name }
}

const META: Meta = Meta {
    id: "request-hidden-by-size",
    title: "Request made too large for the trail to record",
    domain: Domain::Traces,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1562.008", "T1027.001"],
    events: Events::Calls(&[
        event("iam.amazonaws.com", "PutUserPolicy"),
        event("iam.amazonaws.com", "PutRolePolicy"),
        event("iam.amazonaws.com", "PutGroupPolicy"),
        event("iam.amazonaws.com", "CreatePolicy"),
        event("iam.amazonaws.com", "CreatePolicyVersion"),
        event("iam.amazonaws.com", "CreateRole"),
        event("iam.amazonaws.com", "UpdateAssumeRolePolicy"),
        event("iam.amazonaws.com", "CreateSAMLProvider"),
        event("iam.amazonaws.com", "UpdateSAMLProvider"),
        event("sso.amazonaws.com", "PutInlinePolicyToPermissionSet"),
        event("organizations.amazonaws.com", "CreatePolicy"),
        event("organizations.amazonaws.com", "UpdatePolicy"),
        event("s3.amazonaws.com", "PutBucketPolicy"),
        event("s3.amazonaws.com", "PutBucketAcl"),
        event("s3.amazonaws.com", "PutBucketLifecycle"),
        event("s3.amazonaws.com", "PutBucketNotification"),
        event("s3.amazonaws.com", "PutBucketReplication"),
        event("s3.amazonaws.com", "PutAccessPointPolicy"),
        event("kms.amazonaws.com", "CreateKey"),
        event("kms.amazonaws.com", "PutKeyPolicy"),
        event("secretsmanager.amazonaws.com", "PutResourcePolicy"),
        event("dynamodb.amazonaws.com", "PutResourcePolicy"),
        event("glue.amazonaws.com", "PutResourcePolicy"),
        event("logs.amazonaws.com", "PutResourcePolicy"),
        event("bedrock.amazonaws.com", "PutResourcePolicy"),
        event("backup.amazonaws.com", "PutBackupVaultAccessPolicy"),
        event("elasticfilesystem.amazonaws.com", "PutFileSystemPolicy"),
        event("es.amazonaws.com", "UpdateDomainConfig"),
        event("ecr.amazonaws.com", "SetRepositoryPolicy"),
        event("sns.amazonaws.com", "SetTopicAttributes"),
        event("sqs.amazonaws.com", "SetQueueAttributes"),
        event("events.amazonaws.com", "PutRule"),
        event("events.amazonaws.com", "PutTargets"),
        event("ec2.amazonaws.com", "AuthorizeSecurityGroupIngress"),
        event("ec2.amazonaws.com", "AuthorizeSecurityGroupEgress"),
        event("ec2.amazonaws.com", "ModifySecurityGroupRules"),
        event("ec2.amazonaws.com", "RunInstances"),
        event("ec2.amazonaws.com", "CreateVpcEndpoint"),
        event("ec2.amazonaws.com", "ModifyVpcEndpoint"),
        event("ec2.amazonaws.com", "ModifySnapshotAttribute"),
        event("ec2.amazonaws.com", "ModifyImageAttribute"),
        event("cloudtrail.amazonaws.com", "PutEventSelectors"),
        event("config.amazonaws.com", "PutConfigurationRecorder"),
        event("guardduty.amazonaws.com", "CreateFilter"),
        event("wafv2.amazonaws.com", "UpdateWebACL"),
        event("ecs.amazonaws.com", "RegisterTaskDefinition"),
        event("ssm.amazonaws.com", "CreateDocument"),
        event("ssm.amazonaws.com", "UpdateDocument"),
    ]),
    prose: page(
        "\
## What it does
Fires when a call whose parameters decide whether it is bad (a policy that is written, a rule that opens a network,
selectors of a trail, a task definition) is recorded without them, since the request was too large: CloudTrail then
writes `omitted` and the size instead. Such calls with their parameters are read by the detectors of each, and other
large calls do not match.

## Why is this bad?
Padding a policy with blanks or a request with tags is enough to keep it out of the trail: the call is carried out, and
no detector and no reader of the trail sees what it allowed. Where the record still says which bucket, key, queue,
topic, secret, vault, file system, table, role or policy it is about, the functions read what AWS holds now and evaluate
that as if it had been in the record; offline, and for other resources, look at the resource itself.

## False positives
Policies that name hundreds of principals, and task definitions with many variables, which are as large as that by
themselves.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for RequestHiddenBySize {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !request_omitted(call) {
            return Ok(Vec::new());
        }
        let size = call.request("originalSize").map(|size| format!(" of {} characters", plain(&size.to_string(), 20)));
        let size = size.unwrap_or_default();
        let why = format!("the request{size} of `{}` was left out of the record for its size", call.event_name());
        let id = resource(call).unwrap_or("(left out)");
        let target = Target::Resource { service: call.service().to_owned(), id: plain(id, 300) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}

/// What the record says of the resource beside the request.
fn resource(call: &ApiCall) -> Option<&str> {
    let resources = call.member("resources")?.as_array()?;
    resources.iter().find_map(|resource| resource.get("ARN")?.as_str())
}
