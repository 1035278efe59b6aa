//! Whose lines are answered, and that one finding that cannot be answered holds nobody else back.

use riposte_core::incident::State;
use riposte_core::settings::LOG_GROUPS_PATH;

use super::{Watch, attacks, denied, laid};
use crate::testing::{Aws, Fault};

fn sent(aws: &Aws) -> Vec<String> {
    aws.world(|world| world.sent.iter().map(|notice| notice.body.clone()).collect())
}

#[tokio::test]
async fn lines_of_a_group_that_nobody_named_are_told_and_not_answered() {
    let aws = laid(&attacks(), 0);
    aws.world(|world| world.ssm.remove(LOG_GROUPS_PATH));
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap();
    assert_eq!(aws.changes(), Vec::<String>::new());
    let listed = watch.function.ledger().list(10).await.unwrap().incidents;
    assert!(listed.len() == 2 && listed.iter().all(|incident| incident.state == State::Observed), "{listed:?}");
    assert!(sent(&aws).iter().all(|body| body.contains("is not among `/riposte/log-watch/groups`")));
}

#[tokio::test]
async fn a_group_may_be_named_by_a_pattern() {
    let aws = laid(&attacks(), 0);
    aws.world(|world| world.ssm.insert(LOG_GROUPS_PATH.to_owned(), "/var/log/*".to_owned()));
    Watch::new(&aws).pull().await.unwrap();
    assert_eq!(denied(&aws).len(), 2);
}

#[tokio::test]
async fn a_topic_that_refuses_holds_back_neither_the_next_attacker_nor_the_stream() {
    let aws = laid(&attacks(), 0);
    aws.fail_always("Publish", Fault::DENIED);
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap();
    assert_eq!(denied(&aws).len(), 2);
    assert!(watch.item().await.was_read());
    assert_eq!(sent(&aws), Vec::<String>::new());
}

#[tokio::test]
async fn a_topic_that_is_throttled_brings_the_page_again_and_both_are_denied_at_once() {
    let aws = laid(&attacks(), 0);
    aws.fail_always("Publish", Fault::THROTTLED);
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap_err();
    assert_eq!(denied(&aws).len(), 2);
    assert!(!watch.item().await.was_read());
    aws.heal();
    watch.pull().await.unwrap();
    assert_eq!((sent(&aws).len(), aws.changes().len()), (2, 2));
}
