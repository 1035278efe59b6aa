//! `remove-trusted-principal`: takes those from outside whom a role trusts out of its trust policy.

use riposte_core::action::{ActionId, RemoveTrustedPrincipal as Request};
use riposte_core::iam::{Home, Policy, canonical, without};
use riposte_core::plan::{Plan, Snapshot};
use riposte_core::text::url_decoded;
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, identity, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RemoveTrustedPrincipal;

/// The document's name in the record.
const PART: &str = "AssumeRolePolicyDocument";

impl Contain for RemoveTrustedPrincipal {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::IAM];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RemoveTrustedPrincipal,
        title: "Remove a trusted principal from a role",
        permissions: &[
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"], &["iam:GetRole"]),
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"], &["iam:UpdateAssumeRolePolicy"])
                .when(&[When::RESTORABLE]),
        ],
        undo_permissions: &[],
        reversibility: "complete: the former trust policy is kept in the ledger, signed, and put back as it was",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Reads the role's trust policy and evaluates it as the detector did. Those whom the finding names are taken out: a \
statement that speaks of nobody else as a whole, of one that names others too only those principals. Where nothing \
would be left, a policy that denies everyone takes its place, since a role cannot be without one. Sessions that were \
made before live on until they expire.

The function may do so to what the operator tagged `riposte:restorable` with the value `true` alone: the call would \
otherwise be a way to administrative privileges for whoever takes the function over. For anything else a person \
is asked, and `riposte approve` does it with that person's own permissions.

## What it keeps
Every other statement and principal of the trust policy, the role's permissions, boundary and tags.

## Undo
Puts the former trust policy back. Refused where it has changed since.
",
    };

    /// A trust policy is written as a whole, over whatever stands there by then.
    const RECHECKS: bool = true;

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(role) = site.find("iam:GetRole", json!({ "RoleName": request.role_name })).await? else {
            return Ok(Planned::Gone(format!("the role {} does not exist", request.role_name)));
        };
        let text = trust(&role)?;
        let document = parsed(&text)?;
        let arn = role.pointer("/Role/Arn").and_then(Value::as_str).unwrap_or_default().to_owned();
        let plan = Plan::of(request.clone().into(), arn, snapshot(&document));
        let plan = plan.tagged(tags::read(role.pointer("/Role/Tags"))).identified(identity::of(&role));
        let home = Home { partition: site.partition(), account: &site.scope.account };
        let offends = |policy: &Policy| {
            let grants = policy.trust(&home).into_iter();
            grants.filter(|grant| request.outsiders.contains(&grant.who)).map(|grant| grant.statement).collect()
        };
        let left = without(&document, &offends).map_err(|error| wrong(&error.to_string()))?;
        if left.as_ref() == Some(&document) {
            return Ok(plan.noted("the role trusts none of them any more").into());
        }
        let left = left.unwrap_or_else(nobody);
        let set = |text: &str, part: &Value| {
            let parameters = json!({ "RoleName": request.role_name, "PolicyDocument": text });
            change("iam:UpdateAssumeRolePolicy", &parameters, [(PART.to_owned(), Some(canonical(part)))])
        };
        Ok(plan.then(set(&left.to_string(), &left)?, [set(&text, &document)?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        let role = site.find("iam:GetRole", json!({ "RoleName": request.role_name })).await?;
        let gone = || Fault { kind: Kind::Gone, ..Fault::refused("iam:GetRole", "the role does not exist") };
        Ok(snapshot(&parsed(&trust(&role.ok_or_else(gone)?)?)?))
    }

    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        true
    }
}

fn trust(role: &Value) -> Result<String, Fault> {
    let text = role.pointer("/Role/AssumeRolePolicyDocument").and_then(Value::as_str);
    let text = text.ok_or_else(|| Fault::refused("iam:GetRole", "the answer has no trust policy"))?;
    Ok(url_decoded(text).into_owned())
}

fn parsed(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))
}

fn wrong(why: &str) -> Fault {
    Fault::refused("the role's trust policy", format!("cannot be read: {why}"))
}

fn snapshot(document: &Value) -> Snapshot {
    Snapshot([(PART.to_owned(), canonical(document))].into())
}

/// A trust policy that lets nobody become the role.
fn nobody() -> Value {
    let statement = json!({ "Effect": "Deny", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" });
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}
