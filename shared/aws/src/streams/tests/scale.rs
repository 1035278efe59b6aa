//! A thousand streams with a million lines between them, read by functions that are killed, over calls of which one in
//! twenty fails: each line is judged once.

use std::time::Duration;

use riposte_core::catalogue::LOG_WATCH;
use riposte_core::settings::LOG_GROUPS_PATH;

use super::{GROUP, LogStreams, START, STREAM, Watch, attacks, denied, failure, laid, noise, windows};
use crate::clock;
use crate::guard::ItemError;
use crate::invocation::now_ms;
use crate::testing::{Aws, Function, invocation};

const STREAMS: usize = 1_000;

/// Lines of a stream before and after the first time that all are read, and of those that come late.
const BEFORE: usize = 500;
const AFTER: usize = 495;
const LATE: usize = 5;

/// Lines of a stream from `from` on, one in fifty of them a failed login, of addresses that stay below the limits.
fn lines(stream: usize, from: usize, count: usize) -> Vec<(i64, String)> {
    let line = |n: usize| {
        let second = i64::try_from(n).unwrap() * 2;
        let (high, low) = (stream / 250, stream % 250);
        if n.is_multiple_of(50) { failure(second, &format!("10.{}.{high}.{low}", n / 200)) } else { noise(second) }
    };
    (from..from + count).map(line).collect()
}

/// Lines that an agent sends later than others of the same time.
fn late(stream: usize) -> Vec<(i64, String)> {
    (0..LATE)
        .map(|n| failure(200 + 60 * i64::try_from(n).unwrap(), &format!("172.16.{}.{}", stream / 250, stream % 250)))
        .collect()
}

fn stream_name(stream: usize) -> String {
    if stream == 0 { STREAM.to_owned() } else { format!("host-{stream:04}") }
}

/// A scheduled pull by a new function, killed after so many calls. `None`: it was killed.
async fn pull(aws: &Aws, calls: usize) -> Option<Result<(), ItemError>> {
    // Calls are tried three times, as in a function.
    let config = aws.retrying();
    let streams = LogStreams::new(&config, LOG_WATCH.log_detectors);
    let watch = Watch { function: Function::with(aws, &config), streams };
    aws.end_leases();
    aws.run_for(calls, async {
        let loaded = match watch.function.base.loaded().await {
            Ok(loaded) => loaded,
            Err(error) => return Err(error.into()),
        };
        watch.streams.pull_groups(&watch.function.base, &loaded, "eu-west-1", &invocation()).await
    })
    .await
}

/// Pulls until all is read; how many functions were killed, and how many failed or ran out of time.
async fn to_the_end(aws: &Aws, seed: usize) -> (usize, usize) {
    let (mut killed, mut failed) = (0, 0);
    for round in 0.. {
        // Each lives a little longer than the one before: what is read already costs two calls a stream.
        let calls = 97 + (round * 7919 + seed) % 1_500 + round * 300;
        match pull(aws, calls).await {
            Some(Ok(())) => return (killed, failed),
            Some(Err(_)) => failed += 1,
            None => killed += 1,
        }
        assert!(round < 200, "there is no end to it");
    }
    (killed, failed)
}

#[tokio::test]
async fn each_of_a_million_lines_is_judged_once() {
    let aws = laid(&[], 0);
    let attack = attacks();
    aws.world(|world| {
        world.ssm.insert(LOG_GROUPS_PATH.to_owned(), GROUP.to_owned());
        for number in 0..STREAMS {
            let stream = world.logs.stream(GROUP, &stream_name(number));
            stream.lines = lines(number, 0, BEFORE);
            if number == 0 {
                stream.lines.splice(0..attack.len(), attack.iter().cloned());
                stream.lines.sort_by_key(|line| line.0);
            }
            (stream.page, stream.delay_ms) = (250, Some(500));
            (stream.written_ms, stream.told_ms) = (Some(now_ms()), Some(START + 2_000_000));
        }
    });
    let before = aws.world(|world| world.logs.stream(GROUP, STREAM).lines.clone());
    aws.fail_often(20, 11);
    let (killed, failed) = to_the_end(&aws, 1).await;
    println!("{killed} were killed, {failed} did not come to the end");
    assert!(killed > 5, "{killed} killed, {failed} failed");

    // An hour later there are more, and some that are late.
    clock::sleep(Duration::from_secs(3_600)).await;
    aws.world(|world| {
        for number in 0..STREAMS {
            let stream = world.logs.stream(GROUP, &stream_name(number));
            stream.lines.extend(lines(number, BEFORE, AFTER));
            for line in late(number) {
                stream.taken_in.insert(line.1.clone(), START + 2_100_000);
                stream.lines.push(line);
            }
            stream.lines.sort_by_key(|line| line.0);
            (stream.written_ms, stream.told_ms) = (Some(now_ms()), Some(START + 2_100_000));
        }
        world.logs.generation += 1;
    });
    to_the_end(&aws, 2).await;

    aws.heal();
    let watch = Watch::new(&aws);
    let ledger = watch.function.ledger();
    let mut judged = 0;
    for number in 0..STREAMS {
        let name = crate::streams::StreamName { stream: stream_name(number), ..super::name() };
        let item = ledger.stream(&name.key()).await.unwrap();
        let all = (BEFORE + AFTER + LATE) as u64;
        assert_eq!((item.lines, item.late), (all, LATE as u64), "{}", name.stream);
        let first = if number == 0 { before.clone() } else { lines(number, 0, BEFORE) };
        let in_order = [first, late(number), lines(number, BEFORE, AFTER)].concat();
        assert_eq!(item.windows, windows(&in_order), "{}", name.stream);
        judged += item.lines;
    }
    assert_eq!(judged, 1_000_000);
    assert_eq!(denied(&aws), ["198.51.100.9/32", "2001:db8::/64"]);
}
