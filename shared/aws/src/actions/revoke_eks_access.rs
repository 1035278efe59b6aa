//! `revoke-eks-access`: takes an access policy of a Kubernetes cluster from a principal.

use riposte_core::action::{ActionId, RevokeEksAccess as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, change, tags};
use crate::api::{Model, models};
use crate::fault::{Fault, Kind};

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RevokeEksAccess;

const CLUSTERS: &[&str] = &["arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:cluster/*"];
const ENTRIES: &[&str] = &["arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:access-entry/*"];

impl Contain for RevokeEksAccess {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::EKS];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RevokeEksAccess,
        title: "Take an access policy of a cluster from a principal",
        permissions: &[
            Permission::on(CLUSTERS, &["eks:ListTagsForResource"]),
            Permission::on(ENTRIES, &["eks:DisassociateAccessPolicy", "eks:ListAssociatedAccessPolicies"]),
        ],
        undo_permissions: &[Permission::on(ENTRIES, &["eks:AssociateAccessPolicy"])],
        reversibility: "complete: the policy is associated again, with the same scope",
        reversible: true,
        disruptive: true,
        prose: "\
## What it does
Disassociates the access policy that the finding names from the principal's access entry: its calls to the Kubernetes \
API are refused within seconds. What it made inside of the cluster (service accounts, role bindings, pods) stays and \
must be looked at.

## What it keeps
The access entry, its groups, and every other access policy of the principal.

## Undo
Associates the policy again, with the scope that it had. Refused where the principal's policies have changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let before = match policies(site, &request).await {
            Ok(before) => before,
            Err(fault) if fault.kind == Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let arn = site.arn("eks", &format!("cluster/{}", request.cluster));
        let scope = before.0.get(&request.policy_arn).cloned();
        let plan = Plan::of(request.clone().into(), arn.clone(), before);
        let Some(scope) = scope else { return Ok(plan.noted("the principal does not hold the policy any more").into()) };
        let plan = plan.tagged(tags::of(site, &arn).await?);
        let Request { cluster, principal_arn, policy_arn } = &request;
        let named = json!({ "clusterName": cluster, "principalArn": principal_arn, "policyArn": policy_arn });
        let mut back = named.clone();
        if let Some(back) = back.as_object_mut() {
            back.insert("accessScope".to_owned(), scope.clone());
        }
        let revoke = change("eks:DisassociateAccessPolicy", &named, [(policy_arn.clone(), None)])?;
        let grant = change("eks:AssociateAccessPolicy", &back, [(policy_arn.clone(), Some(scope))])?;
        Ok(plan.then(revoke, [grant]).into())
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        policies(site, &request).await
    }
}

/// The access policies of the principal, each with its scope.
async fn policies(site: &Site<'_>, request: &Request) -> Result<Snapshot, Fault> {
    let named = json!({ "clusterName": request.cluster, "principalArn": request.principal_arn });
    let call = "eks:ListAssociatedAccessPolicies";
    let held = site.list(call, named, "associatedAccessPolicies", ("nextToken", "nextToken")).await?;
    let named = held.iter().filter_map(|policy| {
        Some((policy.get("policyArn")?.as_str()?.to_owned(), policy.get("accessScope").cloned().unwrap_or(Value::Null)))
    });
    Ok(Snapshot(named.collect()))
}
