//! `whole-service-granted`: a policy that allows everything of a service, with every resource.

use super::written_policy;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::text::plain;

/// See [`META`].
pub(super) struct WholeServiceGranted;

const IAM: &str = "iam.amazonaws.com";

const META: Meta = Meta {
    id: "whole-service-granted",
    title: "Policy allows everything of a service",
    domain: Domain::Identity,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    technique: &["T1098.003", "T1098"],
    events: Events::Calls(&[
        EventName { source: IAM, name: "PutUserPolicy" },
        EventName { source: IAM, name: "PutRolePolicy" },
        EventName { source: IAM, name: "PutGroupPolicy" },
        EventName { source: IAM, name: "CreatePolicy" },
        EventName { source: IAM, name: "CreatePolicyVersion" },
        EventName { source: "sso.amazonaws.com", name: "PutInlinePolicyToPermissionSet" },
    ]),
    prose: page(
        "\
## What it does
Fires when a policy is written that allows every action of a service that keeps data, runs code or guards them
(`s3:*`, `dynamodb:*`, `kms:*`, `secretsmanager:*` and some more) with every resource. Policies that name actions or
resources do not match. Those by whose help a principal can get all permissions are `escalation-by-policy`,
`escalation-by-any-role`, `escalation-by-takeover` or an administrator's, and not reported again.

## Why is this bad?
Everything of a service includes sharing it with others, deleting it, and switching off what protects it, for all that
there is and all that will be.

## False positives
Roles that are set up in a hurry, and sandboxes. Name the actions and the resources.

## References
- <https://attack.mitre.org/techniques/T1098/003/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege>
",
    ),
    ..Meta::PLAIN
};

/// Of others, such as those that only measure, everything is little.
const SERVICES: [&str; 33] = [
    "acm-pca",
    "athena",
    "backup",
    "bedrock",
    "cloudformation",
    "cloudtrail",
    "cognito-idp",
    "config",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "eks",
    "elasticfilesystem",
    "es",
    "events",
    "glue",
    "guardduty",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "organizations",
    "rds",
    "redshift",
    "route53",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
];

impl Detector for WholeServiceGranted {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let document = ["policyDocument", "inlinePolicy"].into_iter().find_map(|key| call.request_text(key));
        let (Some(document), Some(written)) = (document, written_policy::written(call, facts)?) else {
            return Ok(Vec::new());
        };
        if written.has_power() {
            return Ok(Vec::new());
        }
        let mut services = written_policy::parse("policy", document)?.whole_services();
        services.retain(|service| SERVICES.contains(&service.to_ascii_lowercase().as_str()));
        if services.is_empty() {
            return Ok(Vec::new());
        }
        let named: Vec<_> = services.iter().map(|service| format!("`{}:*`", plain(service, 40))).collect();
        let why = format!("`{}` {}, which allows {}", call.event_name(), written.did, named.join(", "));
        Ok(vec![Claim::of(written.target, plain(&why, 600))])
    }
}
