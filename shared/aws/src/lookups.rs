//! What detectors ask of AWS.

use std::collections::btree_map::Entry;

use aws_sdk_ec2::types::Filter;
use riposte_core::detect::{Answer, Detector, Facts, Question};
use riposte_core::event::{ApiCall, Scope};

use crate::actions::Permission;
use crate::clients::Regional;
use crate::fault::{Fault, Kind};

/// What a function needs to answer the questions about customer-managed policies.
pub const POLICY_PERMISSION: Permission = Permission {
    actions: &["iam:GetPolicy", "iam:GetPolicyVersion"],
    resources: &["arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/*"],
};

/// What a function needs to answer the questions about security-group rules.
pub const RULES_PERMISSION: Permission = Permission { actions: &["ec2:DescribeSecurityGroupRules"], resources: &["*"] };

/// Answers questions with the clients that a function has.
#[derive(Debug, Default)]
pub struct Lookups {
    ec2: Option<Regional<aws_sdk_ec2::Client>>,
    iam: Option<Regional<aws_sdk_iam::Client>>,
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

    /// The answers to all questions that `detectors` have about `call`, each asked once.
    ///
    /// # Errors
    /// Where AWS does not answer. What is gone is an answer.
    pub async fn facts(
        &self,
        detectors: &[&'static dyn Detector],
        call: &ApiCall,
        scope: &Scope,
    ) -> Result<Facts, Fault> {
        let mut facts = Facts::default();
        for detector in riposte_core::detect::reading(detectors, call) {
            for question in detector.questions(call) {
                if let Entry::Vacant(asked) = facts.0.entry(question) {
                    let answer = match self.answer(asked.key(), scope).await {
                        Err(fault) if fault.kind == Kind::Gone => Answer::Gone,
                        other => other?,
                    };
                    asked.insert(answer);
                }
            }
        }
        Ok(facts)
    }

    async fn answer(&self, question: &Question, scope: &Scope) -> Result<Answer, Fault> {
        match question {
            Question::ManagedPolicy { arn } => self.policy(arn, scope).await,
            Question::IngressRules { group_id, rule_ids } => self.rules(group_id, rule_ids, scope).await,
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
        let filter = Filter::builder().name("group-id").values(group_id).build();
        let mut pages = ec2.of(&scope.region).describe_security_group_rules().filters(filter).into_paginator().send();
        let mut rules = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(Fault::of(CALL))?;
            let named = |id: Option<&str>| id.is_some_and(|id| rule_ids.iter().any(|wanted| wanted == id));
            rules.extend(
                page.security_group_rules()
                    .iter()
                    .filter(|rule| named(rule.security_group_rule_id()))
                    .filter_map(crate::actions::ingress_rule),
            );
        }
        Ok(Answer::Rules(rules))
    }
}
