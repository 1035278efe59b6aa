//! An account that a case scripts: its state as JSON, and what each call reads or changes in it.
//!
//! It stands behind [`Api`], where the actions are, beside the ledger, the settings and the topic of the same [`Aws`]:
//! so calls are counted, fail, and fall silent like any other.

use serde_json::Value;

use super::fake::Outcome;
use super::http::{Refused, Request};
use super::{Aws, World};
use crate::api::{Answer, Api, Boxed, Call};
use crate::fault::{Fault, Kind};

/// What a call does: it reads or changes the state by its parameters, and answers or is refused.
pub(crate) type Handler = fn(&mut Value, &Value) -> Result<Value, Refused>;

/// A scripted account.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scripted {
    /// All that it holds.
    pub(crate) state: Value,
    /// By `service:Operation`.
    pub(crate) calls: &'static [(&'static str, Handler)],
}

impl World {
    /// What the script answers; `None` where it does not know the call.
    pub(super) fn scripted(&mut self, request: &Request) -> Option<Result<String, Refused>> {
        let name = request.name();
        let (_, handler) = self.script.calls.iter().find(|(known, _)| *known == name)?;
        Some(handler(&mut self.script.state, &request.json).map(|body| body.to_string()))
    }
}

/// The way to a scripted account.
#[derive(Debug)]
pub(crate) struct ScriptedApi(pub(crate) Aws);

impl Api for ScriptedApi {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
        Box::pin(async move {
            let request = Request {
                service: call.service.clone(),
                region: call.region.clone(),
                operation: call.operation.clone(),
                form: Default::default(),
                json: call.parameters.clone(),
                agent: call.mark.clone().unwrap_or_default(),
            };
            assert!(self.0.is_scripted(&request.name()), "the case does not script `{}`", request.name());
            for _ in 0..self.0.yields() {
                tokio::task::yield_now().await;
            }
            match self.0.answer(&request) {
                Outcome::Answer(Ok(body), number) => {
                    Ok(Answer { request_id: format!("request-{number}"), body: serde_json::from_str(&body).unwrap() })
                }
                Outcome::Answer(Err(refused), _) => {
                    Err(Fault::answered(call.name(), &refused.code, refused.status, "the fake's words"))
                }
                Outcome::NoAnswer => {
                    Err(Fault { kind: Kind::Transient, ..Fault::refused(call.name(), "no answer came") })
                }
                Outcome::Silence => std::future::pending().await,
            }
        })
    }
}

/// A refusal with this code.
pub(crate) fn refuse<T>(code: &str) -> Result<T, Refused> {
    Err(Refused::new(code))
}
