//! `deactivate-access-key`: one key of one user.

use super::Bench;
use super::iam::{laid, of, others};
use crate::actions::Planned;
use crate::testing::Aws;
use riposte_core::action::DeactivateAccessKey;

fn bench(aws: &Aws, key: &str) -> Bench {
    Bench::new(aws, DeactivateAccessKey { user_name: "eve".to_owned(), access_key_id: key.to_owned() }.into())
}

#[tokio::test]
async fn one_key_is_set_inactive_and_active_again() {
    for page in [0, 1, 2] {
        let aws = laid();
        aws.world(|world| world.iam.page = page);
        let (before, rest) = (of(&aws, "user/eve"), others(&aws, "user/eve"));
        let bench = bench(&aws, "AKIA2");

        let plan = bench.contained().await;

        let mut expected = before.clone();
        expected.keys.insert("AKIA2".to_owned(), "Inactive".to_owned());
        assert_eq!(of(&aws, "user/eve"), expected);
        assert_eq!(others(&aws, "user/eve"), rest);
        assert_eq!(aws.changes(), ["iam:UpdateAccessKey"]);

        bench.undone(&plan).await;
        bench.undone(&plan).await;
        assert_eq!(of(&aws, "user/eve"), before);
    }
}

#[tokio::test]
async fn a_key_that_is_inactive_already_is_not_made_active_by_an_undo() {
    let aws = laid();
    let plan = bench(&aws, "AKIA3").plan().await;
    assert_eq!((plan.changes, plan.undo), (vec![], vec![]));
    assert_eq!(plan.note.as_deref(), Some("the key is inactive already"));
}

#[tokio::test]
async fn a_key_or_a_user_that_is_gone_has_nothing_to_contain() {
    let aws = laid();
    let planned = bench(&aws, "AKIA9").planned().await.unwrap();
    assert_eq!(planned, Planned::Gone("the key AKIA9 no longer exists".to_owned()));
    aws.world(|world| world.iam.principals.remove("user/eve"));
    let planned = bench(&aws, "AKIA2").planned().await.unwrap();
    assert_eq!(planned, Planned::Gone("user/eve no longer exists".to_owned()));
}
