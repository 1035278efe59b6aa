//! `require-metadata-tokens`: require tokens for instance metadata.

use riposte_core::action::{ActionId, RequireMetadataTokens as Request};
use serde_json::{Value, json};

use super::setting::{Setting, member};
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RequireMetadataTokens;

impl Setting for RequireMetadataTokens {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EC2];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RequireMetadataTokens,
        title: "Require tokens for instance metadata",
        permissions: &[Permission::anywhere(&["ec2:DescribeInstances", "ec2:DescribeTags"]), Permission::on(&["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*"], &["ec2:ModifyInstanceMetadataOptions"])],
        undo_permissions: &[],
        reversibility: "complete: requests without a token can be allowed again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Sets `HttpTokens` to `required`: metadata, and the role's credentials with it, is only given to callers that \
first ask for a session token.

## What it keeps
The metadata endpoint itself, its hop limit and every other option.

## Undo
Sets `HttpTokens` to `optional` again.
",
    };

    const PART: &'static str = "HttpTokens";

    const STEADY: &'static [&'static str] = &["HttpEndpoint", "HttpPutResponseHopLimit", "InstanceMetadataTags"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("ec2", &format!("instance/{}", request.instance_id))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        Ok(member(&site.get("ec2:DescribeInstances", json!({ "InstanceIds": [request.instance_id] })).await?, "/Reservations/0/Instances/0/MetadataOptions"))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (value.as_str() == Some("optional")).then(|| Value::from("required"))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        ("ec2:ModifyInstanceMetadataOptions", json!({ "InstanceId": request.instance_id, "HttpTokens": value }))
    }
}
