//! Security groups as a declaration has them: created where they are not there, and brought to their rules.

use riposte_core::action::{ActionId, CreateSecurityGroup, Response};
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Confidence, Finding, Severity};
use riposte_core::incident::rfc3339;
use riposte_core::seal::short_hash;
use riposte_core::text::{counted, plain};
use riposte_patch::groups::{self, Which};
use serde_json::{Value, json};

use super::{PatchError, PatchGuard, Source};
use crate::actions::Planned;
use crate::api::{Api, Call};
use crate::fault::Fault;
use crate::guard;
use crate::invocation::{Invocation, now_ms};
use crate::settings::Loaded;

/// The id of the group of this name in its VPC; `None` where there is none.
///
/// # Errors
/// AWS's refusal, or no answer.
pub async fn group_id(api: &dyn Api, region: &str, named: &CreateSecurityGroup) -> Result<Option<String>, Fault> {
    let filters = json!({ "Filters": [
        { "Name": "vpc-id", "Values": [named.vpc_id] },
        { "Name": "group-name", "Values": [named.name] },
    ] });
    let body = api.send(&Call::new("ec2:DescribeSecurityGroups", region, filters)).await?.body;
    let all = body.get("SecurityGroups").and_then(Value::as_array).into_iter().flatten();
    // A filter takes `*` and `?` for wildcards.
    let text = |group: &Value, name: &str| group.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut meant = all.filter(|group| text(group, "GroupName").as_deref() == Some(named.name.as_str()));
    Ok(meant.next().and_then(|group| text(group, "GroupId")))
}

impl PatchGuard {
    /// Brings declared security groups to what is declared. The same declaration against the same state is one incident:
    /// what a person has undone is not done again.
    pub(super) async fn groups(
        &self,
        source: &Source,
        loaded: &Loaded,
        invocation: &Invocation,
    ) -> Result<(), PatchError> {
        let text = source.read(&*self.api, &self.region).await?;
        let declared = groups::parse(&text).map_err(|error| PatchError::Impossible(error.to_string()))?;
        for group in declared {
            let id = match &group.group {
                Which::Id(id) => Some(id.clone()),
                Which::Named(named) => match group_id(&*self.api, &self.region, named).await? {
                    Some(id) => Some(id),
                    None => {
                        self.declared(ActionId::CreateSecurityGroup, named.clone().into(), loaded, invocation).await?;
                        // Not there where the guardrails ask or forbid: its rules wait for it.
                        group_id(&*self.api, &self.region, named).await?
                    }
                },
            };
            if let Some(id) = id {
                let request = group.apply(id).into();
                self.declared(ActionId::ApplySecurityGroup, request, loaded, invocation).await?;
            }
        }
        Ok(())
    }

    /// Responds to one difference from a declaration.
    async fn declared(
        &self,
        id: ActionId,
        response: Response,
        loaded: &Loaded,
        invocation: &Invocation,
    ) -> Result<(), PatchError> {
        let scope = Scope { event_id: String::new(), account: self.base.account.clone(), region: self.region.clone() };
        let missing = || PatchError::Impossible(format!("this function does not have the action {}", id.as_str()));
        let action = self.base.actions.get(id).ok_or_else(missing)?;
        let plan = match action.plan(&self.base.actions.site(&scope), &response).await? {
            Planned::Plan(plan) if plan.changes.is_empty() => return Ok(()),
            Planned::Plan(plan) => plan,
            Planned::Gone(why) | Planned::Impossible(why) => {
                tracing::warn!(why = plain(&why, 300), "a declared group is left out");
                return Ok(());
            }
        };
        let key = serde_json::to_string(&(&response, &plan.before)).unwrap_or_default();
        let event_id = format!("declared-{}", short_hash(&[&key]));
        let target = response.target().map_err(|error| PatchError::Impossible(error.to_string()))?;
        let finding = Finding {
            detector: "declared-groups".to_owned(),
            title: "A security group is not as it is declared".to_owned(),
            severity: Severity::Medium,
            confidence: Confidence::High,
            technique: Vec::new(),
            scope: Scope { event_id, ..scope },
            event_name: "declaration".to_owned(),
            event_time: Some(rfc3339(now_ms())),
            event_source: None,
            error_code: None,
            principal: Actor::default(),
            target,
            why: match id {
                ActionId::CreateSecurityGroup => "the declared group is not there".to_owned(),
                _ => format!("{} not as declared", counted(plan.changes.len(), "rule")),
            },
            response: Some(response),
        };
        let answered = self.base.responder(loaded).respond(finding, invocation).await;
        guard::log(&answered.map_err(|error| PatchError::Respond(Box::new(error)))?);
        Ok(())
    }
}
