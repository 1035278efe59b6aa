//! Lines that CloudWatch takes in after the position has passed them.

use super::{GROUP, START, STREAM, Watch, denied, failure, laid, noise, windows};
use crate::testing::Aws;

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
