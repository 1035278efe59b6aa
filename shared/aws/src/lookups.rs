//! What detectors ask of AWS.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use riposte_core::detect::hidden::Hidden;
use riposte_core::detect::{Answer, Detector, Facts, LaunchedImage, Question};
use riposte_core::event::{ApiCall, Scope, is_young};
use serde_json::{Value, json};

use crate::actions::document::{self, policy_of};
use crate::actions::{Permission, ingress_rule, live_rules};
use crate::api::{Api, Call, Client, models};
use crate::clients::Regional;
use crate::fault::{Fault, Kind};
use crate::invocation::now_ms;
use crate::reread;

/// What a function needs to answer the questions about customer-managed policies.
pub const POLICY_PERMISSION: Permission = Permission::on(
    &["arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/*"],
    &["iam:GetPolicy", "iam:GetPolicyVersion"],
);

/// What a function needs to answer the questions about security-group rules.
pub const RULES_PERMISSION: Permission = Permission::anywhere(&["ec2:DescribeSecurityGroupRules"]);

/// What a function needs to answer the questions about images.
pub const IMAGES_PERMISSION: Permission = Permission::anywhere(&["ec2:DescribeImages"]);

/// What asking gave.
#[derive(Debug, Default)]
pub struct Answers {
    /// The answers.
    pub facts: Facts,
    /// Why other questions have none.
    pub refused: Vec<Fault>,
}

/// Answers questions with the clients that a function has.
#[derive(Debug, Default)]
pub struct Lookups {
    ec2: Option<Regional<aws_sdk_ec2::Client>>,
    iam: Option<Regional<aws_sdk_iam::Client>>,
    /// Reads what was written where a record leaves it out.
    hidden: Option<Arc<dyn Api>>,
    /// Reads images.
    images: Option<Arc<dyn Api>>,
}

impl Lookups {
    /// Answers questions about security groups.
    #[must_use]
    pub fn with_ec2(mut self, config: &aws_types::SdkConfig) -> Self {
        self.ec2 = Some(Regional::new(config, aws_sdk_ec2::Client::new));
        self
    }

    /// Answers questions about policies.
    #[must_use]
    pub fn with_iam(mut self, config: &aws_types::SdkConfig) -> Self {
        self.iam = Some(Regional::new(config, aws_sdk_iam::Client::new));
        self
    }

    /// Looks up all that can be looked up: for a person's command.
    #[must_use]
    pub fn all(config: &aws_types::SdkConfig) -> Self {
        let models: Vec<_> = document::MODELS.iter().copied().chain([&models::IAM]).collect();
        let hidden = Arc::new(Client::new(config, &models));
        Self::default().with_ec2(config).with_iam(config).with_images(config).with_hidden(hidden)
    }

    /// Reads policies of resources, where a record leaves out what was written.
    #[must_use]
    pub fn with_policies(self, config: &aws_types::SdkConfig) -> Self {
        self.with_hidden(Arc::new(Client::new(config, document::MODELS)))
    }

    /// Reads trust policies of roles, where a record leaves out what was written.
    #[must_use]
    pub fn with_trust(self, config: &aws_types::SdkConfig) -> Self {
        self.with_hidden(Arc::new(Client::new(config, &[&models::IAM])))
    }

    pub(crate) fn with_hidden(mut self, api: Arc<dyn Api>) -> Self {
        self.hidden = Some(api);
        self
    }

