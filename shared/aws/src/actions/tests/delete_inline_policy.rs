//! `delete-inline-policy`: one inline policy, whose document is kept character for character.

use super::Bench;
use super::iam::{laid, of, others, principals};
use crate::actions::Planned;
use crate::testing::DOCUMENT;
use riposte_core::action::DeleteInlinePolicy;

#[tokio::test]
async fn one_policy_goes_and_comes_back_character_for_character() {
    for principal in principals() {
        for page in [0, 1] {
            let aws = laid();
            aws.world(|world| world.iam.page = page);
            let key = principal.to_string();
            let (before, rest) = (of(&aws, &key), others(&aws, &key));
            let response =
                DeleteInlinePolicy { principal: principal.clone(), policy_name: "door".to_owned(), digest: None }
                    .into();
            let bench = Bench::new(&aws, response);

            let plan = bench.contained().await;

            let mut expected = before.clone();
            expected.inline.remove("door");
            assert_eq!(of(&aws, &key), expected, "{key}");
            assert_eq!(others(&aws, &key), rest, "{key}");
            assert_eq!(plan.undo[0].change.parameters["PolicyDocument"], DOCUMENT, "{plan:?}");

            bench.undone(&plan).await;
            assert_eq!(of(&aws, &key), before, "{key}");
            bench.undone(&plan).await;
            assert_eq!(of(&aws, &key), before, "{key}: an undo may run again");
        }
    }
}

#[tokio::test]
async fn a_policy_that_goes_between_two_readings_needs_nothing() {
    for (principal, reading) in principals().into_iter().zip(["GetUserPolicy", "GetRolePolicy", "GetGroupPolicy"]) {
        let aws = laid();
        let key = principal.to_string();
        aws.before(reading, move |world| drop(world.iam.of(&key).inline.remove("door")));
        let plan =
            Bench::new(&aws, DeleteInlinePolicy { principal, policy_name: "door".to_owned(), digest: None }.into())
                .plan()
                .await;
        assert_eq!((plan.changes, plan.undo), (vec![], vec![]));
        assert_eq!(plan.before.0.into_keys().collect::<Vec<_>>(), ["app"]);
    }
}

#[tokio::test]
async fn a_principal_that_is_deleted_has_nothing_to_contain() {
    for principal in principals() {
        let aws = laid();
        let key = principal.to_string();
        aws.world(|world| world.iam.principals.remove(&key));
        let response = DeleteInlinePolicy { principal, policy_name: "door".to_owned(), digest: None }.into();
        let planned = Bench::new(&aws, response).planned().await.unwrap();
        assert_eq!(planned, Planned::Gone(format!("{key} no longer exists")));
    }
}
