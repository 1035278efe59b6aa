//! Pulling: pages, tokens, and reading by time where a token is no longer good.

use super::{GROUP, START, STREAM, Watch, assert_answered, attacks, denied, failure, laid, noise, windows};
use crate::guard::ItemError;
use crate::invocation::{Invocation, now_ms};
use crate::testing::{Aws, Fault, invocation};

fn reads(aws: &Aws) -> usize {
    aws.calls().iter().filter(|call| *call == "logs:GetLogEvents").count()
}

fn write(aws: &Aws, lines: &[(i64, String)]) {
    aws.world(|world| world.logs.stream(GROUP, STREAM).lines.extend_from_slice(lines));
}

#[tokio::test]
async fn every_page_size_gives_the_same() {
    let lines = attacks();
    for page in [1, 7, 32, 33] {
        for empty_pages in [false, true] {
            let aws = laid(&lines, page);
            aws.world(|world| world.logs.empty_pages = empty_pages);
            let watch = Watch::new(&aws);
            watch.pull().await.unwrap();
            let at = format!("{page} lines on a page, empty pages: {empty_pages}");
            assert_eq!(watch.item().await.windows, windows(&lines), "{at}");
            assert_answered(&aws, &at);
        }
    }
}

#[tokio::test]
async fn a_stream_of_many_pages_and_megabytes_is_read_to_its_end() {
    let mut lines: Vec<_> = (0..21_000).map(|second| (START + second, "CRON[1]: nothing".to_owned())).collect();
    // Long lines: a page ends at a megabyte before it has 10,000 of them.
    lines.extend((0..30).map(|n| (START + 22_000 + n, "x".repeat(100_000))));
    lines.extend((0..10).map(|second| failure(60 + second, "198.51.100.9")));
    let aws = laid(&lines, 0);
    aws.world(|world| world.logs.empty_pages = true);
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap();
    assert_eq!(denied(&aws), ["198.51.100.9/32"]);
    assert_eq!(watch.item().await.last_ms, lines.last().unwrap().0);
    assert!(reads(&aws) > 10, "{}", reads(&aws));
}

#[tokio::test]
async fn the_next_invocation_goes_on_where_the_last_one_stopped() {
    let lines = attacks();
    for cut in (0..=lines.len()).step_by(8) {
        let (first, rest) = lines.split_at(cut);
        let aws = laid(first, 5);
        Watch::new(&aws).pull().await.unwrap();
        write(&aws, rest);
        aws.world(|world| world.logs.stream(GROUP, STREAM).page = 7);
        let watch = Watch::new(&aws);
        watch.pull().await.unwrap();
        assert_eq!(watch.item().await.windows, windows(&lines), "cut after {cut}");
        assert_answered(&aws, &format!("cut after {cut}"));
    }
}

#[tokio::test]
async fn at_the_end_a_pull_costs_two_calls() {
    let aws = laid(&attacks(), 0);
    Watch::new(&aws).pull().await.unwrap();
    let watch = Watch::new(&aws);
    watch.function.loaded().await;
    aws.forget_calls();
    watch.pull().await.unwrap();
    assert_eq!(aws.calls(), ["dynamodb:GetItem", "logs:GetLogEvents"]);
}

