//! Answers that come in pages.

use serde_json::{Map, Value};

use super::model::{Model, Paging};
use super::{Api, Call};
use crate::fault::{Fault, Kind};

/// The pages of one call, one after the other: no more than one is in memory.
#[derive(Debug)]
pub struct Pages<'a> {
    api: &'a dyn Api,
    call: Call,
    paging: Option<Paging<'static>>,
    is_done: bool,
}

impl<'a> Pages<'a> {
    /// The pages of `call`, which goes on as the model of its service says. An operation that has no pages has one.
    ///
    /// # Errors
    /// Where the model does not have the operation.
    pub fn new(api: &'a dyn Api, model: &'static Model, call: Call) -> Result<Self, Fault> {
        let unknown = |reason: String| Fault::refused(call.name(), reason);
        let service = model.service().map_err(|error| unknown(error.to_owned()))?;
        let operation = service
            .operation(&call.operation)
            .filter(|_| model.name() == call.service)
            .ok_or_else(|| unknown("the operation is not in the models".to_owned()))?;
        Ok(Self { api, paging: operation.pages.clone(), call, is_done: false })
    }

    /// The next page's body; `None` after the last, and after a fault.
    pub async fn next(&mut self) -> Option<Result<Value, Fault>> {
        if self.is_done {
            return None;
        }
        let answer = match self.api.send(&self.call).await {
            Ok(answer) => answer,
            Err(fault) => {
                self.is_done = true;
                return Some(Err(fault));
            }
        };
        match self.go_on(&answer.body) {
            Ok(goes_on) => self.is_done = !goes_on,
            Err(fault) => {
                self.is_done = true;
                return Some(Err(fault));
            }
        }
        Some(Ok(answer.body))
    }

    /// Puts the next page's token into the call. A service that gives the same token again would go on for ever.
    fn go_on(&mut self, body: &Value) -> Result<bool, Fault> {
        let Some(paging) = &self.paging else { return Ok(false) };
        if paging.more.is_some_and(|path| at(body, path).and_then(Value::as_bool) != Some(true)) {
            return Ok(false);
        }
        let tokens: Vec<_> = paging.output.iter().map(|path| first(body, path).cloned()).collect();
        if tokens.iter().all(Option::is_none) {
            return Ok(false);
        }
        if !self.call.parameters.is_object() {
            self.call.parameters = Value::Object(Map::new());
        }
        let parameters = self.call.parameters.as_object_mut();
        let Some(parameters) = parameters else { return Ok(false) };
        let mut is_other = false;
        for (name, token) in paging.input.iter().zip(tokens) {
            let before = match &token {
                Some(token) => parameters.insert((*name).to_owned(), token.clone()),
                None => parameters.remove(*name),
            };
            is_other |= before != token;
        }
        if is_other {
            return Ok(true);
        }
        let reason = "the service gave the same page's token twice".to_owned();
        Err(Fault { kind: Kind::Refused, call: self.call.name().into(), code: String::new(), reason, repeated: false })
    }
}

/// The first of the alternatives that is there: `NextMarker || Contents[-1].Key`.
fn first<'b>(body: &'b Value, expression: &str) -> Option<&'b Value> {
    expression.split("||").find_map(|path| at(body, path.trim()))
}

/// The value at a dotted path, in which `[-1]` is a list's last. An empty text and null are no token.
fn at<'b>(body: &'b Value, path: &str) -> Option<&'b Value> {
    let found = path.split('.').try_fold(body, |value, part| match part.strip_suffix("[-1]") {
        Some(name) => value.get(name)?.as_array()?.last(),
        None => value.get(part),
    })?;
    (!found.is_null() && found.as_str() != Some("")).then_some(found)
}
