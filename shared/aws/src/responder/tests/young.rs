//! Events that are younger than AWS's own picture of the account: what they name may not be seen yet.

use riposte_core::incident::{State, rfc3339};

use super::{laid, warm};
use crate::invocation::now_ms;
use crate::responder::Answered;
use crate::testing::{CASES, Fault};

#[tokio::test]
async fn a_user_that_is_not_seen_yet_is_not_taken_for_deleted() {
    let case = &CASES[1];
    let aws = laid(case);
    let function = warm(&aws).await;
    let mut finding = (case.finding)();
    finding.event_time = Some(rfc3339(now_ms()));
    aws.fail("GetUser", Fault::Code(404, "NoSuchEntity"));
    let answered = function.respond(finding.clone()).await.unwrap();
    assert!(matches!(answered, Answered::Now(_, State::Verified)), "{answered:?}");
    assert_eq!(aws.changes().len(), 1);
    assert!(function.incident(&finding).await.can_be_undone());
}

#[tokio::test]
async fn a_user_that_stays_away_is_believed_to_be_deleted() {
    let case = &CASES[1];
    let aws = laid(case);
    let function = warm(&aws).await;
    let mut finding = (case.finding)();
    finding.event_time = Some(rfc3339(now_ms()));
    aws.fail_always("GetUser", Fault::Code(404, "NoSuchEntity"));
    function.respond(finding.clone()).await.unwrap();
    let incident = function.incident(&finding).await;
    assert!(incident.state == State::Verified && !incident.can_be_undone());
    assert!(aws.world(|world| world.sent[0].subject.contains("NO ACTION NEEDED")));
}
