//! What each function's role must hold for its actions, lookups and log streams: no more, no less. The
//! template's policies are generated from this.

use std::collections::{BTreeMap, BTreeSet};

use riposte_core::action::ActionId;
use riposte_core::catalogue::{FunctionSpec, Input};

use crate::actions::{self, Permission, When};
use crate::{lookups, patch, streams};

/// On what and when something is allowed: resources and conditions.
pub type Where = (&'static [&'static str], &'static [When]);

/// IAM actions by where they are allowed.
pub type Grants = BTreeMap<Where, BTreeSet<&'static str>>;

/// The grants of a function.
#[must_use]
pub fn of(function: &FunctionSpec) -> Grants {
    let mut grants = Grants::new();
    let mut add = |permission: &Permission| {
        grants.entry((permission.resources, permission.when)).or_default().extend(permission.calls);
    };
    for meta in function.actions().into_iter().filter_map(actions::meta) {
        meta.permissions.iter().for_each(&mut add);
    }
    let reads: BTreeSet<_> = function.metas().flat_map(|meta| meta.reads).copied().collect();
    for permission in [&lookups::POLICY_PERMISSION, &lookups::RULES_PERMISSION, &lookups::IMAGES_PERMISSION] {
        if permission.calls.iter().any(|action| reads.contains(action)) {
            add(permission);
        }
    }
    if function.inputs.contains(&Input::Inspector) {
        patch::PERMISSIONS.iter().for_each(&mut add);
        // Declared security groups, on its schedule.
        let declared = [ActionId::ApplySecurityGroup, ActionId::CreateSecurityGroup].map(actions::meta);
        declared.into_iter().flatten().flat_map(|meta| meta.permissions).for_each(&mut add);
    }
    if !function.log_detectors.is_empty() {
        streams::PERMISSIONS.iter().for_each(&mut add);
    }
    grants
}

#[cfg(test)]
mod tests {
    use super::*;
    use riposte_core::catalogue::FUNCTIONS;
    use riposte_core::iam::Policy;
    use serde_json::json;

    #[test]
    fn what_detectors_read_is_granted() {
        for function in FUNCTIONS {
            let granted: BTreeSet<_> = of(function).into_values().flatten().collect();
            for read in function.metas().flat_map(|meta| meta.reads) {
                assert!(granted.contains(read), "{} may not call {read}", function.name);
            }
        }
    }

    /// What the grants let a role do, as a policy of this account.
    fn policy(grants: Grants) -> Policy {
        let own = |text: &str| text.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", "111122223333");
        let statement = |((resources, when), actions): (Where, BTreeSet<&'static str>)| {
            let resources: Vec<_> = resources.iter().map(|resource| own(resource)).collect();
            let mut conditions = serde_json::Map::new();
            for When { test, key, values } in when {
                let values: Vec<_> = values.iter().map(|value| own(value)).collect();
                conditions.insert((*test).to_owned(), json!({ *key: values }));
            }
            json!({ "Effect": "Allow", "Action": actions, "Resource": resources, "Condition": conditions })
        };
        let statements: Vec<_> = grants.into_iter().map(statement).collect();
        Policy::parse(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string()).unwrap()
    }

    #[test]
    fn no_functions_role_is_a_way_to_more() {
        for function in FUNCTIONS {
            let policy = policy(of(function));
            assert_eq!(policy.grants_admin("aws", "111122223333"), None, "{}", function.name);
            let ways = policy.escalations("aws", "111122223333");
            // What holds only under a condition of ours is bounded by it.
            let open: Vec<_> = ways.iter().filter(|way| !way.conditional).map(ToString::to_string).collect();
            assert_eq!(open, Vec::<String>::new(), "{}", function.name);
        }
    }

    #[test]
    fn a_role_that_may_write_policies_onto_users_would_be_found() {
        let users: &[&str] = &["arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"];
        let grants = Grants::from([((users, &[] as &[When]), BTreeSet::from(["iam:PutUserPolicy"]))]);
        assert!(policy(grants).gives_power("aws", "111122223333"));
    }

    #[test]
    fn every_action_declares_its_permissions() {
        for meta in actions::ACTIONS {
            assert!(meta.permissions.iter().any(|p| !p.calls.is_empty() && !p.resources.is_empty()), "{}", meta.id);
        }
    }
}
