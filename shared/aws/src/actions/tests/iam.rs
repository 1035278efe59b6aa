//! What the three IAM actions share in their tests.

use riposte_core::finding::IamPrincipal;

use crate::testing::{Aws, Principal, lay_principals};

/// A user, a role and a group.
pub(super) fn principals() -> [IamPrincipal; 3] {
    let [user, role, group] = ["eve", "app", "ops"].map(str::to_owned);
    [IamPrincipal::User(user), IamPrincipal::Role(role), IamPrincipal::Group(group)]
}

pub(super) fn laid() -> Aws {
    let aws = Aws::new();
    aws.world(lay_principals);
    aws
}

/// The principal, with its lists in order.
pub(super) fn of(aws: &Aws, key: &str) -> Principal {
    let mut principal = aws.world(|world| world.iam.of(key).clone());
    principal.attached.sort();
    principal
}

/// Everybody but this one.
pub(super) fn others(aws: &Aws, key: &str) -> Vec<Principal> {
    aws.world(|world| world.iam.principals.iter().filter(|(k, _)| *k != key).map(|(_, p)| p.clone()).collect())
}
