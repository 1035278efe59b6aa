//! Guardrails: Cedar policies that say which action may be taken on which resource.
//!
//! Asked first as if nobody had approved: allowed → act. Else asked as if one, two or more persons had approved:
//! allowed → ask. Else observe, as always in shadow mode. Cedar skips a policy that errors, so that an erroring `forbid` would
//! vanish: here any error means observe, and says so.
//!
//! INVARIANT: [`Approved`] is built in this file alone, on Cedar's `Allow`, and cannot be deserialized
//! or cloned. Every action's `apply` takes one, so nothing acts without a decision.

mod exempt;
mod former_ids;
mod lint;
mod policies;

pub use policies::{Checked, check, schema_text, shipped};

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::IpAddr;

use cedar_policy::{
    Authorizer, Context, Decision as CedarDecision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request, Response, RestrictedExpression,
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::finding::{Finding, Target};
use crate::net::address;
use crate::plan::Plan;
use crate::settings::{LiveOnly, Mode, Settings, SettingsError};

/// A guardrail can ask for at most so many persons.
const MOST_APPROVERS: u32 = 5;

pub use exempt::is_exempt;

/// The action by which guardrails know the patching of a node.
pub const PATCH_NODE: &str = "patch-node";

/// Something that a guardrail has let through.
#[derive(Debug)]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    /// What was approved.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// What may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Now.
    Act,
    /// After a person approves.
    Ask,
    /// Nothing but to record and to tell.
    Observe,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Act => "act",
            Self::Ask => "ask",
            Self::Observe => "observe",
        })
    }
}

/// A decision's record: what, and by which guardrails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What may be done.
    pub effect: Effect,
    /// The names of the guardrails that decided; empty where none permits it.
    pub guardrails: Vec<String>,
    /// Guardrails that could not be evaluated, with why.
    pub errors: Vec<String>,
    /// In shadow mode, what it would be in live mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Effect>,
    /// How many persons must approve, where it is more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvers: Option<u32>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by =
            if self.guardrails.is_empty() { "no guardrail permits it".to_owned() } else { self.guardrails.join(", ") };
        write!(f, "{} ({by})", self.effect)?;
        if let Some(approvers) = self.approvers {
            write!(f, ", {approvers} persons must approve")?;
        }
        for error in &self.errors {
            write!(f, "; {}", crate::text::plain(error, 300))?;
        }
        Ok(())
    }
}

/// A decision about a proposal.
#[derive(Debug)]
pub enum Decision<T> {
    /// It may be done now.
    Act(Approved<T>, Verdict),
    /// It may not, or not yet.
    Hold(T, Verdict),
}

/// Something that a guardrail is asked about.
pub trait Proposal {
    /// The action's id in guardrails.
    fn action(&self) -> &str;
    /// The plan that would be carried out, or undone.
    fn plan(&self) -> &Plan;
    /// The action by which a mode that is live for some actions alone covers it.
    fn scope(&self) -> &str {
        self.action()
    }
}

impl Proposal for Plan {
    fn action(&self) -> &str {
        self.action.as_str()
    }

    fn plan(&self) -> &Plan {
        self
    }
}

/// The undo of a plan that was carried out.
#[derive(Debug)]
pub struct Undo(pub Plan);

impl Proposal for Undo {
    fn action(&self) -> &'static str {
        "undo"
    }

    fn plan(&self) -> &Plan {
        &self.0
    }

    fn scope(&self) -> &str {
        self.0.action.as_str()
    }
}

/// Why guardrails could not be built or asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GuardrailError {
    /// A guardrail in the settings is malformed.
    #[error(transparent)]
    Setting(#[from] SettingsError),
    /// A guardrail that ships is malformed: a fault of the build.
    #[error("guardrail `{id}`: {wrong}")]
    Shipped {
        /// Its name.
        id: String,
        /// The parser's words.
        wrong: String,
    },
}

/// The guardrails of one moment, ready to be asked.
#[derive(Debug)]
pub struct Guardrails {
    policies: PolicySet,
    /// The user's own alone: what one of these permits, a person need not be asked about.
    own: PolicySet,
    mode: Mode,
    live_only: LiveOnly,
    protected_addresses: Vec<IpNet>,
    /// Why nothing is let through at all: settings that hold actions back and cannot be read.
    broken: Vec<String>,
}

impl Guardrails {
    /// The shipped guardrails, those that the settings imply, and the user's own.
    ///
    /// # Errors
    /// Names the parameter whose Cedar text is malformed.
    pub fn new(settings: &Settings) -> Result<Self, GuardrailError> {
        Ok(Self {
            policies: policies::all(settings)?,
            own: policies::own(settings)?,
            mode: settings.mode,
            live_only: settings.live_only.clone(),
            protected_addresses: settings.protected_addresses.clone(),
            broken: Vec::new(),
        })
    }

    /// The same, letting nothing through for these reasons, if there are any. A person's undo is not held.
    #[must_use]
    pub fn observing(mut self, reasons: Vec<String>) -> Self {
        self.broken.extend(reasons);
        self
    }

