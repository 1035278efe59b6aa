//! What each function's role must hold for its actions, lookups and log streams: no more, no less. The
//! template's policies are generated from this.

use std::collections::{BTreeMap, BTreeSet};

use riposte_core::catalogue::FunctionSpec;

use crate::actions::{self, Permission, When};
use crate::{lookups, streams};

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
    for permission in [&lookups::POLICY_PERMISSION, &lookups::RULES_PERMISSION] {
        if permission.calls.iter().any(|action| reads.contains(action)) {
            add(permission);
        }
    }
    if !function.log_detectors.is_empty() {
        add(&streams::PERMISSION);
    }
    grants
}

#[cfg(test)]
mod tests {
    use super::*;
    use riposte_core::catalogue::FUNCTIONS;

    #[test]
    fn what_detectors_read_is_granted() {
        for function in FUNCTIONS {
            let granted: BTreeSet<_> = of(function).into_values().flatten().collect();
            for read in function.metas().flat_map(|meta| meta.reads) {
                assert!(granted.contains(read), "{} may not call {read}", function.name);
            }
        }
    }

    #[test]
    fn every_action_declares_its_permissions() {
        for meta in actions::ACTIONS {
            assert!(meta.permissions.iter().any(|p| !p.calls.is_empty() && !p.resources.is_empty()), "{}", meta.id);
        }
    }
}
