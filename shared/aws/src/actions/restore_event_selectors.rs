//! `restore-event-selectors`: has a trail record all management events again.

use jiff::Timestamp;
use riposte_core::action::{ActionId, RestoreEventSelectors as Request};
use serde_json::{Map, Value, json};

use super::setting::Setting;
use super::{ActionMeta, Permission, Site};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreEventSelectors;

impl Setting for RestoreEventSelectors {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CLOUDTRAIL];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreEventSelectors,
        title: "Have a trail record all management events again",
        permissions: &[Permission::on(
            &["arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/*"],
            &["cloudtrail:GetEventSelectors", "cloudtrail:ListTags", "cloudtrail:PutEventSelectors"],
        )],
        undo_permissions: &[],
        reversibility: "complete: the selectors that were found are set again",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Sets the event selectors that the trail had when it was good last, as the account audit keeps them, where they record \
all management events. Where they are not kept, writes selectors that do, reads and writes, of every source: the default \
of a new trail; the notice says so. Basic selectors on data events then stay beside it; advanced ones are replaced.

## What it keeps
The trail's bucket, regions, encryption and every other setting.

## Undo
Sets the selectors that were found again.
",
    };

    const PART: &'static str = "EventSelectors";

    fn arn(site: &Site<'_>, request: &Request) -> String {
        site.arn("cloudtrail", &format!("trail/{}", request.trail))
    }

    /// The selectors alone, of whichever kind the trail has.
    async fn resource(site: &Site<'_>, request: &Request) -> Result<Value, Fault> {
        let body = site.get("cloudtrail:GetEventSelectors", json!({ "TrailName": request.trail })).await?;
        Ok(json!({ Self::PART: selectors(&body) }))
    }

    async fn former(site: &Site<'_>, request: &Request) -> Result<Option<(Timestamp, Value)>, Fault> {
        let good = site.former("cloudtrail", "trail", &Self::arn(site, request)).await?;
        Ok(good.and_then(|good| Some((good.since, selectors(good.state.get(KEPT)?)))))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        let list = value.get("EventSelectors").and_then(Value::as_array);
        let advanced = value.get("AdvancedEventSelectors").and_then(Value::as_array);
        if list.is_some_and(|list| list.iter().any(records_all)) || advanced.is_some_and(|l| l.iter().any(takes_all)) {
            return None;
        }
        let data = list.into_iter().flatten().filter_map(|s| s.get("DataResources")?.as_array()).flatten();
        let data: Vec<_> = data.cloned().collect();
        Some(json!({ "EventSelectors": [{
            "ReadWriteType": "All",
            "IncludeManagementEvents": true,
            "DataResources": data,
            "ExcludeManagementEventSources": [],
        }] }))
    }

    fn call(_: &Site<'_>, request: &Request, value: &Value) -> (&'static str, Value) {
        let mut parameters = value.as_object().cloned().unwrap_or_default();
        parameters.insert("TrailName".to_owned(), json!(request.trail));
        ("cloudtrail:PutEventSelectors", parameters.into())
    }

    fn note(_: &Request) -> Option<&'static str> {
        Some("all management events are recorded: the selectors from before the attack are not in the event")
    }
}

/// The name under which the audit keeps them.
const KEPT: &str = "GetEventSelectors.EventSelectors|AdvancedEventSelectors";

/// The selectors of an answer, of the kind that it has.
fn selectors(body: &Value) -> Value {
    let kinds = ["EventSelectors", "AdvancedEventSelectors"].into_iter();
    let found = kinds.filter_map(|kind| Some((kind.to_owned(), body.get(kind)?.clone())));
    let found = found.filter(|(_, list)| list.as_array().is_some_and(|list| !list.is_empty()));
    found.collect::<Map<_, _>>().into()
}

/// Whether an advanced selector records every management event: it asks for the category and for nothing else.
fn takes_all(selector: &Value) -> bool {
    let Some([only]) = selector.get("FieldSelectors").and_then(Value::as_array).map(Vec::as_slice) else {
        return false;
    };
    only.get("Field").and_then(Value::as_str) == Some("eventCategory")
        && only.get("Equals").is_some_and(|values| *values == json!(["Management"]))
}

/// Whether a basic selector records every management event.
fn records_all(selector: &Value) -> bool {
    let excluded = selector.get("ExcludeManagementEventSources").and_then(Value::as_array);
    selector.get("IncludeManagementEvents") == Some(&Value::Bool(true))
        && selector.get("ReadWriteType").and_then(Value::as_str) == Some("All")
        && excluded.is_none_or(Vec::is_empty)
}
