//! `external-function-used`: a resource is told to run a function of an external account.

use crate::arn::account_of;
use crate::detect::fields::home;
use crate::detect::meta::page;
use crate::detect::named::named;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;
use serde_json::Value;

/// See [`META`].
pub(super) struct ExternalFunctionUsed;

const fn event(source: &'static str, name: &'static str) -> EventName {
    EventName { source, name }
}

const META: Meta = Meta {
    id: "external-function-used",
    title: "Function of an external account put into use",
    domain: Domain::Compute,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1546", "T1537", "T1556"],
    no_response: "What runs it is changed by as many calls as there are services, each of which needs the former \
        function's name, and that is not in the event.",
    events: Events::Calls(&[
        event("secretsmanager.amazonaws.com", "RotateSecret"),
        event("cognito-idp.amazonaws.com", "CreateUserPool"),
        event("cognito-idp.amazonaws.com", "UpdateUserPool"),
        event("bedrock.amazonaws.com", "CreateAgentActionGroup"),
        event("bedrock.amazonaws.com", "UpdateAgentActionGroup"),
        event("bedrock.amazonaws.com", "CreateAgent"),
        event("bedrock.amazonaws.com", "UpdateAgent"),
        event("bedrock.amazonaws.com", "CreateDataSource"),
        event("bedrock.amazonaws.com", "UpdateDataSource"),
        event("bedrock-agentcore.amazonaws.com", "CreateGatewayTarget"),
        event("bedrock-agentcore.amazonaws.com", "UpdateGatewayTarget"),
        event("athena.amazonaws.com", "CreateDataCatalog"),
        event("athena.amazonaws.com", "UpdateDataCatalog"),
        event("appsync.amazonaws.com", "CreateDataSource"),
        event("appsync.amazonaws.com", "UpdateDataSource"),
        event("apigateway.amazonaws.com", "CreateAuthorizer"),
        event("apigateway.amazonaws.com", "UpdateAuthorizer"),
        event("apigateway.amazonaws.com", "CreateIntegration"),
        event("apigateway.amazonaws.com", "UpdateIntegration"),
        event("apigateway.amazonaws.com", "PutIntegration"),
        event("ses.amazonaws.com", "CreateReceiptRule"),
        event("ses.amazonaws.com", "UpdateReceiptRule"),
        event("transfer.amazonaws.com", "CreateServer"),
        event("transfer.amazonaws.com", "UpdateServer"),
        event("transfer.amazonaws.com", "CreateWorkflow"),
        event("connect.amazonaws.com", "AssociateLambdaFunction"),
        event("elasticloadbalancing.amazonaws.com", "RegisterTargets"),
        event("cloudfront.amazonaws.com", "CreateDistribution"),
        event("cloudfront.amazonaws.com", "UpdateDistribution"),
        event("iot.amazonaws.com", "CreateAuthorizer"),
        event("iot.amazonaws.com", "UpdateAuthorizer"),
        event("s3.amazonaws.com", "CreateAccessPointForObjectLambda"),
        event("s3.amazonaws.com", "PutAccessPointConfigurationForObjectLambda"),
        event("lambda.amazonaws.com", "PutFunctionEventInvokeConfig"),
        event("lambda.amazonaws.com", "PutFunctionEventInvokeConfig20190925"),
        event("lambda.amazonaws.com", "UpdateFunctionEventInvokeConfig"),
        event("lambda.amazonaws.com", "UpdateFunctionEventInvokeConfig20190925"),
        event("states.amazonaws.com", "CreateStateMachine"),
        event("states.amazonaws.com", "UpdateStateMachine"),
    ]),
    prose: page(
        "\
## What it does
Fires when something of the account is set to run a Lambda function of an external account: the rotation of a
secret, the sign-in of an application (Cognito), a tool of an agent (Bedrock), a catalog of Athena, a data
source or an authorizer of an API, a receipt rule of mail, the users of a file server, a target of a load
balancer, a function at the edge of a distribution, an access point that rewrites objects, or what comes after
another function. Functions of the account itself, and of accounts under `/riposte/trusted-accounts`, do
not match.

## Why is this bad?
The function is handed what passes: the new value of the secret, passwords and tokens, questions to the agent,
requests of customers. Its code is the external account's and can change at any time, and its log is not ours.

## False positives
Connectors that a vendor runs for its customers, and accounts of one company that share functions. Name them as
trusted.

## References
- <https://attack.mitre.org/techniques/T1546/>
- <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>
- <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for ExternalFunctionUsed {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (_, account) = home(call)?;
        let mut functions = Vec::new();
        call.member("requestParameters").into_iter().for_each(|request| collect(request, &mut functions));
        let external = |arn: &&str| account_of(arn).is_some_and(|id| facts.trusted.is_foreign(Some(&account), id));
        let Some(function) = functions.into_iter().find(external) else { return Ok(Vec::new()) };
        let what = named(call, NAMES).unwrap_or_else(|| "(not named)".to_owned());
        let why = format!("`{}` lets `{what}` run `{function}`, of an external account", call.event_name());
        let target = Target::Resource { service: call.service().to_owned(), id: plain(&what, 300) };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}

/// The fields that name what runs the function, the best first.
const NAMES: &[&str] = &[
    "secretId",
    "userPoolId",
    "poolName",
    "agentId",
    "knowledgeBaseId",
    "gatewayIdentifier",
    "restApiId",
    "apiId",
    "ruleSetName",
    "serverId",
    "instanceId",
    "targetGroupArn",
    "distributionId",
    "functionName",
    "stateMachineArn",
    "authorizerName",
    "name",
    "id",
];

/// The ARNs of functions in a value, however deep: alone, or within the address by which API Gateway and others
/// call one (`arn:aws:apigateway:…:lambda:path/2015-03-31/functions/arn:aws:lambda:…/invocations`).
fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.extend(functions_in(text)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(members) => members.values().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn functions_in(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices("arn:").map(|(at, _)| text.get(at..).unwrap_or_default());
    starts.filter(|arn| arn.split(':').nth(2) == Some("lambda")).map(|arn| {
        let end = arn.find(['/', '"', ',', ' ', '}', '\\']).unwrap_or(arn.len());
        arn.get(..end).unwrap_or(arn)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_alone_and_within_addresses() {
        let address = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/\
                       arn:aws:lambda:eu-west-1:444455556666:function:x/invocations";
        for (text, want) in [
            (
                "arn:aws:lambda:eu-west-1:444455556666:function:x",
                vec!["arn:aws:lambda:eu-west-1:444455556666:function:x"],
            ),
            (address, vec!["arn:aws:lambda:eu-west-1:444455556666:function:x"]),
            (
                "metadata-function=arn:aws-cn:lambda:cn-north-1:444455556666:function:m,record-function=arn:aws-cn:lambda:cn-north-1:111122223333:function:r",
                vec![
                    "arn:aws-cn:lambda:cn-north-1:444455556666:function:m",
                    "arn:aws-cn:lambda:cn-north-1:111122223333:function:r",
                ],
            ),
            ("arn:aws:s3:::lambda", vec![]),
            ("arn:", vec![]),
        ] {
            assert_eq!(functions_in(text).collect::<Vec<_>>(), want, "{text}");
        }
    }
}
