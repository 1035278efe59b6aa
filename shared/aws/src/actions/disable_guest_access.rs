//! `disable-guest-access`: gives no credentials of an identity pool to those who have not signed in.

use riposte_core::action::{ActionId, DisableGuestAccess as Request};
use riposte_core::plan::{Change, Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct DisableGuestAccess;

/// The flag's name.
const FLAG: &str = "AllowUnauthenticatedIdentities";

impl Contain for DisableGuestAccess {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::COGNITO_IDENTITY];

    const META: ActionMeta = ActionMeta {
        id: ActionId::DisableGuestAccess,
        title: "Disable guest access of an identity pool",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:cognito-identity:${AWS::Region}:${AWS::AccountId}:identitypool/*"],
            &["cognito-identity:DescribeIdentityPool", "cognito-identity:UpdateIdentityPool"],
        )],
        undo_permissions: &[],
        reversibility: "complete: guests are let in again",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Sets `AllowUnauthenticatedIdentities` of the identity pool to false: who has not signed in gets no credentials any \
more. Those that guests have already are good until they expire, an hour at most.

## What it keeps
The pool's name, providers, roles and every other setting: the call writes all of them, as they were read right before.

## Undo
Lets guests in again. Refused where the pool has changed since.
",
    };

    /// The call overwrites the whole pool.
    const RECHECKS: bool = true;

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let Some(pool) = pool(site, &request).await? else {
            return Ok(Planned::Gone(format!("the identity pool {} does not exist", request.identity_pool_id)));
        };
        let arn = site.arn("cognito-identity", &format!("identitypool/{}", request.identity_pool_id));
        let plan = Plan::of(request.into(), arn, snapshot(&pool)).tagged(tags::read(pool.get("IdentityPoolTags")));
        if pool.get(FLAG) != Some(&Value::Bool(true)) {
            return Ok(plan.noted("guests get no credentials of the pool").into());
        }
        let set = |guests: bool| {
            let mut whole = pool.clone();
            if let Some(whole) = whole.as_object_mut() {
                whole.insert(FLAG.to_owned(), Value::Bool(guests));
            }
            change("cognito-identity:UpdateIdentityPool", &whole, [(FLAG.to_owned(), Some(Value::Bool(guests)))])
        };
        Ok(plan.then(set(false)?, [set(true)?]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        let gone = || {
            let fault = Fault::refused("cognito-identity:DescribeIdentityPool", "the identity pool does not exist");
            Fault { kind: Kind::Gone, ..fault }
        };
        pool(site, &request).await?.map(|pool| snapshot(&pool)).ok_or_else(gone)
    }

    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }

    /// The call overwrites the whole pool: with what somebody else has changed since.
    fn left(&self, change: &Change, live: &Snapshot) -> Option<Change> {
        let mut pool = live.clone();
        pool.take(&change.delta);
        let parameters = Value::Object(pool.0.into_iter().collect());
        Some(Change { parameters, ..change.clone() })
    }
}

async fn pool(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    site.find("cognito-identity:DescribeIdentityPool", json!({ "IdentityPoolId": request.identity_pool_id })).await
}

/// Each setting of the pool.
fn snapshot(pool: &Value) -> Snapshot {
    let members = pool.as_object().into_iter().flatten();
    Snapshot(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}
