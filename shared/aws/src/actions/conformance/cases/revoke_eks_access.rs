//! `revoke-eks-access`.

use riposte_core::action::RevokeEksAccess as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::RevokeEksAccess;
use crate::actions::conformance::Case;
use crate::testing::refuse;

const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

pub(super) const CASE: Case = Case {
    name: "revoke-eks-access",
    action: || Box::new(RevokeEksAccess),
    response: || {
        Request {
            cluster: "prod".to_owned(),
            principal_arn: "arn:aws:iam::111122223333:role/support".to_owned(),
            policy_arn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy".to_owned(),
        }
        .into()
    },
    state: |response, _| {
        let request: Request = response.read().unwrap();
        json!({ "it": { VIEW: { "type": "cluster" }, request.policy_arn: { "type": "cluster" } }, "other": true })
    },
    calls: &[
        ("eks:ListAssociatedAccessPolicies", |state, _| {
            let held = it(state, "ResourceNotFoundException")?;
            let held = held.as_object().unwrap().iter();
            let held = held.map(|(policy, scope)| json!({ "policyArn": policy, "accessScope": scope }));
            Ok(json!({ "associatedAccessPolicies": held.collect::<Vec<_>>() }))
        }),
        ("eks:ListTagsForResource", |_, _| Ok(json!({ "tags": {} }))),
        ("eks:DisassociateAccessPolicy", |state, given| {
            let removed = state["it"].as_object_mut().unwrap().remove(given["policyArn"].as_str().unwrap());
            if removed.is_none() { refuse("ResourceNotFoundException") } else { Ok(json!({})) }
        }),
        ("eks:AssociateAccessPolicy", |state, given| {
            state["it"][given["policyArn"].as_str().unwrap()] = given["accessScope"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, response| {
        let request: Request = response.read().unwrap();
        state["it"].as_object_mut().unwrap().remove(&request.policy_arn);
    },
    meddle: Some(|state| state["it"][VIEW] = json!({ "type": "namespace", "namespaces": ["web"] })),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
