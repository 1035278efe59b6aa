//! Lines that CloudWatch takes in after the position has passed them.

use super::{GROUP, START, STREAM, Watch, denied, failure, laid, noise, windows};
use crate::invocation::now_ms;
use crate::testing::{Aws, invocation};

/// Adds lines to the stream, in the order of their times, taken in at this moment.
fn arrive(aws: &Aws, lines: &[(i64, String)], taken_in: i64) {
    aws.world(|world| {
        let stream = world.logs.stream(GROUP, STREAM);
        for line in lines {
            let place = stream.lines.partition_point(|known| known.0 <= line.0);
            stream.lines.insert(place, line.clone());
            stream.taken_in.insert(line.1.clone(), taken_in);
        }
        // A token stands for a time in the stream, not for a number of lines.
        world.logs.generation += 1;
    });
}

#[tokio::test]
async fn a_line_that_came_late_is_judged_once() {
    let aws = laid(&[], 0);
    let watch = Watch::new(&aws);
    let on_time: Vec<_> = (100..105).map(noise).collect();
    arrive(&aws, &on_time, START + 110_000);
    watch.pull().await.unwrap();
    // An agent that was cut off sends what it had.
    let late: Vec<_> = (0..12).map(|second| failure(second * 4, "198.51.100.9")).collect();
    arrive(&aws, &late, START + 200_000);
    arrive(&aws, &[noise(190)], START + 195_000);
    for _ in 0..3 {
        watch.pull().await.unwrap();
    }
    let item = watch.item().await;
    assert_eq!((item.lines, item.late), (18, 12));
    assert_eq!(item.windows, windows(&late));
    assert_eq!(denied(&aws), ["198.51.100.9/32"]);
    assert_eq!(aws.changes().len(), 1);
}

#[tokio::test]
async fn lines_of_one_request_that_were_seen_in_part_are_judged_once_each() {
    let aws = laid(&[], 0);
    let watch = Watch::new(&aws);
    let taken_in = START + 110_000;
    arrive(&aws, &[noise(50), noise(60)], taken_in);
    watch.pull().await.unwrap();
    arrive(&aws, &[noise(40)], taken_in);
    for _ in 0..2 {
        watch.pull().await.unwrap();
    }
    let item = watch.item().await;
    assert_eq!((item.lines, item.late), (3, 1));
}

#[tokio::test]
async fn nothing_is_late_where_cloudwatch_does_not_say_when_it_came() {
    let aws = laid(&[noise(0), noise(1)], 0);
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap();
    watch.pull().await.unwrap();
    let item = watch.item().await;
    assert_eq!((item.lines, item.late, item.ingested_ms), (2, 0, 0));
}

/// Pulls as the schedule does, which lists the streams first; how many times lines were asked for.
async fn on_schedule(watch: &Watch, aws: &Aws, told_ms: i64) -> usize {
    aws.world(|world| {
        let stream = world.logs.stream(GROUP, STREAM);
        (stream.written_ms, stream.told_ms) = (Some(now_ms()), Some(told_ms));
    });
    aws.forget_calls();
    let loaded = watch.function.loaded().await;
    watch.streams.pull_groups(&watch.function.base, &loaded, "eu-west-1", &invocation()).await.unwrap();
    aws.calls().iter().filter(|call| *call == "logs:GetLogEvents").count()
}

async fn pass_minutes(minutes: u64) {
    crate::clock::sleep(std::time::Duration::from_secs(60 * minutes)).await;
}

#[tokio::test]
async fn what_is_not_written_is_not_looked_over() {
    let aws = laid(&[], 0);
    let watch = Watch::new(&aws);
    arrive(&aws, &[noise(100), noise(101)], START + 110_000);
    on_schedule(&watch, &aws, START + 110_000).await;
    // Reading on costs one call, however much time passes.
    for _ in 0..30 {
        pass_minutes(5).await;
        assert_eq!(on_schedule(&watch, &aws, START + 110_000).await, 1);
    }
    // Something was taken in, and the page shows nothing of it: it lies behind.
    arrive(&aws, &[noise(50)], START + 120_000);
    assert!(on_schedule(&watch, &aws, START + 120_000).await > 2);
    pass_minutes(20).await;
    assert_eq!(on_schedule(&watch, &aws, START + 120_000).await, 1, "looked over, and nothing since");
    let item = watch.item().await;
    assert_eq!((item.lines, item.late), (3, 1));
}

#[tokio::test]
async fn what_came_late_between_pages_that_were_not_looked_over_is_judged_once() {
    let aws = laid(&[], 0);
    let watch = Watch::new(&aws);
    let mut lines = 0;
    // A busy stream: each pull finds lines, and between two pulls an agent sends one that is 30 s or 40 minutes old.
    // The list is an hour behind, so that nothing of it is to be seen there.
    for round in 0..40 {
        let at = 10_000 + round * 300;
        let on_time: Vec<_> = (0..5).map(|n| noise(at + n * 7)).collect();
        arrive(&aws, &on_time, START + (at + 60) * 1000);
        on_schedule(&watch, &aws, START).await;
        arrive(&aws, &[noise(at - 2 * 1200 + 1), noise(at - 29)], START + (at + 90) * 1000);
        lines += 7;
        pass_minutes(5).await;
    }
    let item = watch.item().await;
    assert!(item.late > 50, "{}", item.late);
    pass_minutes(61).await;
    on_schedule(&watch, &aws, START).await;
    on_schedule(&watch, &aws, START).await;
    let item = watch.item().await;
    assert_eq!((item.lines, item.late, item.passed.len()), (lines, 80, 0));
}
