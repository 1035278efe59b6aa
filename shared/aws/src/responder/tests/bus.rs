//! The event bus beside the topic: neither holds the other up.

use std::sync::Mutex;

use riposte_core::finding::Finding;
use riposte_core::incident::{Incident, State, Step};
use serde_json::json;

use super::laid;
use crate::api::{Answer, Api, Boxed, Call};
use crate::fault::Fault;
use crate::responder::{Answered, Bus, RespondError, Responder};
use crate::testing::{self, Aws, CASES, Function, finding, hurried};

/// A bus that keeps what it is sent, and refuses it where it is not there.
#[derive(Debug)]
struct Recording {
    there: bool,
    got: Mutex<usize>,
}

impl Api for Recording {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
        Box::pin(async move {
            *self.got.lock().unwrap() += 1;
            if self.there {
                let body = json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "1" }] });
                return Ok(Answer { request_id: String::new(), body });
            }
            Err(Fault::answered(call.name(), "AccessDenied", 403, "not yours"))
        })
    }
}

async fn respond(aws: &Aws, bus: &Recording, finding: Finding) -> (Result<Answered, RespondError>, Incident) {
    aws.world(|world| _ = world.ssm.insert("/riposte/event-bus".to_owned(), "foo".to_owned()));
    let function = Function::new(aws);
    let loaded = function.loaded().await;
    let bus = Some(Bus { api: bus, region: "eu-west-1" });
    let responder = Responder { bus, ..function.base.responder(&loaded) };
    let answered = responder.respond(finding.clone(), &hurried()).await;
    let incident = function.incident(&finding).await;
    (answered, incident)
}

#[tokio::test]
async fn a_bus_that_refuses_keeps_no_notice_from_people() {
    let aws = laid(&CASES[0]);
    let bus = Recording { there: false, got: Mutex::default() };
    let (answered, incident) = respond(&aws, &bus, finding()).await;
    assert!(matches!(answered, Ok(Answered::Now(_, State::Verified))), "{answered:?}");
    assert!(incident.notified, "{:?}", incident.timeline);
    assert_eq!(aws.world(|world| world.sent.len()), 1);
    let said = incident.timeline.iter().find(|entry| entry.text.contains("event bus")).unwrap();
    assert!(said.step == Step::Notice && said.text.contains("AccessDenied"), "{said:?}");
    // It is answered to the end, and tried no more.
    assert!(matches!(respond(&aws, &bus, finding()).await.0, Ok(Answered::Before(_))));
    assert_eq!((*bus.got.lock().unwrap(), aws.world(|world| world.sent.len())), (1, 1));
}

#[tokio::test]
async fn a_topic_that_refuses_keeps_no_event_from_the_bus_and_it_comes_once() {
    let aws = laid(&CASES[0]);
    let bus = Recording { there: true, got: Mutex::default() };
    for _ in 0..2 {
        aws.fail("Publish", testing::Fault::Code(403, "AuthorizationError"));
        let (answered, incident) = respond(&aws, &bus, finding()).await;
        assert!(matches!(answered, Err(RespondError::Notice { .. })), "{answered:?}");
        assert_eq!((*bus.got.lock().unwrap(), incident.notified), (1, false));
    }
    let (answered, incident) = respond(&aws, &bus, finding()).await;
    assert!(matches!(answered, Ok(Answered::Now(..))) && incident.notified, "{answered:?}");
    assert_eq!((*bus.got.lock().unwrap(), aws.world(|world| world.sent.len())), (1, 1));
}
