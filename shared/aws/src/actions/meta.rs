//! What the catalogue says of an action.

use riposte_core::action::ActionId;

/// What the catalogue says of an action.
#[derive(Debug)]
pub struct ActionMeta {
    /// Which one.
    pub id: ActionId,
    /// A few words for people.
    pub title: &'static str,
    /// What the function's role needs for it.
    pub permissions: &'static [Permission],
    /// What the operator needs to undo it, beside those.
    pub undo_permissions: &'static [Permission],
    /// How far the before-state can be restored, in words.
    pub reversibility: &'static str,
    /// Whether all of it is restored, to guardrails.
    pub reversible: bool,
    /// Whether it interrupts something that the customer runs, to guardrails.
    pub disruptive: bool,
    /// Markdown: `## What it does`, `## What it keeps`, `## Undo`.
    pub prose: &'static str,
}

/// IAM actions on resources, under conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// For example `ec2:RevokeSecurityGroupIngress`.
    pub calls: &'static [&'static str],
    /// ARNs in the form of CloudFormation's `Fn::Sub`; `*` where the API knows no resources.
    pub resources: &'static [&'static str],
    /// All of these must hold.
    pub when: &'static [When],
}

/// A condition of an IAM statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct When {
    /// The operator: `ArnLike`.
    pub test: &'static str,
    /// The key: `iam:PolicyARN`.
    pub key: &'static str,
    /// One of these, in the form of `Fn::Sub`.
    pub values: &'static [&'static str],
}

impl Permission {
    /// Calls that the API allows on no single resource.
    #[must_use]
    pub const fn anywhere(calls: &'static [&'static str]) -> Self {
        Self { calls, resources: &["*"], when: &[] }
    }

    /// Calls on resources.
    #[must_use]
    pub const fn on(resources: &'static [&'static str], calls: &'static [&'static str]) -> Self {
        Self { calls, resources, when: &[] }
    }

    /// The same under conditions.
    #[must_use]
    pub const fn when(self, when: &'static [When]) -> Self {
        Self { when, ..self }
    }
}

impl When {
    /// What the operator tagged as Riposte's to restore: bounds calls that would be a way to administrative privileges.
    pub const RESTORABLE: Self =
        Self { test: "StringEquals", key: "aws:ResourceTag/riposte:restorable", values: &["true"] };
}
