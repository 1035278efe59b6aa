//! What reaches the topic and the bus.

use std::sync::Mutex;

use riposte_core::incident::State;
use serde_json::{Value, json};

use super::{emit, publish};
use crate::api::{Answer, Api, Boxed, Call};
use crate::fault::{Fault, Kind};
use crate::testing::{Aws, incident};

/// A bus that keeps what it gets, and answers this.
#[derive(Debug)]
struct Recording(Mutex<Vec<Call>>, Value);

impl Api for Recording {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
        self.0.lock().unwrap().push(call.clone());
        Box::pin(async { Ok(Answer { request_id: String::new(), body: self.1.clone() }) })
    }
}

async fn settings(more: &[(&str, &str)]) -> (Aws, std::sync::Arc<crate::settings::Loaded>) {
    let aws = Aws::new();
    aws.world(|world| world.ssm.extend(more.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))));
    let loaded = crate::testing::Function::new(&aws).loaded().await;
    assert!(loaded.broken.is_empty(), "{:?}", loaded.broken);
    (aws, loaded)
}

#[tokio::test]
async fn an_outcome_is_an_event_with_the_document_on_the_bus_that_is_set() {
    let (_, loaded) =
        settings(&[("/riposte/event-bus", "arn:aws:events:eu-central-1:111122223333:event-bus/security")]).await;
    let bus = Recording(Mutex::default(), json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "1" }] }));
    let mut verified = incident();
    verified.state = State::Verified;
    emit(&bus, "eu-west-1", &loaded.settings, &verified).await.unwrap();
    let calls = bus.0.into_inner().unwrap();
    assert_eq!(
        (calls.len(), calls[0].name().as_str(), calls[0].region.as_str()),
        (1, "events:PutEvents", "eu-central-1")
    );
    let entry = &calls[0].parameters["Entries"][0];
    assert_eq!((&entry["Source"], &entry["DetailType"]), (&json!("riposte"), &json!("Riposte Incident")));
    let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
    // Nothing was changed by it. The ledger's own word for that is nobody's.
    assert_eq!((&detail["id"], &detail["outcome"]), (&json!(verified.id), &json!("no-action-needed")));
    assert!(detail.get("state").is_none(), "{detail}");
}

#[tokio::test]
async fn without_a_bus_nothing_is_put_and_an_entry_that_fails_is_a_fault() {
    let refused =
        json!({ "FailedEntryCount": 1, "Entries": [{ "ErrorCode": "ThrottlingException", "ErrorMessage": "slow" }] });
    let (_, unset) = settings(&[]).await;
    let bus = Recording(Mutex::default(), refused);
    emit(&bus, "eu-west-1", &unset.settings, &incident()).await.unwrap();
    assert!(bus.0.lock().unwrap().is_empty());
    let (_, set) = settings(&[("/riposte/event-bus", "security")]).await;
    let fault = emit(&bus, "eu-west-1", &set.settings, &incident()).await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_str()), (Kind::Transient, "ThrottlingException"));
}

#[tokio::test]
async fn programs_get_the_document_where_that_is_set_and_people_the_text() {
    let (aws, loaded) = settings(&[
        ("/riposte/notice-form", "json"),
        ("/riposte/runbooks/open-admin-port", "https://runbooks.example/open-admin-port"),
    ])
    .await;
    let client = aws_sdk_sns::Client::new(&aws.config());
    publish(&client, &loaded.settings, &incident()).await.unwrap();
    let forms: Value = serde_json::from_str(&aws.world(|world| world.sent[0].body.clone())).unwrap();
    let text = forms["default"].as_str().unwrap();
    assert!(text.contains("\nRunbook    https://runbooks.example/open-admin-port\n"), "{text}");
    for protocol in ["sqs", "https", "lambda"] {
        let document: Value = serde_json::from_str(forms[protocol].as_str().unwrap()).unwrap();
        assert_eq!(document["links"]["runbook"], "https://runbooks.example/open-admin-port", "{protocol}");
    }
    assert!(forms.get("email").is_none(), "people read the default");
}