#[tokio::test]
async fn a_token_that_is_no_longer_good_loses_and_repeats_no_line() {
    // Equal lines in the same millisecond are lines of their own.
    let equal = (START + 3000, "sshd: Failed password for root from 203.0.113.7 port 4242 ssh2".to_owned());
    let mut all = vec![failure(0, "203.0.113.7"), noise(1)];
    all.extend(std::iter::repeat_n(equal, 4));
    all.extend([noise(4), failure(5, "203.0.113.7")]);
    for by_age in [false, true] {
        for page in [1, 3] {
            for empty_pages in [false, true] {
                for cut in [2, 3, 5] {
                    let aws = laid(&all[..cut], page);
                    aws.world(|world| world.logs.empty_pages = empty_pages);
                    let watch = Watch::new(&aws);
                    watch.pull().await.unwrap();
                    write(&aws, &all[cut..]);
                    if by_age {
                        let mut item = watch.item().await;
                        item.token_ms = now_ms() - 23 * 3600 * 1000 - 1;
                        watch.function.ledger().write_stream(&super::name().key(), &mut item).await.unwrap();
                    } else {
                        aws.world(|world| world.logs.generation += 1);
                    }
                    watch.pull().await.unwrap();
                    let at = format!("by age: {by_age}, {page} on a page, empty: {empty_pages}, cut after {cut}");
                    assert_eq!(watch.item().await.windows, windows(&all), "{at}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_expires_twice_is_no_worse() {
    let lines = attacks();
    let aws = laid(&lines, 2);
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap();
    for _ in 0..3 {
        aws.world(|world| world.logs.generation += 1);
        watch.pull().await.unwrap();
        assert_eq!(watch.item().await.windows, windows(&lines));
    }
    assert_answered(&aws, "expired three times");
}

#[tokio::test]
async fn a_stream_that_is_deleted_is_forgotten() {
    let aws = laid(&attacks(), 4);
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap();
    aws.world(|world| world.logs.streams.clear());
    watch.pull().await.unwrap();
    assert_eq!(aws.world(|world| world.table.with_prefix("stream#").len()), 0);
    // One that is deleted between two pages too.
    let aws = laid(&attacks(), 4);
    aws.fail_after("GetLogEvents", 2, Fault::Code(400, "ResourceNotFoundException"));
    Watch::new(&aws).pull().await.unwrap();
    assert_eq!(aws.world(|world| world.table.with_prefix("stream#").len()), 0);
}

#[tokio::test]
async fn without_time_for_another_page_the_event_comes_again() {
    let lines = attacks();
    let aws = laid(&lines, 5);
    let watch = Watch::new(&aws);
    let mut deliveries = 0;
    loop {
        deliveries += 1;
        let short = Invocation { deadline_ms: now_ms() + 5_000, ..invocation() };
        match watch.pull_in(&short).await {
            Ok(()) => break,
            Err(error) => assert!(matches!(error, ItemError::Unfinished(_)), "{error}"),
        }
    }
    assert_eq!(deliveries, lines.len().div_ceil(5) + 1);
    assert_eq!(watch.item().await.windows, windows(&lines));
    assert_answered(&aws, "page by page");
}

#[tokio::test]
async fn a_page_whose_finding_was_not_answered_comes_again() {
    let lines = attacks();
    let aws = laid(&lines, 0);
    let watch = Watch::new(&aws);
    aws.fail("Publish", Fault::THROTTLED);
    assert!(matches!(watch.pull().await, Err(ItemError::Respond(_))));
    assert_eq!(watch.item().await.version, 0, "nothing is recorded of the page");
    watch.pull().await.unwrap();
    assert_eq!(watch.item().await.windows, windows(&lines));
    assert_answered(&aws, "after a refused notice");
}

#[tokio::test]
async fn a_refusal_of_the_logs_is_an_error() {
    let aws = laid(&attacks(), 0);
    for (fault, operation) in [
        (Fault::DENIED, "GetLogEvents"),
        (Fault::Code(400, "ValidationException"), "GetLogEvents"),
        (Fault::THROTTLED, "PutItem"),
    ] {
        aws.fail(operation, fault);
        assert!(Watch::new(&aws).pull().await.is_err(), "{operation}");
    }
    Watch::new(&aws).pull().await.unwrap();
    assert_answered(&aws, "after refusals");
}

#[tokio::test]
async fn throttling_slows_the_pull_and_loses_nothing() {
    let lines = attacks();
    let aws = laid(&lines, 4);
    for skip in 0..6 {
        aws.fail_after("GetLogEvents", skip, [Fault::THROTTLED, Fault::Timeout][skip % 2].clone());
    }
    let (watch, began) = (Watch::new(&aws), now_ms());
    watch.pull().await.unwrap();
    assert_eq!(watch.item().await.windows, windows(&lines));
    assert_answered(&aws, "throttled");
    assert!(now_ms() - began > 1_000, "{}", now_ms() - began);
    // One that never ends is told when the time is up.
    aws.fail_always("GetLogEvents", Fault::THROTTLED);
    assert!(matches!(watch.pull().await, Err(ItemError::Fault(fault)) if fault.call == "logs:GetLogEvents"));
}
