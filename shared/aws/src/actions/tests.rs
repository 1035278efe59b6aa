//! Actions alone, on an account in memory: what they plan, what they change, what they leave.

mod catalogue;
mod deactivate_access_key;
mod delete_inline_policy;
mod deny_source;
mod detach_managed_policy;
mod iam;
mod limits;
mod revoke_ingress;

use riposte_core::event::Scope;
use riposte_core::guardrail::{Approved, Decision, Guardrails, Undo};
use riposte_core::plan::{Plan, Response};
use riposte_core::settings::Settings;

use super::{Action, Actions, Planned};
use crate::fault::Fault;
use crate::testing::{Aws, finding, scope};

/// What the guardrails of live mode let through.
fn approved(aws: &Aws, plan: &Plan) -> Approved<Plan> {
    match guardrails(aws).decide("function", plan.clone(), &finding()) {
        Decision::Act(approved, _) => approved,
        Decision::Hold(_, verdict) => panic!("{verdict}"),
    }
}

fn approved_undo(aws: &Aws, plan: &Plan) -> Approved<Undo> {
    match guardrails(aws).decide_approved("operator", Undo(plan.clone()), &finding()) {
        Decision::Act(approved, _) => approved,
        Decision::Hold(_, verdict) => panic!("{verdict}"),
    }
}

fn guardrails(aws: &Aws) -> Guardrails {
    let settings = aws.world(|world| Settings::from_parameters(&world.ssm).unwrap());
    Guardrails::new(&settings).unwrap()
}

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
        self.actions.get(self.response.action()).unwrap()
    }

    async fn planned(&self) -> Result<Planned, Fault> {
        self.action().plan(&self.scope, &self.response).await
    }

    /// A plan that must come.
    async fn plan(&self) -> Plan {
        match self.planned().await.unwrap() {
            Planned::Plan(plan) => *plan,
            other => panic!("{other:?}"),
        }
    }

    async fn apply(&self, plan: &Plan) -> Result<(), Fault> {
        self.action().apply(&self.scope, &approved(&self.aws, plan)).await
    }

    /// Plans, applies, reads again: the offence must be gone and nothing else changed.
    async fn contained(&self) -> Plan {
        let plan = self.plan().await;
        self.apply(&plan).await.unwrap();
        let seen = plan.verify(&self.action().read(&self.scope, &plan).await.unwrap());
        assert_eq!((seen.remaining, seen.elsewhere), (vec![], vec![]), "{plan:?}");
        plan
    }

    async fn undo(&self, plan: &Plan) -> Result<Vec<String>, Fault> {
        let mut made = Vec::new();
        self.action().undo(&self.scope, &approved_undo(&self.aws, plan), &mut made).await.map(|()| made)
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
        let live = self.action().read(&self.scope, plan).await.unwrap();
        assert!(live.same_parts(&plan.before), "{:?}", plan.before.differences(&live));
    }
}
