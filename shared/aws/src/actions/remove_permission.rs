//! `remove-permission`: takes one statement out of a function's policy.

use std::collections::BTreeMap;

use riposte_core::action::{ActionId, RemovePermission as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Map, Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemovePermission;

impl Contain for RemovePermission {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::LAMBDA];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemovePermission,
        title: "Take a statement out of a function's policy",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"],
            &["lambda:GetPolicy", "lambda:ListTags", "lambda:RemovePermission"],
        )],
        undo_permissions: &[Permission::on(
            &["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"],
            &["lambda:AddPermission"],
        )],
        reversibility: "complete for what AddPermission can write: one action, one principal, Lambda's own conditions",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Removes the one statement that the finding names, by its id, from the policy of the function, version or alias. A \
statement that AddPermission could not write again (it came by PutResourcePolicy) is left alone, since it could not be \
put back.

## What it keeps
Every other statement of the policy, the function's code and settings.

## Undo
Adds the statement again, under the same id. Refused where the policy has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let before = statements(site, &request).await?;
        let arn = site.arn("lambda", &format!("function:{}", request.function));
        let part = before.0.get(&request.statement_id).cloned();
        let plan = Plan::of(request.clone().into(), arn.clone(), before);
        let Some(part) = part else { return Ok(plan.noted("the statement is not there any more").into()) };
        let Some(back) = permission(&request, &part) else {
            let why = "the statement cannot be written by AddPermission, so it could not be put back";
            return Ok(Planned::Impossible(why.to_owned()));
        };
        let plan = plan.tagged(tags::of(site, &arn).await?);
        let id = request.statement_id.clone();
        let remove = change("lambda:RemovePermission", &named(&request), [(id.clone(), None)])?;
        let add = change("lambda:AddPermission", &back, [(id, Some(part))])?;
        Ok(plan.then(remove, [add]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        statements(site, &request).await
    }
}

fn named(request: &Request) -> Map<String, Value> {
    let mut parameters = Map::new();
    parameters.insert("FunctionName".to_owned(), json!(request.function));
    parameters.insert("StatementId".to_owned(), json!(request.statement_id));
    if let Some(qualifier) = &request.qualifier {
        parameters.insert("Qualifier".to_owned(), json!(qualifier));
    }
    parameters
}

/// The statements of the policy by their ids; none where there is no policy.
async fn statements(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let mut parameters = named(request);
    parameters.remove("StatementId");
    let body = match site.get("lambda:GetPolicy", parameters.into()).await {
        Ok(body) => body,
        // AWS has no policy without a statement; the function may be gone too, which is as well.
        Err(fault) if fault.kind == Kind::Gone => return Ok(Snapshot::default()),
        Err(fault) => return Err(fault),
    };
    let text = body.get("Policy").and_then(Value::as_str).unwrap_or("{}");
    let policy: Value = serde_json::from_str(text)
        .map_err(|error| Fault::refused("lambda:GetPolicy", format!("the policy is no JSON: {error}")))?;
    let list = policy.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = list.into_iter().filter_map(|statement| {
        let id = statement.get("Sid").and_then(Value::as_str)?.to_owned();
        Some((id, in_full(statement, site.partition())))
    });
    Ok(Snapshot(named.collect::<BTreeMap<_, _>>()))
}

/// The statement with an account as its ARN: the number alone says the same.
fn in_full(mut statement: Value, partition: &str) -> Value {
    let account = statement.pointer("/Principal/AWS").and_then(Value::as_str);
    let account = account.filter(|text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(arn) = account.map(|account| format!("arn:{partition}:iam::{account}:root"))
        && let Some(place) = statement.pointer_mut("/Principal/AWS")
    {
        *place = Value::from(arn);
    }
    statement
}

/// The parameters of AddPermission that write this statement; `None` where there are none.
fn permission(request: &Request, statement: &Value) -> Option<Map<String, Value>> {
    let mut out = named(request);
    let mut put = |name: &str, value: &Value| {
        out.insert(name.to_owned(), value.clone());
    };
    (statement.get("Effect")?.as_str()? == "Allow").then_some(())?;
    put("Action", statement.get("Action").filter(|action| action.is_string())?);
    let principal = match statement.get("Principal")? {
        Value::Object(map) if map.len() == 1 => map.values().next()?.clone(),
        other => other.clone(),
    };
    let principal = principal.as_str()?;
    // `arn:aws:iam::123456789012:root` is what AddPermission makes of an account's number.
    let account = principal.strip_suffix(":root").and_then(|arn| arn.rsplit(':').next());
    put("Principal", &json!(account.unwrap_or(principal)));
    let conditions = statement.get("Condition").and_then(Value::as_object);
    for (operator, keys) in conditions.into_iter().flatten() {
        for (key, value) in keys.as_object()? {
            let name = match (operator.as_str(), key.to_ascii_lowercase().as_str()) {
                ("ArnLike", "aws:sourcearn") => "SourceArn",
                ("StringEquals", "aws:sourceaccount") => "SourceAccount",
                ("StringEquals", "aws:principalorgid") => "PrincipalOrgID",
                ("StringEquals", "lambda:functionurlauthtype") => "FunctionUrlAuthType",
                ("StringEquals", "lambda:eventsourcetoken") => "EventSourceToken",
                ("Bool", "lambda:invokedviafunctionurl") => "InvokedViaFunctionUrl",
                _ => return None,
            };
            let value = match value.as_str() {
                Some("true") if name == "InvokedViaFunctionUrl" => json!(true),
                _ => value.clone(),
            };
            put(name, &value);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request::of("arn:aws:lambda:us-east-1:123456789012:function:pay:live", None, "door").unwrap()
    }

    #[test]
    fn what_add_permission_wrote_is_written_again() {
        let statement = json!({
            "Sid": "door", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
            "Action": "lambda:InvokeFunction", "Resource": "arn:…",
            "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-1" }, "ArnLike": { "AWS:SourceArn": "arn:x" } },
        });
        let wanted = json!({
            "FunctionName": "pay", "Qualifier": "live", "StatementId": "door", "Action": "lambda:InvokeFunction",
            "Principal": "444455556666", "PrincipalOrgID": "o-1", "SourceArn": "arn:x",
        });
        assert_eq!(permission(&request(), &statement).map(Value::Object), Some(wanted));
    }

    #[test]
    fn what_it_cannot_write_is_left() {
        for statement in [
            json!({ "Effect": "Allow", "Principal": "*", "Action": ["lambda:Get*", "lambda:InvokeFunction"] }),
            json!({ "Effect": "Allow", "Principal": { "AWS": ["1", "2"] }, "Action": "lambda:InvokeFunction" }),
            json!({ "Effect": "Deny", "Principal": "*", "Action": "lambda:InvokeFunction" }),
            json!({ "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction",
                    "Condition": { "IpAddress": { "aws:SourceIp": "198.51.100.0/24" } } }),
        ] {
            assert_eq!(permission(&request(), &statement), None, "{statement}");
        }
    }
}
