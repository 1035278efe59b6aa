//! What a role and an operator may do is what they do.

use std::collections::BTreeSet;

use riposte_core::action::ActionId;

use super::cases::{CASES, ON_THE_WIRE};
use super::{changing, undoing};
use crate::actions::{ACTIONS, Permission, meta};
use crate::api::permissions_of;

fn calls_of(permissions: &[Permission]) -> BTreeSet<&str> {
    permissions.iter().flat_map(|permission| permission.calls).copied().collect()
}

#[tokio::test]
async fn every_call_is_permitted_and_every_permission_is_used() {
    let (mut used, mut undo_used) = (BTreeSet::new(), BTreeSet::new());
    for case in CASES {
        let (aws, function) = case.laid().await;
        let meta = (case.action)().meta();
        function.respond(case.finding()).await.unwrap();
        let incident = function.incident(&case.finding()).await;
        let (held, undo) = (calls_of(meta.permissions), calls_of(meta.undo_permissions));
        let of_account = |call: &String| case.calls.iter().any(|(name, _)| name == call);
        for needed in aws.calls().iter().filter(|call| of_account(call)).flat_map(|call| permissions_of(call)) {
            assert!(held.contains(needed.as_str()), "{}: {needed} is not permitted", case.name);
            used.insert((meta.id, needed));
        }
        assert!(!changing(&incident).is_empty());
        aws.forget_calls();
        function.undo(&case.finding(), false).await.unwrap();
        for needed in aws.calls().iter().filter(|call| of_account(call)).flat_map(|call| permissions_of(call)) {
            let may = held.contains(needed.as_str()) || undo.contains(needed.as_str());
            assert!(may, "{}: {needed} is not permitted to whoever undoes", case.name);
            undo_used.insert((meta.id, needed));
        }
        assert!(!undoing(&incident).is_empty() || !meta.reversible, "{}", case.name);
    }
    // A permission that AWS asks for beside a call's own: no call has its name.
    const BESIDE: [&str; 5] = [
        "ec2:CreateTags",
        "iam:PassRole",
        "iam:TagOpenIDConnectProvider",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
    ];
    let is_call = |call: &&str| !BESIDE.contains(call);
    for meta in scripted() {
        for call in calls_of(meta.permissions).into_iter().filter(is_call) {
            assert!(used.contains(&(meta.id, call.to_owned())), "{}: no case uses {call}", meta.id);
        }
        for call in calls_of(meta.undo_permissions).into_iter().filter(is_call) {
            let known = undo_used.contains(&(meta.id, call.to_owned()));
            assert!(known, "{}: no case needs {call} to undo", meta.id);
        }
    }
}

fn scripted() -> impl Iterator<Item = &'static crate::actions::ActionMeta> {
    ACTIONS.into_iter().filter(|meta| !ON_THE_WIRE.contains(&meta.id))
}

#[test]
fn every_action_has_a_case_and_a_page() {
    for meta in scripted() {
        let has = CASES.iter().any(|case| (case.action)().meta().id == meta.id);
        assert!(has, "{} has no case", meta.id);
    }
    for id in ActionId::ALL {
        let meta = meta(id).unwrap();
        assert!(!meta.permissions.is_empty() && !meta.title.is_empty() && !meta.reversibility.is_empty(), "{id}");
        for part in ["## What it does", "## What it keeps", "## Undo"] {
            assert!(meta.prose.contains(part), "{id}: {part}");
        }
        for permission in meta.permissions.iter().chain(meta.undo_permissions) {
            assert!(!permission.calls.is_empty() && !permission.resources.is_empty(), "{id}");
        }
    }
}
