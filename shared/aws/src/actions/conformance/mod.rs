//! What holds for every action, on accounts that their cases script.
//!
//! A new action adds its cases to [`cases`] and gets all of this: that it changes exactly the offense and nothing
//! else, records before it acts, is verified and undone, survives a death between any two calls, and says so where it
//! is refused, throttled or overtaken.

mod cases;
mod detectors;
mod echo;
mod faults;
mod killed;
mod permitted;
mod timed;
mod undone;
mod usual;

use riposte_core::action::Response;
use riposte_core::finding::Finding;
use riposte_core::incident::Incident;
use serde_json::Value;

use super::Action;
use crate::testing::{Aws, Function, Handler, Scripted, finding};

/// One offense, scripted: the account as it is when the event arrives, and what AWS does to it.
pub(crate) struct Case {
    /// The action's id, and what is special about the case.
    pub(crate) name: &'static str,
    /// The action.
    pub(crate) action: fn() -> Box<dyn Action>,
    /// What it is asked for.
    pub(crate) response: fn() -> Response,
    /// The account with the offense in it, for what a response asks: that of the case, or that of a detector's
    /// fixture, whose event comes with it.
    pub(crate) state: fn(&Response, Option<&Value>) -> Value,
    /// What AWS does, by `service:Operation`: every call that the action makes, reads and undoes with.
    pub(crate) calls: &'static [(&'static str, Handler)],
    /// The offense itself taken out of the account: exactly what the action must come to.
    pub(crate) contain: fn(&mut Value, &Response),
    /// What somebody else changes in the resource after the containment, other than what the action changed;
    /// `None` where the action reads nothing else of it.
    pub(crate) meddle: Option<fn(&mut Value)>,
    /// The resource deleted.
    pub(crate) remove: fn(&mut Value),
    /// What the undo leaves other than before; nothing where all is restored.
    pub(crate) scar: fn(&mut Value),
}

/// A case for tests of other parts.
pub(crate) const SAMPLE: &Case = &cases::TWO_STEPS;

/// The case of this name, for tests of what is special to it.
pub(crate) fn named(name: &str) -> &'static Case {
    cases::CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("there is no case `{name}`"))
}

impl Case {
    fn answer(&self) -> Response {
        (self.response)()
    }

    /// The account with the offense in it, and a function on it whose settings are read already.
    async fn laid(&self) -> (Aws, Function) {
        self.laid_as(|_| {}).await
    }

    /// The same, otherwise.
    async fn laid_as(&self, change: impl FnOnce(&mut Value)) -> (Aws, Function) {
        let aws = Aws::new();
        let mut state = (self.state)(&self.answer(), None);
        change(&mut state);
        aws.world(|world| world.script = Scripted { state, calls: self.calls });
        let function = self.function(&aws).await;
        (aws, function)
    }

    async fn function(&self, aws: &Aws) -> Function {
        let function = Function::scripted(aws, (self.action)());
        function.loaded().await;
        aws.forget_calls();
        function
    }

    /// The finding that asks for it.
    fn finding(&self) -> Finding {
        let response = self.answer();
        Finding { target: response.target().unwrap(), response: Some(response), ..finding() }
    }

    /// What the account is to be after the containment.
    fn contained(&self) -> Value {
        let mut state = (self.state)(&self.answer(), None);
        (self.contain)(&mut state, &self.answer());
        state
    }

    /// What the account is to be after the undo.
    fn restored(&self) -> Value {
        let mut state = (self.state)(&self.answer(), None);
        (self.scar)(&mut state);
        state
    }

    /// The calls of an undisturbed answer, of which those that change something are `true`.
    async fn calls(&self) -> Vec<(String, bool)> {
        let (aws, function) = self.laid().await;
        function.respond(self.finding()).await.unwrap();
        let calls = aws.calls();
        let changes = changing(&function.incident(&self.finding()).await);
        calls.into_iter().map(|call| (call.clone(), changes.contains(&call))).collect()
    }
}

/// The calls that an incident's plan makes.
fn changing(incident: &Incident) -> Vec<String> {
    incident.plan.iter().flat_map(|plan| &plan.changes).map(|change| change.call.clone()).collect()
}

/// The calls that its undo makes.
fn undoing(incident: &Incident) -> Vec<String> {
    incident.plan.iter().flat_map(|plan| &plan.undo).map(|inverse| inverse.change.call.clone()).collect()
}

fn state(aws: &Aws) -> Value {
    aws.world(|world| world.script.state.clone())
}

/// `ec2:StopInstances` → `StopInstances`, as the fake's faults are named.
fn operation(call: &str) -> &'static str {
    call.split(':').nth(1).unwrap().to_owned().leak()
}
