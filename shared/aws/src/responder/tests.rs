//! The responder on an account in memory: what is left in the account, in the ledger and in the topic.

mod bus;
mod crash;
mod delivery;
mod digest;
mod expired;
mod faults;
mod held;
mod large;
mod moment;
mod normal;
mod resumed;
mod shared;
mod timed;
mod young;

use std::collections::BTreeSet;

use riposte_core::finding::Finding;
use riposte_core::guardrail::Verdict;
use riposte_core::incident::State;
use riposte_core::plan::Plan;

use crate::testing::{Aws, Case, Function, World, invocation};

/// An account in which the offense has just happened.
fn laid(case: &Case) -> Aws {
    let aws = Aws::new();
    aws.world(case.lay);
    aws
}

/// A function whose settings are read already, and no call counted.
async fn warm(aws: &Aws) -> Function {
    let function = Function::new(aws);
    function.loaded().await;
    aws.forget_calls();
    function
}

/// The function's schedule.
async fn tick(function: &Function) {
    function.base.end_due(&invocation()).await.unwrap();
}

/// How many incidents the clock is to look at.
fn timers(aws: &Aws) -> usize {
    aws.world(|world| world.table.with_prefix("timer#").len())
}

/// What is left in the end.
#[derive(Debug, PartialEq)]
struct End {
    account: Account,
    state: State,
    plan: Option<Plan>,
    verdict: Option<Verdict>,
    notified: bool,
    incidents: usize,
    leases: usize,
    /// Subjects and bodies; the same notice twice counts once.
    notices: BTreeSet<(String, String)>,
    changes: Vec<String>,
}

impl End {
    async fn of(function: &Function, finding: &Finding) -> Self {
        let incident = function.incident(finding).await;
        let changes = function.aws.changes();
        function.aws.world(|world| Self {
            account: Account::of(world),
            state: incident.state,
            plan: incident.plan,
            verdict: incident.verdict,
            notified: incident.notified,
            incidents: world.table.with_prefix("incident#").len(),
            leases: world.table.with_prefix("lease#").len(),
            // Whether a change was made or found made is what may differ after an interruption.
            notices: world
                .sent
                .iter()
                .map(|sent| (sent.subject.clone(), sent.body.replace("\nFound done ", "\nDone       ")))
                .collect(),
            changes,
        })
    }
}

/// Compares part by part, so that a difference can be read.
fn assert_same(end: &End, expected: &End, at: &str) {
    assert_eq!(end.notices, expected.notices, "{at}");
    assert_eq!((end.state, end.notified, &end.verdict), (expected.state, expected.notified, &expected.verdict), "{at}");
    assert_eq!((end.incidents, end.leases), (expected.incidents, expected.leases), "{at}");
    assert_eq!((&end.changes, &end.plan), (&expected.changes, &expected.plan), "{at}");
    assert_eq!(end.account, expected.account, "{at}");
}

/// The customer's part of the account.
#[derive(Debug, Clone, PartialEq)]
struct Account(crate::testing::Ec2, crate::testing::Iam);

impl Account {
    fn of(world: &World) -> Self {
        Self(world.ec2.clone(), world.iam.clone())
    }

    /// The same whatever the ids of security-group rules (one that is authorized again is another to
    /// AWS, and the same to the customer) and the order of lists.
    fn without_ids(mut self) -> Self {
        for group in self.0.groups.values_mut() {
            group.rules = group.rules.iter().map(crate::testing::Rule::content).collect();
            group.rules.sort_by_key(|rule| format!("{rule:?}"));
        }
        self.0.forget_made();
        for principal in self.1.principals.values_mut() {
            principal.attached.sort();
        }
        self
    }
}
