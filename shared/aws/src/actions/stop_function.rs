//! `stop-function`: stop a function from running.

use riposte_core::action::{ActionId, StopFunction as Request};
use serde_json::{Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct StopFunction;

impl Setting for StopFunction {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::LAMBDA];

    const META: ActionMeta = ActionMeta {
        id: ActionId::StopFunction,
        title: "Stop a function from running",
        permissions: &[Permission::on(&["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"], &["lambda:GetFunctionConcurrency", "lambda:ListTags", "lambda:PutFunctionConcurrency"])],
        undo_permissions: &[Permission::on(&["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"], &["lambda:DeleteFunctionConcurrency"])],
        reversibility: "complete: the concurrency that was reserved before, or none, is set again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Reserves a concurrency of 0: every new invocation is throttled. One that is running goes on to its end. No \
reservation and a reservation of 0 read alike but for one member of the answer, which is what is compared.

## What it keeps
The function's code, policy, triggers and settings.

## Undo
Sets the reservation that was there before; where there was none, removes it.
",
    };

    const PART: &'static str = "ReservedConcurrentExecutions";

    const STEADY: &'static [&'static str] = &[];

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("lambda", &format!("function:{}", request.function))
    }

    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        site.get("lambda:GetFunctionConcurrency", json!({ "FunctionName": request.function })).await
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        (value.as_u64() != Some(0)).then(|| Value::from(0))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let name = &request.function;
        match value {
            Value::Null => ("lambda:DeleteFunctionConcurrency", json!({ "FunctionName": name })),
            value => (
                "lambda:PutFunctionConcurrency",
                json!({ "FunctionName": name, "ReservedConcurrentExecutions": value }),
            ),
        }
    }
}
