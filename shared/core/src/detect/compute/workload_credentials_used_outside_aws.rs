//! `workload-credentials-used-outside-aws`: what was issued to an instance, a task or a function is used elsewhere.

use crate::action::{ActionId, against};
use crate::detect::meta::{needs, page};
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Outcome, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::net::is_public_outside_aws;
use crate::text::plain;

/// See [`META`].
pub(super) struct WorkloadCredentialsUsedOutsideAws;

macro_rules! calls {
    ($($source:literal: [$($name:literal),* $(,)?]),* $(,)?) => {
        &[$($(EventName { source: $source, name: $name }),*),*]
    };
}

/// The first things that a thief of credentials looks at, and what there is to take.
const CALLS: &[EventName] = calls! {
    "s3.amazonaws.com": [
        "CopyObject", "DeleteObject", "DeleteObjects", "GetBucketAcl", "GetBucketLocation", "GetBucketPolicy",
        "GetObject", "HeadBucket", "HeadObject", "ListBuckets", "ListObjectVersions", "ListObjects", "ListObjectsV2",
        "PutObject",
    ],
    "sts.amazonaws.com": ["AssumeRole", "GetCallerIdentity"],
    "iam.amazonaws.com": [
        "GetAccountAuthorizationDetails", "GetUser", "ListAttachedRolePolicies", "ListRolePolicies", "ListRoles",
        "ListUsers",
    ],
    "secretsmanager.amazonaws.com": ["BatchGetSecretValue", "GetSecretValue", "ListSecrets"],
    "ssm.amazonaws.com": ["DescribeParameters", "GetParameter", "GetParameters", "GetParametersByPath"],
    "kms.amazonaws.com": ["Decrypt"],
    "dynamodb.amazonaws.com": ["GetItem", "ListTables", "Query", "Scan"],
    "ec2.amazonaws.com": ["DescribeInstances", "DescribeSecurityGroups", "DescribeSnapshots", "DescribeVpcs"],
    "lambda.amazonaws.com": ["GetFunction20150331v2", "ListFunctions20150331"],
    "rds.amazonaws.com": ["DescribeDBInstances"],
    "ecr.amazonaws.com": ["BatchGetImage", "GetAuthorizationToken"],
};

const META: Meta = Meta {
    id: "workload-credentials-used-outside-aws",
    title: "Credentials of an instance, a task or a function used outside of AWS",
    domain: Domain::Compute,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1552.005", "T1078.004"],
    actions: &[ActionId::RevokeSessions],
    events: Events::Calls(CALLS),
    needs: needs(&[&[
        ("sourceIPAddress", &[r#"{"anything-but": {"prefix": ["10.", "192.168."]}}"#]),
        ("userIdentity.invokedBy", &[r#"{"exists": false}"#]),
        ("userIdentity.type", &[r#""AssumedRole""#]),
        ("vpcEndpointId", &[r#"{"exists": false}"#]),
    ]]),
    outcome: Outcome::Any,
    burst: Some(Burst { what: "workloads", at_least: 1, within_s: 6 * 3600, per: Per::Principal }),
    prose: page(
        "\
## What it does
Fires when a session that AWS issued to an EC2 instance, an ECS task or a Lambda function reads data, lists it or
asks who it is from a public address that is not AWS's, refused or not: once for each role in six hours. Calls
from private addresses, through VPC endpoints, from addresses of AWS and by services do not fire, nor do sessions
that people and pipelines take.

## Why is this bad?
These credentials are issued to a machine by its metadata service and leave it only when somebody takes them: by
a request that the machine was made to send, by code that runs on it, from a dump of its environment. Whoever
holds them may do elsewhere what the machine may do.

## False positives
Machines that reach AWS through a proxy or an appliance of their own network, over Direct Connect or a VPN.
Exclude the network of that proxy.

## References
- <https://attack.mitre.org/techniques/T1552/005/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
- <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for WorkloadCredentialsUsedOutsideAws {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        // A load balancer or a proxy may add its own address behind the caller's.
        let source = call.source_ip().and_then(|source| source.split(',').next()).unwrap_or_default();
        let through_endpoint = call.part("vpcEndpointId").is_some_and(|id| !id.is_null());
        if call.by_service() || through_endpoint || !is_public_outside_aws(source) {
            return Ok(Vec::new());
        }
        let Some(workload) = workload(call) else { return Ok(Vec::new()) };
        let actor = call.actor();
        let role = actor.principal_arn().unwrap_or("(no role)");
        let why = format!("`{}` from `{source}` with the credentials of {workload}, role `{role}`", call.event_name());
        let target = Target::Resource { service: "iam".to_owned(), id: plain(role, 300) };
        let claim = Claim::of(target, plain(&why, 600)).asking(against(call));
        Ok(vec![Claim { counted: Some(workload), ..claim }])
    }
}

/// The instance, the task or the function that a session was issued to.
fn workload(call: &ApiCall) -> Option<String> {
    if call.caller("type").as_deref() != Some("AssumedRole") {
        return None;
    }
    let identity = call.part("userIdentity")?;
    let issued = identity.get("inScopeOf").and_then(|scope| scope.get("credentialsIssuedTo")?.string());
    if let Some(arn) = issued {
        let service = arn.split(':').nth(2).unwrap_or_default();
        return ["ec2", "ecs", "lambda"].contains(&service).then(|| format!("`{arn}`"));
    }
    let (principal, arn) = (call.caller("principalId").unwrap_or_default(), call.caller("arn").unwrap_or_default());
    let session = principal.split_once(':').map(|(_, session)| session).or_else(|| arn.splitn(3, '/').nth(2))?;
    let delivered = identity.get("sessionContext").and_then(|context| context.get("ec2RoleDelivery"));
    let hexadecimal = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let instance = session.strip_prefix("i-").is_some_and(|id| [8, 17].contains(&id.len()) && hexadecimal(id));
    if instance || delivered.is_some_and(|version| !version.is_null()) {
        return Some(format!("the instance `{session}`"));
    }
    // ECS names the session after the task.
    (session.len() == 32 && hexadecimal(session)).then(|| format!("the task `{session}`"))
}
