//! The users and roles as a person asks about them: who is an administrator, who may become one and how, and which keys
//! lie about.

use serde::{Deserialize, Serialize};

use super::credentials::Credentials;
use super::power;
use super::roles::{chain_to_admin, is_service_linked};
use crate::index::Index;
use crate::verdict::Unknown;
use crate::view::View;

/// A user or a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Twelve digits.
    pub account: String,
    /// `user` or `role`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// How it is an administrator, where it is one.
    pub admin: Result<Option<String>, Unknown>,
    /// How it may become one, where it is none: a chain of roles, and the permissions that lead up.
    pub ways: Result<Vec<String>, Unknown>,
    /// Of a user: whether he has a console password, and a second factor, and his active keys.
    pub signs_in: Option<Result<SignIn, Unknown>>,
}

/// What a user signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Whether he has a console password.
    pub password: bool,
    /// Whether a second factor is registered.
    pub mfa: bool,
    /// Of each active access key: its age, and how long ago it was last used, in days.
    pub keys: Vec<(Option<i64>, Option<i64>)>,
}

/// Every user and role of an inventory, but for those that are an AWS service's own.
#[must_use]
pub fn people(index: &Index) -> Vec<Person> {
    let users = index.views("iam", "user").map(|view| person(&view, index, "user"));
    let roles = index.views("iam", "role").filter(|role| !is_service_linked(role));
    users.chain(roles.map(|view| person(&view, index, "role"))).collect()
}

fn person(view: &View<'_>, index: &Index, kind: &'static str) -> Person {
    let admin = power::admin(view, index);
    let ways = match &admin {
        Ok(Some(_)) => Ok(Vec::new()),
        Ok(None) => ways(view, index),
        Err(unknown) => Err(unknown.clone()),
    };
    let signs_in = (kind == "user").then(|| {
        Credentials::of(view).map(|all| SignIn {
            password: all.password,
            mfa: all.mfa,
            keys: all
                .keys
                .iter()
                .map(|key| (key.made.map(|t| view.days_since(t)), key.used.map(|t| view.days_since(t))))
                .collect(),
        })
    });
    let resource = view.resource;
    let name = if resource.name.is_empty() { resource.label() } else { &resource.name };
    Person {
        account: resource.account.clone(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        arn: resource.arn.clone(),
        admin,
        ways,
        signs_in,
    }
}

fn ways(view: &View<'_>, index: &Index) -> Result<Vec<String>, Unknown> {
    let chain = chain_to_admin(view, index)?.map(|path| format!("takes roles: {path}"));
    Ok(chain.into_iter().chain(power::escalations(view, index)?).collect())
}
