//! What each function's role must hold for its actions, lookups and log streams: no more, no less. The
//! template's policies are generated from this.

use std::collections::{BTreeMap, BTreeSet};

use riposte_core::action::ActionId;
use riposte_core::catalogue::{FunctionSpec, Input};

use crate::actions::{self, Permission, When};
use crate::ledger::TIMER_PERMISSION;
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
    // What the clock takes back, and where it looks.
    let timed = function.timed_actions().into_iter().filter_map(actions::meta);
    timed.flat_map(|meta| meta.undo_permissions).for_each(&mut add);
    if !function.actions().is_empty() {
        add(&TIMER_PERMISSION);
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

const LEDGER: &[&str] = &["${Ledger.Arn}"];
const SETTINGS: &[&str] = &[
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/riposte",
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/riposte/*",
];

/// What the operator's command calls to show things, beside what planning an action reads. Resources of the stack's own are
/// named as in the template; its queues are in [`QUEUES`].
const SHOWING: &[Permission] = &[
    Permission::on(LEDGER, &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
    Permission::on(&["${Ledger.Arn}/index/by-time", "${Ledger.Arn}/index/waiting"], &["dynamodb:Query"]),
    Permission::on(SETTINGS, &["ssm:GetParameter", "ssm:GetParametersByPath"]),
    Permission::on(
        &["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:riposte-*"],
        &["lambda:GetFunctionConfiguration"],
    ),
    Permission::on(&["${Notices}"], &["sns:ListSubscriptionsByTopic"]),
    Permission::anywhere(&[
        "cloudtrail:LookupEvents",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
    ]),
    QUEUES,
    lookups::POLICY_PERMISSION,
    lookups::RULES_PERMISSION,
];

/// A stack's queues have names of CloudFormation's making, which begin with the stack's.
const QUEUES: Permission = Permission::on(
    &["arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-*"],
    &["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
);

/// What it calls to record, to set, and to bring dead letters back, beside what the actions call.
const RESPONDING: &[Permission] = &[
    Permission::on(LEDGER, &["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]),
    Permission::on(SETTINGS, &["ssm:DeleteParameter", "ssm:PutParameter"]),
    Permission::on(
        &["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/riposte-keys/operator"],
        &["ssm:GetParameter"],
    ),
    Permission::on(&["${Notices}"], &["sns:Publish"]),
    Permission::on(&["${NoticeKey.Arn}"], &["kms:Decrypt", "kms:GenerateDataKey"]),
    Permission::on(QUEUES.resources, &["sqs:ReceiveMessage"]),
    Permission::on(&["${RedriveRole.Arn}"], &["sts:AssumeRole"]),
    Permission::anywhere(&["cloudformation:DescribeStackResources", "cloudformation:DescribeStacks"]),
];

/// The grants of who looks with the operator's command: incidents, settings, status, and what an action would do.
#[must_use]
pub fn of_reader() -> Grants {
    let planning = of_actions().filter(|(call, _)| reads(call));
    granted(SHOWING, planning)
}

/// The grants of who responds with it (approve, undo, contain, mode, settings), beside those of who looks.
#[must_use]
pub fn of_responder() -> Grants {
    let acting = of_actions().filter(|(call, _)| !reads(call));
    granted(RESPONDING, acting)
}

/// Every call of every action and of its undo, with where it is allowed.
fn of_actions() -> impl Iterator<Item = (&'static str, Where)> {
    let permissions = actions::ACTIONS.iter().flat_map(|meta| meta.permissions.iter().chain(meta.undo_permissions));
    permissions
        .flat_map(|permission| permission.calls.iter().map(|call| (*call, (permission.resources, permission.when))))
}

fn granted(own: &[Permission], more: impl Iterator<Item = (&'static str, Where)>) -> Grants {
    let mut grants = Grants::new();
    for permission in own {
        grants.entry((permission.resources, permission.when)).or_default().extend(permission.calls);
    }
    for (call, at) in more {
        grants.entry(at).or_default().insert(call);
    }
    grants
}

/// Whether a call changes nothing.
fn reads(call: &str) -> bool {
    let name = call.split_once(':').map_or(call, |(_, name)| name);
    ["Describe", "Get", "List", "Head", "Simulate", "BatchGet"].iter().any(|verb| name.starts_with(verb))
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
    fn who_looks_may_change_nothing_and_who_responds_may_do_every_action() {
        let looks: BTreeSet<_> = of_reader().into_values().flatten().collect();
        assert_eq!(
            looks.iter().filter(|call| !reads(call)).collect::<Vec<_>>(),
            [&"cloudtrail:LookupEvents", &"dynamodb:Query"]
        );
        let both: BTreeSet<_> = of_responder().into_values().flatten().chain(looks).collect();
        for meta in actions::ACTIONS {
            for call in meta.permissions.iter().chain(meta.undo_permissions).flat_map(|permission| permission.calls) {
                assert!(both.contains(call), "{}: {call}", meta.id);
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
