//! `remove-layer-permission`: takes one statement out of the policy of a layer's version.

use riposte_core::action::{ActionId, RemoveLayerPermission as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Map, Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemoveLayerPermission;

const VERSIONS: &[&str] = &["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:layer:*:*"];

impl Contain for RemoveLayerPermission {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::LAMBDA];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemoveLayerPermission,
        title: "Take a statement out of a layer's policy",
        permissions: &[Permission::on(
            VERSIONS,
            &["lambda:GetLayerVersionPolicy", "lambda:RemoveLayerVersionPermission"],
        )],
        undo_permissions: &[Permission::on(VERSIONS, &["lambda:AddLayerVersionPermission"])],
        reversibility: "complete: the statement is added again, under the same id",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Removes the one statement that the finding names, by its id, from the policy of the version of the layer. What was \
downloaded meanwhile is out of reach. A layer's version has no tags, so that `riposte:exempt` cannot be set on it.

## What it keeps
The layer, its versions, every other statement, and the functions that use it.

## Undo
Adds the statement again. Refused where the policy has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let before = statements(site, &request).await?;
        let arn = site.arn("lambda", &format!("layer:{}:{}", request.layer, request.version));
        let part = before.0.get(&request.statement_id).cloned();
        let plan = Plan::of(request.clone().into(), arn, before);
        let Some(part) = part else { return Ok(plan.noted("the statement is not there any more").into()) };
        let Some(back) = permission(&request, &part) else {
            let why = "the statement cannot be written by AddLayerVersionPermission, so it could not be put back";
            return Ok(Planned::Impossible(why.to_owned()));
        };
        let id = request.statement_id.clone();
        let remove = change("lambda:RemoveLayerVersionPermission", &named(&request), [(id.clone(), None)])?;
        let add = change("lambda:AddLayerVersionPermission", &back, [(id, Some(part))])?;
        Ok(plan.then(remove, [add]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        statements(site, &request).await
    }
}

fn named(request: &Request) -> Map<String, Value> {
    let Request { layer, version, statement_id } = request;
    let named = [("LayerName", json!(layer)), ("VersionNumber", json!(version)), ("StatementId", json!(statement_id))];
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The statements of the policy by their ids; none where there is no policy.
async fn statements(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let version = json!({ "LayerName": request.layer, "VersionNumber": request.version });
    let body = match site.get("lambda:GetLayerVersionPolicy", version).await {
        Ok(body) => body,
        // Lambda has no policy without a statement; the version may be gone too, which is as well.
        Err(fault) if fault.kind == Kind::Gone => return Ok(Snapshot::default()),
        Err(fault) => return Err(fault),
    };
    let text = body.get("Policy").and_then(Value::as_str).unwrap_or("{}");
    let policy: Value = serde_json::from_str(text)
        .map_err(|error| Fault::refused("lambda:GetLayerVersionPolicy", format!("the policy is no JSON: {error}")))?;
    let list = policy.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = list.into_iter().filter_map(|statement| {
        let id = statement.get("Sid").and_then(Value::as_str)?.to_owned();
        Some((id, statement))
    });
    Ok(Snapshot(named.collect()))
}

/// The parameters of AddLayerVersionPermission that write this statement; `None` where there are none.
fn permission(request: &Request, statement: &Value) -> Option<Map<String, Value>> {
    let mut out = named(request);
    (statement.get("Effect")?.as_str()? == "Allow").then_some(())?;
    out.insert("Action".to_owned(), json!(statement.get("Action")?.as_str()?));
    let principal = match statement.get("Principal")? {
        Value::Object(map) if map.len() == 1 => map.values().next()?.as_str()?,
        other => other.as_str()?,
    };
    // `arn:aws:iam::123456789012:root` is what is made of an account's number.
    let account = principal.strip_suffix(":root").and_then(|arn| arn.rsplit(':').next());
    out.insert("Principal".to_owned(), json!(account.unwrap_or(principal)));
    for (operator, keys) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        for (key, value) in keys.as_object()? {
            let known = operator == "StringEquals" && key.eq_ignore_ascii_case("aws:PrincipalOrgID");
            out.insert("OrganizationId".to_owned(), json!(value.as_str().filter(|_| known)?));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_call_can_write_is_written_again() {
        let request = Request { layer: "helpers".to_owned(), version: 3, statement_id: "all".to_owned() };
        let statement = json!({ "Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "lambda:GetLayerVersion" });
        let mut wanted = json!({
            "LayerName": "helpers", "VersionNumber": 3, "StatementId": "all", "Action": "lambda:GetLayerVersion",
            "Principal": "*",
        });
        assert_eq!(permission(&request, &statement).map(Value::Object).as_ref(), Some(&wanted));
        let mut bounded = statement.clone();
        bounded["Condition"] = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } });
        wanted["OrganizationId"] = json!("o-1");
        assert_eq!(permission(&request, &bounded).map(Value::Object), Some(wanted));
        bounded["Condition"] = json!({ "IpAddress": { "aws:SourceIp": "198.51.100.0/24" } });
        assert_eq!(permission(&request, &bounded), None);
    }
}
