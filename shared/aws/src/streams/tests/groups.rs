//! The schedule's pull over whole groups, and which groups are wanted at all.

use riposte_core::settings::LOG_GROUPS_PATH;

use super::{GROUP, Watch, assert_answered, attacks, laid};
use crate::guard::ItemError;
use crate::invocation::now_ms;
use crate::testing::{Aws, Fault, invocation};

async fn pull_groups(aws: &Aws, groups: &str) -> Result<(), ItemError> {
    aws.world(|world| world.ssm.insert(LOG_GROUPS_PATH.to_owned(), groups.to_owned()));
    let watch = Watch::new(aws);
    let loaded = watch.function.loaded().await;
    watch.streams.pull_groups(&watch.function.base, &loaded, "eu-west-1", &invocation()).await
}

fn streams_read(aws: &Aws) -> Vec<String> {
    let requests = aws.requests().into_iter().filter(|request| request.operation == "GetLogEvents");
    let mut read: Vec<String> = requests.map(|request| request.text("logStreamName").to_owned()).collect();
    read.sort();
    read.dedup();
    read
}

#[tokio::test]
async fn recent_streams_of_the_named_groups_are_read() {
    for page in [0, 1, 2] {
        let aws = laid(&attacks(), 0);
        let hour = 3_600_000;
        aws.world(|world| {
            world.logs.page = page;
            world.logs.stream(GROUP, super::STREAM).written_ms = Some(now_ms() - 47 * hour);
            world.logs.stream(GROUP, "old").written_ms = Some(now_ms() - 49 * hour);
            world.logs.stream(GROUP, "older").written_ms = Some(now_ms() - 999 * hour);
            world.logs.stream(GROUP, "new").written_ms = Some(now_ms());
            world.logs.stream("/other", "not-named").written_ms = Some(now_ms());
        });
        pull_groups(&aws, GROUP).await.unwrap();
        assert_eq!(streams_read(&aws), [super::STREAM, "new"], "{page} on a page");
        assert_answered(&aws, "from the schedule");
    }
}

#[tokio::test]
async fn our_own_groups_patterns_and_missing_groups_are_passed_over() {
    let aws = laid(&attacks(), 0);
    aws.world(|world| {
        world.logs.stream(GROUP, super::STREAM).written_ms = Some(now_ms());
        world.logs.stream("/aws/lambda/riposte-log-watch", "own").written_ms = Some(now_ms());
    });
    pull_groups(&aws, &format!("/missing, /var/*, /aws/lambda/riposte-log-watch, {GROUP}")).await.unwrap();
    assert_eq!(streams_read(&aws), [super::STREAM]);
    assert_answered(&aws, "beside groups that are passed over");
}

#[tokio::test]
async fn one_stream_or_group_that_fails_does_not_cost_the_others() {
    let aws = laid(&attacks(), 0);
    aws.world(|world| {
        world.logs.stream(GROUP, super::STREAM).written_ms = Some(now_ms() - 1000);
        world.logs.stream(GROUP, "first").written_ms = Some(now_ms());
        world.logs.stream("/denied", "any").written_ms = Some(now_ms());
    });
    aws.fail("DescribeLogStreams", Fault::DENIED);
    aws.fail("GetLogEvents", Fault::DENIED);
    let groups = format!("/denied, {GROUP}");
    let error = pull_groups(&aws, &groups).await.unwrap_err();
    assert!(error.to_string().contains("logs:DescribeLogStreams"), "the first error is told: {error}");
    assert_eq!(streams_read(&aws), ["first", super::STREAM], "the other stream was asked for all the same");
    pull_groups(&aws, &groups).await.unwrap();
    assert_answered(&aws, "after failures");
}

#[tokio::test]
async fn our_own_groups_are_never_wanted() {
    for (groups, group, wanted) in [
        ("", GROUP, true),
        ("", "/aws/lambda/riposte-log-watch", false),
        ("/var/*", GROUP, true),
        ("/other", GROUP, false),
        ("*", "/aws/lambda/riposte-ingress-guard", false),
    ] {
        let aws = laid(&[], 0);
        aws.world(|world| match groups {
            "" => world.ssm.remove(LOG_GROUPS_PATH),
            named => world.ssm.insert(LOG_GROUPS_PATH.to_owned(), named.to_owned()),
        });
        let watch = Watch::new(&aws);
        let loaded = watch.function.loaded().await;
        assert_eq!(watch.streams.wants(group, &loaded), wanted, "{groups:?}, {group}");
    }
}

#[tokio::test]
async fn lines_of_a_group_that_nobody_named_are_notified_without_a_response() {
    let aws = laid(&attacks(), 0);
    aws.world(|world| world.ssm.remove(LOG_GROUPS_PATH));
    Watch::new(&aws).pull().await.unwrap();
    assert_eq!(aws.changes(), Vec::<String>::new());
    let told = aws.world(|world| world.sent.clone());
    // The guessing is below the notification threshold; the login after it is not.
    assert_eq!(told.len(), 1);
    assert!(told.iter().all(|notice| notice.subject.contains("OBSERVED") && notice.body.contains(LOG_GROUPS_PATH)));
}
