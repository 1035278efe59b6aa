//! `require-url-auth`: require IAM authentication on a function URL.

use riposte_core::action::{ActionId, RequireUrlAuth as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RequireUrlAuth;

impl Setting for RequireUrlAuth {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::LAMBDA];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RequireUrlAuth,
        title: "Require IAM authentication on a function URL",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"], &["lambda:GetFunctionUrlConfig", "lambda:ListTags", "lambda:UpdateFunctionUrlConfig"])],
        undo_permissions: &[],
        reversibility: "complete: the URL can be opened again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets the authentication of the function's URL from `NONE` to `AWS_IAM`: callers without a signed request are \
refused.

## What it keeps
The URL itself, its CORS settings, the function's code, policy and settings.

## Undo
Sets the authentication to `NONE` again.
",
    };

    const PART: &'static str = "AuthType";

    const STEADY: &'static [&'static str] = &["Cors", "InvokeMode"];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("lambda", &format!("function:{}", request.function))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        site.get("lambda:GetFunctionUrlConfig", json!({ "FunctionName": request.function })).await
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (value.as_str() == Some("NONE")).then(|| Value::from("AWS_IAM"))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        ("lambda:UpdateFunctionUrlConfig", json!({ "FunctionName": request.function, "AuthType": value }))
    }
}
