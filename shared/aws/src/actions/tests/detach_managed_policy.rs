//! `detach-managed-policy`: one policy off one principal.

use super::Bench;
use super::iam::{laid, of, others, principals};
use crate::actions::Planned;
use crate::testing::ADMIN;
use riposte_core::action::DetachManagedPolicy;

#[tokio::test]
async fn one_policy_goes_and_comes_back() {
    for principal in principals() {
        for page in [0, 1, 2] {
            let aws = laid();
            aws.world(|world| world.iam.page = page);
            let key = principal.to_string();
            let (before, rest) = (of(&aws, &key), others(&aws, &key));
            let response = DetachManagedPolicy { principal: principal.clone(), policy_arn: ADMIN.to_owned() }.into();
            let bench = Bench::new(&aws, response);

            let plan = bench.contained().await;

            let mut expected = before.clone();
            expected.attached.retain(|arn| arn != ADMIN);
            assert_eq!(of(&aws, &key), expected, "{key}");
            assert_eq!(others(&aws, &key), rest, "{key}");
            assert_eq!(aws.changes().len(), 1, "{key}: {:?}", aws.changes());
            assert_eq!(plan.resource_arn, format!("arn:aws:iam::111122223333:{key}"));

            bench.undone(&plan).await;
            assert_eq!(of(&aws, &key), before, "{key}");
            bench.undone(&plan).await;
            assert_eq!(of(&aws, &key), before, "{key}: an undo may run again");
        }
    }
}

#[tokio::test]
async fn a_policy_that_is_detached_already_needs_nothing() {
    for principal in principals() {
        let aws = laid();
        let policy_arn = "arn:aws:iam::aws:policy/IAMFullAccess".to_owned();
        let plan = Bench::new(&aws, DetachManagedPolicy { principal, policy_arn }.into()).plan().await;
        assert_eq!(plan.changes, vec![]);
        assert_eq!(plan.note.as_deref(), Some("the policy is no longer attached"));
    }
}

#[tokio::test]
async fn a_principal_that_is_deleted_has_nothing_to_contain() {
    for principal in principals() {
        let aws = laid();
        let key = principal.to_string();
        aws.world(|world| world.iam.principals.remove(&key));
        let planned =
            Bench::new(&aws, DetachManagedPolicy { principal, policy_arn: ADMIN.to_owned() }.into()).planned().await;
        assert_eq!(planned.unwrap(), Planned::Gone(format!("{key} no longer exists")));
    }
}
