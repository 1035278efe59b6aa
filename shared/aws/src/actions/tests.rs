//! Actions alone, on an account in memory: what they plan, what they change, what they leave.

mod catalogue;
mod deactivate_access_key;
mod delete_inline_policy;
mod deny_source;
mod detach_managed_policy;
mod former;
mod iam;
mod limits;
mod revoke_ingress;

use riposte_core::action::Response;
use riposte_core::event::Scope;
use riposte_core::plan::{Plan, Snapshot};

use super::{Action, Actions, Planned};
use crate::drive;
use crate::fault::Fault;
use crate::testing::{Aws, scope};

/// One action on the fake account.
struct Bench {
    aws: Aws,
    actions: Actions,
    scope: Scope,
    response: Response,
}

impl Bench {
    fn new(aws: &Aws, response: Response) -> Self {
        Self { aws: aws.clone(), actions: Actions::all(&aws.config()), scope: scope(), response }
    }

    fn action(&self) -> &dyn Action {
        self.actions.get(self.response.action.known().unwrap()).unwrap()
    }

    async fn planned(&self) -> Result<Planned, Fault> {
        self.action().plan(&self.actions.site(&self.scope), &self.response).await
    }

    /// A plan that must come.
    async fn plan(&self) -> Plan {
        match self.planned().await.unwrap() {
            Planned::Plan(plan) => *plan,
            other => panic!("{other:?}"),
        }
    }

    async fn read(&self, plan: &Plan) -> Result<Snapshot, Fault> {
        self.action().read(&self.actions.site(&self.scope), plan).await
    }

    /// Makes the plan's changes, as the driver does.
    async fn apply(&self, plan: &Plan) -> Result<(), Fault> {
        let mut live = plan.before.clone();
        for change in &plan.changes {
            let Some(needed) = drive::needed(self.action(), change, &live) else { continue };
            drive::send(self.action(), &self.actions.site(&self.scope), &needed, "riposte-test").await?;
            live.take(&change.delta);
        }
        Ok(())
    }

    /// Plans, applies, reads again: the offense must be gone and nothing else changed.
    async fn contained(&self) -> Plan {
        let plan = self.plan().await;
        self.apply(&plan).await.unwrap();
        let seen = plan.verify(&self.read(&plan).await.unwrap());
        assert_eq!((seen.remaining, seen.elsewhere), (vec![], vec![]), "{plan:?}");
        plan
    }

    /// Takes the plan's changes back, as the driver does; the request ids of the calls.
    async fn undo(&self, plan: &Plan) -> Result<Vec<String>, Fault> {
        let (mut made, mut live) = (Vec::new(), self.read(plan).await?);
        for inverse in plan.undo.iter().map(|inverse| &inverse.change) {
            let Some(needed) = drive::needed_back(self.action(), inverse, &plan.after(), &live)? else { continue };
            let answer = drive::send(self.action(), &self.actions.site(&self.scope), &needed, "riposte-test").await?;
            made.push(answer.request_id);
            live.take(&inverse.delta);
        }
        Ok(made)
    }

    /// Undoes a plan; the request ids must be those of the calls that changed something.
    async fn undone(&self, plan: &Plan) {
        self.aws.forget_calls();
        let mut ids = self.undo(plan).await.unwrap();
        let changes = self.aws.changes();
        let made = self.aws.calls().into_iter().enumerate().filter(|(_, call)| changes.contains(call));
        let mut expected: Vec<String> = made.map(|(index, _)| format!("request-{}", index + 1)).collect();
        ids.sort();
        expected.sort();
        assert_eq!(ids, expected);
        let live = self.read(plan).await.unwrap();
        assert_eq!(live, plan.before);
    }
}
