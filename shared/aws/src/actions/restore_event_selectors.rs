//! `restore-event-selectors`: has a trail record all management events again.

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
Writes event selectors that record all management events, reads and writes, of every source: the default of a new \
trail. The selectors that stood before the attack are not in the event; the notice says so. Where the trail selects \
by basic selectors, those on data events stay beside it; advanced ones are replaced.

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
        let kinds = ["EventSelectors", "AdvancedEventSelectors"].into_iter();
        let found = kinds.filter_map(|kind| Some((kind.to_owned(), body.get(kind)?.clone())));
        let found = found.filter(|(_, list)| list.as_array().is_some_and(|list| !list.is_empty()));
        Ok(json!({ Self::PART: found.collect::<Map<_, _>>() }))
    }

    fn wanted(_: &Request, value: &Value) -> Option<Value> {
        let list = value.get("EventSelectors").and_then(Value::as_array);
        if list.is_some_and(|list| list.iter().any(records_all)) {
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

/// Whether a basic selector records every management event.
fn records_all(selector: &Value) -> bool {
    let excluded = selector.get("ExcludeManagementEventSources").and_then(Value::as_array);
    selector.get("IncludeManagementEvents") == Some(&Value::Bool(true))
        && selector.get("ReadWriteType").and_then(Value::as_str) == Some("All")
        && excluded.is_none_or(Vec::is_empty)
}
