//! Killed after each call, and overtaken by another invocation: every line counts once.

use super::{Watch, assert_answered, attacks, laid, windows};
use crate::testing::invocation;

#[tokio::test]
async fn killed_after_any_call_every_line_counts_once() {
    let lines = attacks();
    let mut killed_after = 0;
    loop {
        let aws = laid(&lines, 16);
        aws.world(|world| world.logs.empty_pages = killed_after % 2 == 0);
        let watch = Watch::new(&aws);
        let done = aws.run_for(killed_after, watch.pull()).await;
        aws.end_leases();
        let again = Watch::new(&aws);
        again.pull().await.unwrap();
        let at = format!("killed after {killed_after}");
        assert_eq!(again.item().await.windows, windows(&lines), "{at}");
        assert_answered(&aws, &at);
        if done.is_some() {
            break;
        }
        killed_after += 1;
    }
    assert!(killed_after > 20, "{killed_after}");
}

#[tokio::test]
async fn two_pulls_at_once_judge_every_line_once() {
    let lines = attacks();
    for seed in 1..=3 {
        let aws = laid(&lines, 9);
        aws.shuffle(seed);
        let (one, two) = (Watch::new(&aws), Watch::new(&aws));
        let (first, second) = (invocation(), invocation());
        let (a, b) = tokio::join!(one.pull_in(&first), two.pull_in(&second));
        a.unwrap();
        b.unwrap();
        assert_eq!(one.item().await.windows, windows(&lines), "order {seed}");
        assert_answered(&aws, &format!("order {seed}"));
    }
}

#[tokio::test]
async fn a_page_that_another_invocation_judged_first_is_not_judged_again() {
    let lines = attacks();
    let whole = laid(&lines, 0);
    Watch::new(&whole).pull().await.unwrap();
    let items = whole.world(|world| world.table.items.clone());
    let aws = laid(&lines, 0);
    let watch = Watch::new(&aws);
    // Meanwhile the other has read to the end and written it.
    aws.before("GetLogEvents", move |world| {
        world.table.items = items;
        world.ec2.acl("acl-1").entries.extend(whole.world(|done| done.ec2.acl("acl-1").entries[4..].to_vec()));
    });
    watch.pull().await.unwrap();
    assert_eq!(watch.item().await.windows, windows(&lines));
    assert_eq!(aws.changes(), Vec::<String>::new());
    assert_eq!(aws.world(|world| world.table.with_prefix("incident#").len()), 2);
}
