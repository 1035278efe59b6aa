//! What a detector asks of AWS, and the answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Trusted;
use crate::net::IngressRule;

/// Something that only AWS can answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The default version's document of a customer-managed policy.
    ManagedPolicy {
        /// Its ARN.
        arn: String,
    },
    /// These rules of a security group as they are now, ingress only.
    IngressRules {
        /// `sg-…`
        group_id: String,
        /// `sgr-…`
        rule_ids: Vec<String>,
    },
    /// When images were made, and since when they are deprecated.
    Images {
        /// `ami-…`, sorted.
        ids: Vec<String>,
    },
}

/// An image, as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct LaunchedImage {
    /// `ami-…`
    pub id: String,
    /// When it was made: RFC 3339.
    pub created: Option<String>,
    /// Since when, or from when on, its owner wants it launched no more: RFC 3339.
    pub deprecated: Option<String>,
}

/// AWS's answer to a [`Question`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A policy document, plain or URL-encoded.
    Document(String),
    /// Ingress rules.
    Rules(Vec<IngressRule>),
    /// Those images that EC2 shows.
    Images(Vec<LaunchedImage>),
    /// It no longer exists.
    Gone,
}

/// What a detector knows beside the event.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The answers that the shell has found.
    pub answers: BTreeMap<Question, Answer>,
    /// Whose accounts are no strangers.
    pub trusted: Arc<Trusted>,
}

impl FromIterator<(Question, Answer)> for Facts {
    fn from_iter<I: IntoIterator<Item = (Question, Answer)>>(answers: I) -> Self {
        Self { answers: answers.into_iter().collect(), ..Self::default() }
    }
}
