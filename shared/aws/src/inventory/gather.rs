//! The facts of one resource.

use serde_json::{Map, Value, json};

use super::report::{ROOT, Report};
use super::table::{Type, When, name_of, says_none};
use super::template::{Scope, all};
use super::tidy::{keep, tags, tidy};
use super::usage::{USAGE, is_of_a_function, used};
use super::{Options, VERSION};
use crate::api::{Api, Call, Pages, models};
use crate::fault::Fault as Refused;

/// So many pages of a fact are read. What has more is not assessed: half of a policy's attachments would be a pass.
const MOST_PAGES: usize = 200;

/// Where and for whom is collected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) service: &'a str,
    pub(super) partition: &'a str,
    pub(super) account: &'a str,
    /// The region that is called.
    pub(super) region: &'a str,
}

/// One resource as a line; `None` where it has vanished, or is of another type.
pub(super) async fn resource(
    api: &dyn Api,
    options: &Options,
    place: Place<'_>,
    of: &Type,
    item: Value,
    outer: &Value,
    report: Option<&Result<Report, Refused>>,
) -> Option<Value> {
    let mut region = place.region.to_owned();
    let mut facts = Map::new();
    let mut hidden = Vec::new();
    macro_rules! scope {
        () => {
            Scope {
                partition: place.partition,
                account: place.account,
                region: &region,
                item: &item,
                outer,
                facts: &facts,
            }
        };
    }
    if !holds(of.only.as_ref(), &scope!()) {
        return None;
    }
    let said = scope!().text(&of.region);
    if !said.is_empty() {
        region = said;
    }
    for fact in &of.facts {
        if !holds(fact.when.as_ref(), &scope!()) {
            continue;
        }
        let (service, operation) = name_of(place.service, &fact.call);
        let answer = if operation == "GetCredentialReport" {
            let user = scope!().text("{.UserName}");
            row(report, if user.is_empty() { ROOT } else { &user })
        } else if operation == USAGE {
            if !is_of_a_function(&item) {
                continue;
            }
            used(api, options, &region, &scope!().text("{.Arn}")).await.map(Some)
        } else {
            let call = Call::new(&format!("{service}:{operation}"), &region, scope!().fill(&fact.with));
            whole(api, call).await.map(Some)
        };
        let value = match answer {
            Ok(None) => Value::Null,
            Ok(Some(mut body)) => {
                if let Some(path) = &fact.region {
                    region = region_of(&body, path);
                }
                if let Some(path) = &fact.take {
                    body = all(&body, path).first().map(|found| (*found).clone()).unwrap_or_default();
                }
                if let Some(how) = &fact.keep {
                    keep(&mut body, how);
                }
                tidy(&mut body, &fact.drop, &fact.redact, options.redact);
                body
            }
            Err(fault) if of.vanished.contains(&fault.code) => return None,
            Err(fault) if says_none(&fact.none, &fault) || is_not_there(&fault, service, &region) => Value::Null,
            Err(fault) => error(&fault),
        };
        if fact.hidden {
            hidden.push(operation.to_owned());
        }
        facts.insert(operation.to_owned(), value);
    }
    let scope = scope!();
    let [arn, id, name] = [&of.arn, &of.id, &of.name].map(|template| scope.text(template));
    let found =
        of.tags.as_ref().and_then(|template| scope.value(template)).map(|value| tags(&value)).unwrap_or_default();
    for operation in hidden {
        facts.remove(&operation);
    }
    if of.item
        && let Some(list) = &of.list
    {
        let mut item = item;
        tidy(&mut item, &of.drop, &of.redact, options.redact);
        facts.insert(list.known_as.clone().unwrap_or_else(|| name_of(place.service, &list.call).1.to_owned()), item);
    }
    let has_region = !of.region.is_empty() || of.facts.iter().any(|fact| fact.region.is_some());
    let shown = if of.global && !has_region { "aws-global" } else { &region };
    Some(json!({
        "version": VERSION, "service": place.service, "type": of.kind, "account": place.account, "region": shown,
        "arn": if arn.is_empty() { id.clone() } else { arn }, "id": id, "name": name, "tags": found, "facts": facts,
    }))
}

/// Whether a service cannot be reached because the region does not have it: its host has no address, and the models say
/// the same. Without either it is a network that fails, or a service that is newer than the models.
pub(super) fn is_not_there(fault: &Refused, service: &str, region: &str) -> bool {
    fault.code.is_empty()
        && fault.reason.contains("dns error")
        && models::of(service).is_some_and(|model| model.is_absent_from(region))
}

/// A fault as a fact.
pub(super) fn error(fault: &Refused) -> Value {
    let code = if fault.code.is_empty() { fault.kind.to_string() } else { fault.code.clone() };
    json!({"error": {"code": code, "message": fault.reason}})
}

fn row(report: Option<&Result<Report, Refused>>, user: &str) -> Result<Option<Value>, Refused> {
    match report {
        Some(Ok(report)) => Ok(report.get(user).cloned()),
        Some(Err(fault)) => Err(fault.clone()),
        None => Ok(None),
    }
}

fn holds(when: Option<&When>, scope: &Scope<'_>) -> bool {
    let Some(when) = when else { return true };
    let value = scope.value(&when.value).unwrap_or_default();
    (when.is.is_empty() || when.is.iter().any(|one| scope.fill(one) == value)) && !when.not.contains(&value)
}

/// S3 says nothing of a bucket in its first region, and `EU` of one in Ireland.
fn region_of(body: &Value, path: &str) -> String {
    match all(body, path).first().and_then(|found| found.as_str()) {
        None | Some("") => "us-east-1".to_owned(),
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    }
}

/// An answer with all its pages, their lists joined.
async fn whole(api: &dyn Api, call: Call) -> Result<Value, Refused> {
    let model =
        models::of(&call.service).ok_or_else(|| Refused::refused(call.name(), "the service is not in the models"))?;
    let name = call.name();
    let mut pages = Pages::new(api, model, call)?;
    let mut joined: Option<Value> = None;
    let mut number = 0;
    while let Some(page) = pages.next().await {
        let page = page?;
        number += 1;
        if number > MOST_PAGES {
            return Err(Refused {
                code: "TooManyPages".to_owned(),
                ..Refused::refused(name, "there is too much of it")
            });
        }
        match &mut joined {
            None => joined = Some(page),
            Some(joined) => join(joined, page),
        }
    }
    Ok(joined.unwrap_or_else(|| json!({})))
}

fn join(joined: &mut Value, page: Value) {
    let (Some(joined), Value::Object(page)) = (joined.as_object_mut(), page) else { return };
    for (name, value) in page {
        match (joined.get_mut(&name), value) {
            (Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
            (_, value) => {
                joined.insert(name, value);
            }
        }
    }
}
