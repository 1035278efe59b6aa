//! What an IAM policy really grants.
//!
//! | question | of | answer |
//! |---|---|---|
//! | does its holder rule the account? | an identity's policy | [`Policy::grants_admin`] |
//! | can its holder come to rule it? | an identity's policy | [`Policy::escalations`] |
//! | whom does it let in from outside? | a resource's policy | [`Policy::outside_grants`] |
//! | who may become this role? | a role's trust policy | [`Policy::trust`] |
//! | does it insist on TLS? | a resource's policy | [`Policy::denies_clear_text`] |
//!
//! Each looks at one document alone. What other policies of the same principal, permission boundaries and
//! the organization's policies take away again is not known here.

mod access;
mod admin;
mod ask;
mod close;
mod combinations;
mod condition;
mod escalation;
mod managed;
mod narrow;
mod own;
mod policy;
mod principal;
mod reach;
mod transport;
mod trust;
mod unique;

pub use access::{Home, OutsideGrant, Outsider};
pub use admin::AdminGrant;
pub use ask::Trusts;
pub use close::{canonical, without};
pub use combinations::COMBINATIONS;
pub use escalation::{Combination, Escalation, Way};
pub use managed::ManagedPolicy;
pub use policy::{Policy, PolicyError};
pub use trust::TrustGrant;

/// What every evaluator says of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// [`Policy::grants_admin`]
    pub admin: Option<AdminGrant>,
    /// [`Policy::escalations`]
    pub escalations: Vec<Escalation>,
    /// [`Policy::outside_grants`]
    pub outside: Vec<OutsideGrant>,
    /// [`Policy::trust`]
    pub trust: Vec<TrustGrant>,
}

/// Runs every evaluator over one text, as account 111122223333 would see it: the one way in for fuzzing
/// and for properties. It takes any text and never panics.
///
/// # Errors
/// Where the text is no policy.
pub fn evaluate_all(text: &str) -> Result<Evaluation, PolicyError> {
    let policy = Policy::parse(text)?;
    let home = Home { partition: "aws", account: "111122223333" };
    Ok(Evaluation {
        admin: policy.grants_admin(home.partition, home.account),
        escalations: policy.escalations(home.partition, home.account),
        outside: policy.outside_grants(&home),
        trust: policy.trust(&home),
    })
}
