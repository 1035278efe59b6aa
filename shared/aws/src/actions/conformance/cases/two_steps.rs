//! An action of no catalogue, with a plan of three changes of which two are the same call: what the driver must do
//! with such plans is held here, whatever the catalogue's actions need today.

use riposte_core::action::{ActionId, DeactivateAccessKey};
use riposte_core::plan::{Plan, Snapshot};
use serde::Serialize;
use serde_json::{Value, json};

use crate::actions::conformance::Case;
use crate::actions::{ActionMeta, Contain, Permission, Planned, Site, change};
use crate::api::Model;
use crate::fault::Fault;
use crate::testing::{Refused, refuse};

/// Sets two keys inactive and marks their user in between.
#[derive(Debug)]
struct TwoSteps;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SetStatus<'a> {
    key: &'a str,
    status: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SetTag<'a> {
    tag: Option<&'a str>,
}

impl Contain for TwoSteps {
    type Request = DeactivateAccessKey;

    const MODELS: &'static [&'static Model] = &[];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DeactivateAccessKey,
        title: "Two steps",
        permissions: &[Permission::anywhere(&["x:GetUser", "x:SetStatus", "x:SetTag"])],
        undo_permissions: &[],
        reversibility: "complete",
        reversible: true,
        disruptive: true,
        prose: "",
    };

    async fn plan(&self, site: &Site<'_>, request: DeactivateAccessKey) -> Result<Planned, Fault> {
        let Some(user) = site.find("x:GetUser", json!({})).await? else {
            return Ok(Planned::Gone("the user no longer exists".to_owned()));
        };
        let before = snapshot(&user);
        let arn = format!("arn:aws:iam::{}:user/eve", site.scope.account);
        let mut plan = Plan::of(request.into(), arn, before.clone());
        for key in ["a", "tag", "b"] {
            let (from, to) = if key == "tag" { (Value::Null, json!("marked")) } else { (json!("on"), json!("off")) };
            if before.0.get(key).unwrap_or(&Value::Null) != &from {
                continue;
            }
            let set = |part: &Value| {
                let delta = [(key.to_owned(), Some(part.clone()))];
                if key == "tag" {
                    return change("x:SetTag", &SetTag { tag: part.as_str() }, delta);
                }
                change("x:SetStatus", &SetStatus { key, status: part.as_str().unwrap() }, delta)
            };
            plan = plan.then(set(&to)?, [set(&from)?]);
        }
        if plan.changes.is_empty() { Ok(plan.noted("it is off already").into()) } else { Ok(plan.into()) }
    }

    async fn read(&self, site: &Site<'_>, _: DeactivateAccessKey, _: &Plan) -> Result<Snapshot, Fault> {
        Ok(snapshot(&site.get("x:GetUser", json!({})).await?))
    }
}

fn snapshot(user: &Value) -> Snapshot {
    Snapshot(user.as_object().unwrap().iter().map(|(name, part)| (name.clone(), part.clone())).collect())
}

fn get_user(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    if state["user"].is_null() { refuse("NoSuchEntity") } else { Ok(state["user"].clone()) }
}

fn set_status(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    state["user"][given["Key"].as_str().unwrap()] = given["Status"].clone();
    Ok(json!({}))
}

fn set_tag(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    state["user"]["tag"] = given["Tag"].clone();
    Ok(json!({}))
}

pub(crate) const CASE: Case = Case {
    name: "two-steps",
    action: || Box::new(TwoSteps),
    response: || DeactivateAccessKey { user_name: "eve".to_owned(), access_key_id: "a".to_owned() }.into(),
    state: |_, _| json!({ "user": { "a": "on", "b": "on", "c": "on", "tag": null }, "other": { "a": "on" } }),
    calls: &[
        ("sts:GetCallerIdentity", |_, _| Ok(json!({ "Arn": "arn:aws:iam::111122223333:user/operator" }))),
        ("x:GetUser", get_user),
        ("x:SetStatus", set_status),
        ("x:SetTag", set_tag),
    ],
    contain: |state, _| {
        (state["user"]["a"], state["user"]["b"]) = (json!("off"), json!("off"));
        state["user"]["tag"] = json!("marked");
    },
    meddle: Some(|state| state["user"]["c"] = json!("off")),
    remove: |state| state["user"] = Value::Null,
    scar: |_| {},
};