    /// Whether settings that hold actions back are broken, so that nothing is let through until they are repaired.
    #[must_use]
    pub fn are_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// The mode that an action because of a finding is decided in: shadow mode where something else alone is live.
    #[must_use]
    pub fn mode_for(&self, action: &str, finding: &Finding) -> Mode {
        match self.mode {
            Mode::Live if !self.live_only.covers(action, finding) => Mode::Shadow,
            mode => mode,
        }
    }

    /// Decides whether `function` may carry out `proposal` because of `finding`.
    #[must_use]
    pub fn decide<T: Proposal>(&self, function: &str, proposal: T, finding: &Finding) -> Decision<T> {
        if !self.broken.is_empty() {
            return Decision::Hold(proposal, Verdict { errors: self.broken.clone(), ..observe() });
        }
        let asked = Asked { function, finding, mode: self.mode_for(proposal.scope(), finding) };
        match self.ask(&asked, &proposal, 0) {
            Ok(Answer { allowed: true, verdict }) => Decision::Act(Approved(proposal), verdict),
            Ok(Answer { allowed: false, verdict: held }) => {
                let effect = |asked: &Asked<'_>| match self.approvers(asked, &proposal) {
                    Some(0) => (Effect::Act, None),
                    Some(1) => (Effect::Ask, None),
                    Some(more) => (Effect::Ask, Some(more)),
                    None => (Effect::Observe, None),
                };
                let sound = held.errors.is_empty();
                // Nobody is asked for what shadow mode would not do; a person may do it by hand.
                let verdict = match asked.mode {
                    Mode::Shadow => {
                        let live = sound.then(|| effect(&Asked { mode: Mode::Live, ..asked }).0);
                        Verdict { effect: Effect::Observe, live, ..held }
                    }
                    _ if !sound => Verdict { effect: Effect::Observe, ..held },
                    _ => {
                        let (effect, approvers) = effect(&asked);
                        Verdict { effect, approvers, ..held }
                    }
                };
                Decision::Hold(proposal, verdict)
            }
            Err(error) => Decision::Hold(proposal, unasked(error)),
        }
    }

    /// Decides about a proposal that a person has asked for and so approved.
    #[must_use]
    pub fn decide_approved<T: Proposal>(&self, function: &str, proposal: T, finding: &Finding) -> Decision<T> {
        self.decide_by(function, proposal, finding, 1)
    }

    /// Decides about a proposal that so many persons have approved. Where more would do, the verdict says how many.
    #[must_use]
    pub fn decide_by<T: Proposal>(
        &self,
        function: &str,
        proposal: T,
        finding: &Finding,
        approvers: u32,
    ) -> Decision<T> {
        let asked = Asked { function, finding, mode: self.mode_for(proposal.scope(), finding) };
        match self.ask(&asked, &proposal, approvers) {
            Ok(Answer { allowed: true, verdict }) => Decision::Act(Approved(proposal), verdict),
            Ok(Answer { allowed: false, verdict }) => {
                let more = self.approvers(&asked, &proposal).filter(|more| *more > approvers);
                let effect = if more.is_some() { Effect::Ask } else { Effect::Observe };
                Decision::Hold(proposal, Verdict { effect, approvers: more, ..verdict })
            }
            Err(error) => Decision::Hold(proposal, unasked(error)),
        }
    }

    /// How many persons must approve at least; `None` where no number would do.
    fn approvers(&self, asked: &Asked<'_>, proposal: &impl Proposal) -> Option<u32> {
        (0..=MOST_APPROVERS).find(|n| self.ask(asked, proposal, *n).is_ok_and(|answer| answer.allowed))
    }

    fn ask(&self, asked: &Asked<'_>, proposal: &impl Proposal, approvers: u32) -> Result<Answer, String> {
        let Asked { function, finding, mode } = *asked;
        let resource = uid("Resource", &proposal.plan().resource_arn)?;
        let (function, action) = (uid("Function", function)?, uid("Action", proposal.action())?);
        let entity = resource_entity(resource.clone(), proposal.plan(), finding)?;
        let entities = Entities::from_entities([entity], None).map_err(|e| e.to_string())?;
        let asked = |policies: &PolicySet, permitted: bool| {
            let context = self.context(proposal.plan(), finding, mode, approvers, permitted)?;
            let request = Request::new(function.clone(), action.clone(), resource.clone(), context, None);
            Ok::<_, String>(Authorizer::new().is_authorized(&request.map_err(|e| e.to_string())?, policies, &entities))
        };
        let permitted = !self.own.is_empty() && {
            let response = asked(&self.own, false)?;
            response.decision() == CedarDecision::Allow && response.diagnostics().errors().next().is_none()
        };
        Ok(self.answer(&asked(&self.policies, permitted)?))
    }

    fn context(
        &self,
        plan: &Plan,
        finding: &Finding,
        mode: Mode,
        approvers: u32,
        permitted: bool,
    ) -> Result<Context, String> {
        let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
        let address = address_of(finding);
        let protected = address.is_some_and(|address| address::reaches(address, &self.protected_addresses));
        Context::from_pairs([
            ("mode".to_owned(), text(mode.as_str())),
            ("approved".to_owned(), RestrictedExpression::new_bool(approvers > 0)),
            ("approvers".to_owned(), RestrictedExpression::new_long(approvers.into())),
            ("permitted".to_owned(), RestrictedExpression::new_bool(permitted)),
            ("detector".to_owned(), text(&finding.detector)),
            ("severity".to_owned(), text(&finding.severity.to_string())),
            ("confidence".to_owned(), text(&finding.confidence.to_string())),
            ("actor".to_owned(), text(finding.principal.principal_arn().unwrap_or_default())),
            ("event".to_owned(), text(&finding.event_name)),
            ("disruptive".to_owned(), RestrictedExpression::new_bool(plan.disruptive)),
            ("reversible".to_owned(), RestrictedExpression::new_bool(plan.reversible)),
            ("address".to_owned(), text(&address.map(|address| address.to_string()).unwrap_or_default())),
            ("addressProtected".to_owned(), RestrictedExpression::new_bool(protected)),
        ])
        .map_err(|e| e.to_string())
    }

    fn answer(&self, response: &Response) -> Answer {
        let diagnostics = response.diagnostics();
        let mut guardrails: Vec<_> = diagnostics.reason().map(|id| policies::name(&self.policies, id)).collect();
        guardrails.sort();
        guardrails.dedup();
        let errors: Vec<_> = diagnostics.errors().map(ToString::to_string).collect();
        let allowed = response.decision() == CedarDecision::Allow && errors.is_empty();
        let effect = if allowed { Effect::Act } else { Effect::Observe };
        Answer { allowed, verdict: Verdict { effect, guardrails, errors, ..observe() } }
    }
}