    /// A call whose request CloudTrail left out for its size, with what AWS holds now in the place of the request.
    /// `None` where the request is there, the record does not say what it is about, this function does not read such
    /// things, or nothing is there any more.
    ///
    /// # Errors
    /// Where AWS refuses, or does not answer now.
    pub async fn revealed(&self, call: &ApiCall, scope: &Scope) -> Result<Option<ApiCall>, Fault> {
        let Some(hidden) = Hidden::of(call) else { return Ok(None) };
        let Some(api) = self.hidden.as_deref() else { return Ok(None) };
        let document = match &hidden {
            Hidden::Policy { service, resource } => policy_of(api, &scope.region, service, resource).await,
            Hidden::Trust { role_name } => trust_of(api, &scope.region, role_name).await,
            Hidden::ManagedPolicy { arn } => self.policy(arn, scope).await.map(|answer| match answer {
                Answer::Document(document) => Some(document),
                Answer::Rules(_) | Answer::Images(_) | Answer::Gone => None,
            }),
        };
        match document {
            Ok(document) => Ok(document.map(|document| hidden.revealed(call, &document))),
            Err(fault) if fault.kind == Kind::Gone => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Answers questions about images.
    #[must_use]
    pub fn with_images(mut self, config: &aws_types::SdkConfig) -> Self {
        self.images = Some(Arc::new(Client::new(config, &[&models::EC2])));
        self
    }

    /// The same on another way to AWS.
    #[cfg(test)]
    pub(crate) fn through(mut self, api: Arc<dyn Api>) -> Self {
        self.images = Some(api);
        self
    }

    /// The answers to all questions that the detectors that read `call` have about it, each asked once. What is gone is
    /// an answer, unless the event is so young that what it names may not be seen yet. A question that
    /// is refused stays open: its detector cannot judge, the others can.
    ///
    /// # Errors
    /// Where AWS does not answer now, or what the event names cannot be seen yet.
    pub async fn facts(
        &self,
        detectors: &[&'static dyn Detector],
        call: &ApiCall,
        scope: &Scope,
    ) -> Result<Answers, Fault> {
        let mut answers = Answers::default();
        // Several detectors may ask the same.
        let questions: BTreeSet<_> = detectors.iter().flat_map(|detector| detector.questions(call)).collect();
        for question in questions {
            match self.settled(&question, call, scope).await {
                Ok(answer) => {
                    answers.facts.answers.insert(question, answer);
                }
                Err(fault) if fault.worth_retrying() => return Err(fault),
                Err(fault) => answers.refused.push(fault),
            }
        }
        Ok(answers)
    }

    /// The answer, asked again for a while where a young event names what cannot be found.
    async fn settled(&self, question: &Question, call: &ApiCall, scope: &Scope) -> Result<Answer, Fault> {
        let young = || is_young(call.event_time(), now_ms());
        let ask = || self.answer(question, scope);
        reread::until(Duration::from_millis(200), ask, |answer| !(young() && *answer == Answer::Gone)).await
    }

    async fn answer(&self, question: &Question, scope: &Scope) -> Result<Answer, Fault> {
        let answered = match question {
            Question::ManagedPolicy { arn } => self.policy(arn, scope).await,
            Question::IngressRules { group_id, rule_ids } => self.rules(group_id, rule_ids, scope).await,
            Question::Images { ids } => self.images(ids, scope).await,
        };
        match answered {
            Err(fault) if fault.kind == Kind::Gone => Ok(Answer::Gone),
            other => other,
        }
    }

    async fn policy(&self, arn: &str, scope: &Scope) -> Result<Answer, Fault> {
        let iam =
            self.iam.as_ref().ok_or_else(|| Fault::refused("iam:GetPolicy", "this function does not read IAM"))?;
        let iam = iam.of(&scope.region);
        let answer = iam.get_policy().policy_arn(arn).send().await.map_err(Fault::of("iam:GetPolicy"))?;
        let version = answer
            .policy()
            .and_then(|policy| policy.default_version_id())
            .ok_or_else(|| Fault::refused("iam:GetPolicy", "no default version in the answer"))?;
        let answer = iam.get_policy_version().policy_arn(arn).version_id(version).send().await;
        let answer = answer.map_err(Fault::of("iam:GetPolicyVersion"))?;
        let document = answer
            .policy_version()
            .and_then(|version| version.document())
            .ok_or_else(|| Fault::refused("iam:GetPolicyVersion", "no document in the answer"))?;
        Ok(Answer::Document(document.to_owned()))
    }

    async fn rules(&self, group_id: &str, rule_ids: &[String], scope: &Scope) -> Result<Answer, Fault> {
        const CALL: &str = "ec2:DescribeSecurityGroupRules";
        let ec2 = self.ec2.as_ref().ok_or_else(|| Fault::refused(CALL, "this function does not read EC2"))?;
        let live = live_rules(&ec2.of(&scope.region), group_id).await?;
        let named = |id: Option<&str>| id.is_some_and(|id| rule_ids.iter().any(|wanted| wanted == id));
        let asked = live.iter().filter(|rule| named(rule.security_group_rule_id()));
        let rules = asked.filter_map(ingress_rule).collect();
        Ok(Answer::Rules(rules))
    }

    /// By a filter: one image that is gone would have the whole call refused.
    async fn images(&self, ids: &[String], scope: &Scope) -> Result<Answer, Fault> {
        const CALL: &str = "ec2:DescribeImages";
        let api = self.images.as_ref().ok_or_else(|| Fault::refused(CALL, "this function does not read images"))?;
        let filters = json!([{ "Name": "image-id", "Values": ids }]);
        let parameters = json!({ "Filters": filters, "IncludeDeprecated": true });
        let body = api.send(&Call::new(CALL, &scope.region, parameters)).await?.body;
        let text = |image: &Value, name: &str| image.get(name).and_then(Value::as_str).map(str::to_owned);
        let images = body.get("Images").and_then(Value::as_array).into_iter().flatten().filter_map(|image| {
            let (created, deprecated) = (text(image, "CreationDate"), text(image, "DeprecationTime"));
            Some(LaunchedImage { id: text(image, "ImageId")?, created, deprecated })
        });
        Ok(Answer::Images(images.collect()))
    }
}

/// The trust policy of a role.
async fn trust_of(api: &dyn Api, region: &str, role_name: &str) -> Result<Option<String>, Fault> {
    let answer = api.send(&Call::new("iam:GetRole", region, json!({ "RoleName": role_name }))).await?;
    Ok(answer.body.pointer("/Role/AssumeRolePolicyDocument").and_then(Value::as_str).map(str::to_owned))
}
