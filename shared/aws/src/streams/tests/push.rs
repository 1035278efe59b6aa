//! Batches that a log subscription pushes.

use riposte_core::event::{LogBatch, LogLine};
use riposte_core::settings::LOG_GROUPS_PATH;

use super::{GROUP, STREAM, Watch, assert_answered, attacks, laid, windows};
use crate::guard::ItemError;
use crate::testing::{Aws, Fault, invocation};

fn batch(lines: &[(i64, String)]) -> LogBatch {
    let line = |(index, (at_ms, message)): (usize, &(i64, String))| LogLine {
        id: Some(format!("{at_ms}-{index}")),
        at_ms: *at_ms,
        message: message.clone(),
    };
    LogBatch {
        account: "111122223333".to_owned(),
        group: GROUP.to_owned(),
        stream: STREAM.to_owned(),
        lines: lines.iter().enumerate().map(line).collect(),
        control: false,
    }
}

/// An account whose schedule pulls no group.
fn account() -> Aws {
    let aws = laid(&[], 0);
    aws.world(|world| world.ssm.remove(LOG_GROUPS_PATH));
    aws
}

async fn push(aws: &Aws, batch: &LogBatch) -> Result<(), ItemError> {
    let watch = Watch::new(aws);
    let loaded = watch.function.loaded().await;
    watch.streams.push(batch, "eu-west-1", &watch.function.base, &loaded, &invocation()).await
}

#[tokio::test]
async fn batches_are_judged_once_however_often_they_come() {
    let lines = attacks();
    let aws = account();
    let batches: Vec<LogBatch> = lines.chunks(7).map(batch).collect();
    for batch in &batches {
        for _ in 0..2 {
            push(&aws, batch).await.unwrap();
        }
    }
    push(&aws, &batches[0]).await.unwrap();
    assert_eq!(Watch::new(&aws).item().await.pushed, windows(&lines));
    assert_answered(&aws, "every batch twice");
}

#[tokio::test]
async fn a_batch_whose_finding_was_not_answered_comes_again() {
    let lines = attacks();
    let aws = account();
    aws.fail("CreateNetworkAclEntry", Fault::THROTTLED);
    assert!(matches!(push(&aws, &batch(&lines)).await, Err(ItemError::Respond(_))));
    push(&aws, &batch(&lines)).await.unwrap();
    assert_eq!(Watch::new(&aws).item().await.pushed, windows(&lines));
    assert_eq!(super::denied(&aws).len(), 2);
}

#[tokio::test]
async fn a_batch_that_lost_a_race_is_judged_on_what_the_winner_wrote() {
    let lines = attacks();
    let (first, second) = lines.split_at(9);
    let aws = account();
    let winner = account();
    push(&winner, &batch(first)).await.unwrap();
    let items = winner.world(|world| world.table.items.clone());
    // The first reading finds nothing; just before the writing the winner's item is there.
    aws.before("PutItem", move |world| world.table.items.extend(items));
    push(&aws, &batch(&[noise_only()])).await.unwrap();
    push(&aws, &batch(second)).await.unwrap();
    let item = Watch::new(&aws).item().await;
    assert_eq!(item.pushed, windows(&lines));
    assert_eq!(item.batches.len(), 3);
}

fn noise_only() -> (i64, String) {
    super::noise(1)
}

#[tokio::test]
async fn what_needs_no_judging_costs_no_call() {
    let mut control = batch(&attacks());
    control.control = true;
    let mut own = batch(&attacks());
    "/aws/lambda/riposte-log-watch".clone_into(&mut own.group);
    for (what, batch) in [("a control message", control), ("our own group", own)] {
        let aws = account();
        push(&aws, &batch).await.unwrap();
        assert!(aws.calls().iter().all(|call| call.starts_with("ssm:")), "{what}: {:?}", aws.calls());
    }
    let aws = account();
    aws.world(|world| world.ssm.insert(LOG_GROUPS_PATH.to_owned(), format!("/other, {GROUP}")));
    push(&aws, &batch(&attacks())).await.unwrap();
    assert!(aws.calls().iter().all(|call| call.starts_with("ssm:")), "a group that is pulled: {:?}", aws.calls());
}

#[tokio::test]
async fn a_stream_that_comes_both_ways_counts_no_failure_twice() {
    let lines: Vec<_> = (0..7).map(|second| super::failure(second, "198.51.100.9")).collect();
    let aws = laid(&lines, 0);
    Watch::new(&aws).pull().await.unwrap();
    aws.world(|world| world.ssm.remove(LOG_GROUPS_PATH));
    push(&aws, &batch(&lines)).await.unwrap();
    assert_eq!(super::denied(&aws), Vec::<String>::new(), "seven failures are not ten");
    let item = Watch::new(&aws).item().await;
    assert_eq!((&item.windows, &item.pushed), (&windows(&lines), &windows(&lines)));
}

#[tokio::test]
async fn a_batch_of_another_account_is_notified_without_a_response() {
    let aws = account();
    let mut batch = batch(&attacks());
    "999999999999".clone_into(&mut batch.account);
    push(&aws, &batch).await.unwrap();
    assert_eq!(super::denied(&aws), Vec::<String>::new());
    // The guessing is below the notification threshold; the login after it is not.
    assert_eq!(aws.world(|world| world.sent.len()), 1);
}