/// Whether the shipped guardrails ask a person before anything is done about what this detector found.
///
/// # Errors
/// Where they cannot be asked: a fault of the build.
pub fn asks_first(detector: &str) -> Result<bool, String> {
    let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
    let flag = |name: &str| (name.to_owned(), RestrictedExpression::new_bool(false));
    let said = [("mode".to_owned(), text(Mode::Live.as_str())), ("detector".to_owned(), text(detector))];
    let flags = ["approved", "permitted", "addressProtected", "disruptive", "reversible"].map(flag);
    let none = [("approvers".to_owned(), RestrictedExpression::new_long(0))];
    let context = Context::from_pairs(said.into_iter().chain(flags).chain(none)).map_err(|e| e.to_string())?;
    let (function, action, resource) = (uid("Function", "any")?, uid("Action", "any")?, uid("Resource", "any")?);
    let request = Request::new(function, action, resource, context, None).map_err(|e| e.to_string())?;
    let response = Authorizer::new().is_authorized(&request, &policies::shipped_set()?, &Entities::empty());
    match response.diagnostics().errors().next() {
        Some(error) => Err(error.to_string()),
        None => Ok(response.decision() == CedarDecision::Deny),
    }
}

struct Answer {
    allowed: bool,
    verdict: Verdict,
}

/// What is asked, beside the proposal.
#[derive(Clone, Copy)]
struct Asked<'a> {
    function: &'a str,
    finding: &'a Finding,
    mode: Mode,
}

fn observe() -> Verdict {
    Verdict { effect: Effect::Observe, guardrails: Vec::new(), errors: Vec::new(), live: None, approvers: None }
}

fn unasked(error: String) -> Verdict {
    Verdict { errors: vec![error], ..observe() }
}

/// The address that the finding is about, or else the caller's. What is no address is none, and neither holds a decision
/// nor weakens one.
fn address_of(finding: &Finding) -> Option<IpAddr> {
    match &finding.target {
        Target::Source { address, .. } => Some(address::canonical(*address)),
        _ => address::normalized(finding.principal.source_ip.as_deref().unwrap_or_default()),
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let name: EntityTypeName =
        format!("Riposte::{kind}").parse().map_err(|e: cedar_policy::ParseErrors| e.to_string())?;
    Ok(EntityUid::from_type_name_and_id(name, EntityId::new(id)))
}

fn resource_entity(uid: EntityUid, plan: &Plan, finding: &Finding) -> Result<Entity, String> {
    let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
    let mut attributes = HashMap::from([
        ("arn".to_owned(), text(&plan.resource_arn)),
        ("account".to_owned(), text(&finding.scope.account)),
        ("region".to_owned(), text(&finding.scope.region)),
        ("kind".to_owned(), text(&plan.kind)),
    ]);
    attributes.extend(plan.stack().map(|stack| ("stack".to_owned(), text(&stack))));
    // A tag that exempts no more, or never did, is not there for any guardrail.
    let holds = |key: &str, value: &str| key != exempt::TAG || exempt::exempts(value, finding.event_time.as_deref());
    let tags = plan.tags.iter().filter(|(key, value)| holds(key, value));
    let tags: Vec<_> = tags.map(|(key, value)| (key.clone(), text(value))).collect();
    Entity::new_with_tags(uid, attributes, HashSet::new(), tags).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests;
