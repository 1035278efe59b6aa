//! `revoke-grant`: revokes a grant on a KMS key.

use riposte_core::action::{ActionId, RevokeGrant as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Map, Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RevokeGrant;

/// The grant's name in the record. Its id is no name: a grant that is made again has another.
const PART: &str = "Grant";

/// What a grant is made of.
const MADE_OF: [&str; 7] = [
    "Constraints",
    "GranteePrincipal",
    "GranteeServicePrincipal",
    "Name",
    "Operations",
    "RetiringPrincipal",
    "RetiringServicePrincipal",
];

const KEYS: &[&str] = &["arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"];

impl Contain for RevokeGrant {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::KMS];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RevokeGrant,
        title: "Revoke a grant on a KMS key",
        permissions: &[Permission::on(KEYS, &["kms:ListGrants", "kms:ListResourceTags", "kms:RevokeGrant"])],
        undo_permissions: &[Permission::on(KEYS, &["kms:CreateGrant"])],
        reversibility: "with a loss: the grant is made again with the same terms, under a new id and token",
        reversible: false,
        disruptive: false,
        prose: "\
## What it does
Revokes the grant that the finding names: its holder cannot use the key any more, within the minutes that KMS needs. \
What was decrypted with it is out of reach.

## What it keeps
The key, its policy and every other grant.

## Undo
Makes a grant with the same grantee, operations and constraints. It has another id and another token.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let grant = match grants(site, &request).await {
            Ok(grants) => grants.into_iter().find(|grant| is(grant, &request)),
            Err(fault) if fault.kind == Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let arn = site.arn("kms", &format!("key/{}", request.key_id));
        let terms = grant.as_ref().map(terms);
        let plan = Plan::of(request.clone().into(), arn.clone(), snapshot(terms.clone()));
        let Some(terms) = terms else { return Ok(plan.noted("the grant is not there any more").into()) };
        let plan = plan.tagged(tags::of(site, &arn).await?);
        let both = json!({ "KeyId": request.key_id, "GrantId": request.grant_id });
        let mut recipe = terms.clone();
        recipe.insert("KeyId".to_owned(), json!(request.key_id));
        let revoke = change("kms:RevokeGrant", &both, [(PART.to_owned(), None)])?;
        let create = change("kms:CreateGrant", &recipe, [(PART.to_owned(), Some(Value::Object(terms)))])?;
        Ok(plan.then(revoke, [create]).into())
    }

    /// The grant by its id, or one with the same terms, as an undo has made it.
    async fn read(&self, site: &Site<'_>, request: Request, plan: &Plan) -> Result<Snapshot, Fault> {
        let former = plan.before.0.get(PART).and_then(Value::as_object);
        let found = |grant: &Value| is(grant, &request) || former.is_some_and(|former| terms(grant) == *former);
        Ok(snapshot(grants(site, &request).await?.iter().find(|grant| found(grant)).map(terms)))
    }
}

fn is(grant: &Value, request: &Request) -> bool {
    grant.get("GrantId").and_then(Value::as_str) == Some(&request.grant_id)
}

async fn grants(site: &Site<'_>, request: &Request) -> Result<Vec<Value>, Fault> {
    site.list("kms:ListGrants", json!({ "KeyId": request.key_id }), "Grants", ("NextMarker", "Marker")).await
}

/// Of a grant what makes it again.
fn terms(grant: &Value) -> Map<String, Value> {
    let member = |name: &str| Some((name.to_owned(), grant.get(name).filter(|value| !value.is_null())?.clone()));
    // KMS tells a grant without a name as one with an empty name, which it does not take.
    MADE_OF.into_iter().filter_map(member).filter(|(_, value)| value.as_str() != Some("")).collect()
}

fn snapshot(terms: Option<Map<String, Value>>) -> Snapshot {
    Snapshot(terms.map(|terms| (PART.to_owned(), Value::Object(terms))).into_iter().collect())
}
