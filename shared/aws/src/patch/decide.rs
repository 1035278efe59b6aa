//! A run, put to the guardrails.

use riposte_core::action::{ActionName, Response};
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Confidence, Finding, Severity, Target};
use riposte_core::guardrail::{Decision, Effect, PATCH_NODE, Proposal};
use riposte_core::incident::rfc3339;
use riposte_core::plan::{Plan, Snapshot};
use riposte_patch::commands::Command;
use riposte_patch::plan::NodePlan;
use riposte_patch::run::{Run, Stage};
use riposte_patch::settings::Settings;
use riposte_patch::step::{Said, Seen, command};
use serde_json::json;

use super::{PatchError, Patcher};
use crate::fault::Fault;
use crate::invocation::now_ms;

/// What is proposed: to patch a node.
struct PatchNode(Plan);

impl Proposal for PatchNode {
    fn action(&self) -> &'static str {
        PATCH_NODE
    }

    fn plan(&self) -> &Plan {
        &self.0
    }
}

/// What would be done on a node, and what the guardrails say to it.
#[derive(Debug)]
pub struct Preview {
    /// What would be run on it, in the order of the steps.
    pub commands: Vec<(Stage, Command)>,
    /// What the guardrails say.
    pub said: Said,
    /// Which of them.
    pub by: String,
}

impl Patcher<'_> {
    /// What would be done on a node of the plan; changes and records nothing. `by` is the person who asks for it.
    ///
    /// # Errors
    /// Where it is not patched, or no command can be made.
    pub fn preview(&self, node: &NodePlan, settings: &Settings, by: Option<&str>) -> Result<Preview, PatchError> {
        let run = Run::of(node, settings, self.account, self.region, now_ms());
        let mut run = run.ok_or_else(|| PatchError::Impossible(node.route.to_string()))?;
        if let Some(by) = by {
            run.approve(by, now_ms());
        }
        let mut commands = Vec::new();
        for stage in run.stages() {
            commands.push((stage, command(&run, stage).map_err(PatchError::Impossible)?));
        }
        match self.decide(&run)? {
            Seen::Decided(said, by) => Ok(Preview { commands, said, by }),
            _ => Err(PatchError::Impossible("the guardrails said nothing".to_owned())),
        }
    }

    /// What the guardrails say to a run now; as if a person had approved, where one has.
    pub(super) fn decide(&self, run: &Run) -> Result<Seen, Fault> {
        let finding = self.finding(run);
        let proposal = PatchNode(self.proposed(run)?);
        let verdict = match run.approved_by {
            Some(_) => match self.guardrails().decide_approved(self.function, proposal, &finding) {
                Decision::Act(_, verdict) | Decision::Hold(_, verdict) => verdict,
            },
            None => match self.guardrails().decide(self.function, proposal, &finding) {
                Decision::Act(_, verdict) | Decision::Hold(_, verdict) => verdict,
            },
        };
        let said = match verdict.effect {
            Effect::Act => Said::Act,
            Effect::Ask => Said::Ask,
            Effect::Observe => Said::Observe,
        };
        Ok(Seen::Decided(said, verdict.to_string()))
    }

    fn proposed(&self, run: &Run) -> Result<Plan, Fault> {
        let response: Response = serde_json::from_value(json!({ "action": PATCH_NODE, "node": run.plan.node }))
            .map_err(|error| Fault::refused(PATCH_NODE, error.to_string()))?;
        let partition = riposte_core::arn::partition(self.region);
        let (service, kind) =
            if run.plan.node.starts_with("i-") { ("ec2", "instance") } else { ("ssm", "managed-instance") };
        let arn = format!("arn:{partition}:{service}:{}:{}:{kind}/{}", self.region, self.account, run.plan.node);
        let mut plan = Plan::of(response, arn, Snapshot::default()).tagged(run.plan.tags.clone());
        plan.action = ActionName::Newer(PATCH_NODE.to_owned());
        plan.kind = kind.to_owned();
        // Updates restart services, and may reboot the node.
        (plan.disruptive, plan.reversible) = (true, run.is_reversible());
        Ok(plan)
    }

    /// What a guardrail knows of why: `context.detector` is `patch`, `context.event` the way that it goes.
    fn finding(&self, run: &Run) -> Finding {
        Finding {
            detector: "patch".to_owned(),
            title: "A node needs patches".to_owned(),
            severity: run.plan.severity.max(Severity::Low),
            confidence: Confidence::High,
            technique: Vec::new(),
            scope: Scope { event_id: run.id.clone(), account: run.account.clone(), region: run.region.clone() },
            event_name: run.plan.route.word().to_owned(),
            event_time: Some(rfc3339(now_ms())),
            event_source: None,
            error_code: None,
            principal: Actor::default(),
            target: Target::Resource { service: "ec2".to_owned(), id: run.plan.node.clone() },
            why: run.plan.reasons.join("; "),
            response: None,
        }
    }
}
