//! Notices that repeat each other: the first come alone, the others together, and none is lost.

use riposte_core::finding::{Finding, Severity};
use riposte_core::incident::Incident;

use super::warm;
use crate::digest::send_due;
use crate::invocation::now_ms;
use crate::testing::{Aws, Fault, Function, finding};

const MINUTE: i64 = 60_000;

/// A finding that nobody has to act on, of an event of its own.
fn seen(number: usize) -> Finding {
    let mut seen = finding();
    seen.severity = Severity::Medium;
    seen.response = None;
    seen.scope.event_id = format!("e-{number}");
    seen
}

fn subjects(aws: &Aws) -> Vec<String> {
    aws.world(|world| world.sent.iter().map(|message| message.subject.clone()).collect())
}

async fn send(function: &Function, at: i64) -> usize {
    let loaded = function.loaded().await;
    send_due(&function.ledger(), function.base.topic(), &loaded.settings, at).await.unwrap()
}

#[tokio::test]
async fn each_incident_is_in_one_notice_and_none_is_lost() {
    let aws = Aws::new();
    let function = warm(&aws).await;
    for number in 0..8 {
        function.respond(seen(number)).await.unwrap();
    }
    assert_eq!(subjects(&aws).len(), 3);
    assert_eq!(send(&function, now_ms() + MINUTE).await, 0, "they wait for others");

    assert_eq!(send(&function, now_ms() + 16 * MINUTE).await, 1);
    let (subject, body) = aws.world(|world| world.sent.last().map(|m| (m.subject.clone(), m.body.clone())).unwrap());
    assert!(subject.starts_with("[Riposte] 5 more OBSERVED medium: "), "{subject}");
    let told: Vec<String> = aws.world(|world| world.sent.iter().map(|message| message.body.clone()).collect());
    for number in 0..8 {
        let id = Incident::id_of(&seen(number));
        assert_eq!(told.iter().filter(|body| body.contains(&id)).count(), 1, "{id}");
        assert_eq!(body.contains(&id), number >= 3);
    }
    assert_eq!(send(&function, now_ms() + 60 * MINUTE).await, 0, "it is sent once");
}

#[tokio::test]
async fn what_has_to_be_acted_on_never_waits() {
    let aws = Aws::new();
    let function = warm(&aws).await;
    for number in 0..8 {
        function.respond(Finding { severity: Severity::High, ..seen(number) }).await.unwrap();
    }
    assert_eq!(subjects(&aws).len(), 8);
}

#[tokio::test]
async fn a_digest_that_the_topic_refuses_waits_for_the_next_tick() {
    let aws = Aws::new();
    let function = warm(&aws).await;
    for number in 0..5 {
        function.respond(seen(number)).await.unwrap();
    }
    aws.fail("Publish", Fault::Code(403, "AuthorizationError"));
    let loaded = function.loaded().await;
    let later = now_ms() + 16 * MINUTE;
    let refused = send_due(&function.ledger(), function.base.topic(), &loaded.settings, later).await;
    assert!(refused.is_err());
    assert_eq!(subjects(&aws).len(), 3);
    assert_eq!(send(&function, later).await, 1);
    assert!(subjects(&aws)[3].starts_with("[Riposte] 2 more "));
}

#[tokio::test]
async fn one_principal_does_not_hold_back_anothers_notices() {
    let aws = Aws::new();
    let function = warm(&aws).await;
    for number in 0..4 {
        function.respond(seen(number)).await.unwrap();
    }
    let mut other = seen(9);
    other.principal.arn = Some("arn:aws:iam::111122223333:user/somebody-else".to_owned());
    function.respond(other).await.unwrap();
    assert_eq!(subjects(&aws).len(), 4);
}
