//! `restore-permissions-boundary`: of a role that lost it, and of a user whose boundary was made void.

use riposte_core::action::RestorePermissionsBoundary as Request;
use riposte_core::finding::IamPrincipal;
use serde_json::{Value, json};

use super::it;
use crate::actions::RestorePermissionsBoundary;
use crate::actions::conformance::Case;
use crate::testing::{Refused, refuse};

const FORMER: &str = "arn:aws:iam::111122223333:policy/developers";
const VOID: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

fn described(state: &Value, kind: &str) -> Result<Value, Refused> {
    let mut described = it(state, "NoSuchEntity")?;
    described["Arn"] = json!(format!("arn:aws:iam::111122223333:{}/app", kind.to_lowercase()));
    Ok(json!({ kind: described }))
}

fn put(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    it(state, "NoSuchEntity")?;
    state["it"] = json!({ "PermissionsBoundary": { "PermissionsBoundaryArn": given["PermissionsBoundary"] } });
    Ok(json!({}))
}

fn delete(state: &mut Value, _: &Value) -> Result<Value, Refused> {
    if state["it"]["PermissionsBoundary"].is_null() {
        return refuse("NoSuchEntity");
    }
    state["it"] = json!({});
    Ok(json!({}))
}

/// CloudTrail's history: of another principal, of a call that failed, of the void one, and of the one that counts.
fn history(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    let name = given["LookupAttributes"][0]["AttributeValue"].as_str().unwrap();
    let (named, kind) = if name.contains("User") { ("userName", "User") } else { ("roleName", "Role") };
    let wanted = state["history"].as_str().unwrap().replace("KIND", kind);
    if name != wanted {
        return Ok(json!({ "Events": [] }));
    }
    let principal = state["name"].clone();
    let record = |principal: &Value, policy: &str, code: Value| {
        let asked = json!({ named: principal, "permissionsBoundary": policy });
        json!({ "CloudTrailEvent": json!({ "requestParameters": asked, "errorCode": code }).to_string() })
    };
    let events = [
        record(&principal, VOID, Value::Null),
        record(&json!("other"), "arn:aws:iam::111122223333:policy/other", Value::Null),
        record(&principal, "arn:aws:iam::111122223333:policy/refused", json!("AccessDenied")),
        json!({ "CloudTrailEvent": "no record" }),
        record(&principal, FORMER, Value::Null),
        record(&principal, "arn:aws:iam::111122223333:policy/older", Value::Null),
    ];
    Ok(json!({ "Events": events }))
}

pub(super) const ROLE: Case = Case {
    name: "restore-permissions-boundary: a role that lost it",
    action: || Box::new(RestorePermissionsBoundary),
    response: || {
        let before = Some("2026-11-22T10:00:00Z".to_owned());
        Request { principal: IamPrincipal::Role("app".to_owned()), before }.into()
    },
    state: |response, event| {
        let request: Request = response.read().unwrap();
        let replaced = event.is_some_and(|event| event["eventName"].as_str().unwrap().starts_with("Put"));
        let it =
            if replaced { json!({ "PermissionsBoundary": { "PermissionsBoundaryArn": VOID } }) } else { json!({}) };
        json!({ "it": it, "name": request.principal.name(), "history": "PutKINDPermissionsBoundary", "other": true })
    },
    calls: &[
        ("iam:GetUser", |state, _| described(state, "User")),
        ("iam:GetRole", |state, _| described(state, "Role")),
        ("iam:PutUserPermissionsBoundary", put),
        ("iam:PutRolePermissionsBoundary", put),
        ("iam:DeleteUserPermissionsBoundary", delete),
        ("iam:DeleteRolePermissionsBoundary", delete),
        ("cloudtrail:LookupEvents", history),
    ],
    contain: |state, _| state["it"] = json!({ "PermissionsBoundary": { "PermissionsBoundaryArn": FORMER } }),
    // It reads nothing else.
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const USER: Case = Case {
    name: "restore-permissions-boundary: a user who was made with it",
    response: || Request { principal: IamPrincipal::User("app".to_owned()), before: None }.into(),
    state: |_, _| json!({ "it": {}, "name": "app", "history": "CreateKIND", "other": true }),
    ..ROLE
};

pub(super) const VOIDED: Case = Case {
    name: "restore-permissions-boundary: one that bounds nothing",
    state: |_, _| {
        let it = json!({ "PermissionsBoundary": { "PermissionsBoundaryArn": VOID } });
        json!({ "it": it, "name": "app", "history": "PutKINDPermissionsBoundary", "other": true })
    },
    ..ROLE
};
