//! What a setting was before an event: by the account audit, or else by the call that wrote it last.

use riposte_core::action::Response;
use riposte_core::plan::{Change, Plan, Snapshot};
use serde_json::{Map, Value, json};

use super::{Planned, Site, change, history, tags};
use crate::fault::Fault;

/// Where a setting's former value is looked for.
pub(super) struct Sources<'a> {
    /// Service and type under which the account audit keeps the resource.
    pub of: (&'a str, &'a str),
    /// Reads the value from what the audit keeps.
    pub kept: &'a (dyn Fn(&riposte_audit::baseline::State) -> Option<Value> + Sync),
    /// The call that writes it, as CloudTrail names it.
    pub call: &'a str,
    /// Reads it from the parameters of such a call, where that is about this resource.
    pub asked: &'a (dyn Fn(&Value) -> Option<Value> + Sync),
    /// RFC 3339: what was written later does not count.
    pub before: Option<&'a str>,
}

/// The value, and where it is from.
pub(super) async fn value(site: &Site<'_>, arn: &str, from: &Sources<'_>) -> Result<Option<(Value, String)>, Fault> {
    let (service, kind) = from.of;
    let good = match kind {
        "account" => site.former_of_account(service).await?,
        _ => site.former(service, kind, arn).await?,
    };
    if let Some(good) = good
        && let Some(value) = (from.kept)(&good.state).filter(|value| !value.is_null())
    {
        return Ok(Some((value, format!("as it was since {}, which the account audit kept", good.since))));
    }
    let records = history::calls(site, from.call, from.before).await?;
    let found = records.iter().find_map(|record| {
        // Of two within the second of the event, its own is not the one before it.
        let id = record.get("eventID").and_then(Value::as_str);
        let value = (from.asked)(record.get("requestParameters")?).filter(|_| id != Some(&site.scope.event_id))?;
        Some((value, record.get("eventTime").and_then(Value::as_str).unwrap_or_default().to_owned()))
    });
    Ok(found.map(|(value, time)| (value, format!("as the call of {time} wrote it, by CloudTrail's history"))))
}

/// A setting of a bucket that goes back to what it was.
pub(super) struct OfBucket<'a> {
    /// The bucket, and before which time (RFC 3339) it had what is restored.
    pub bucket: &'a str,
    pub before: Option<&'a str>,
    /// The part's name, and where the account audit keeps it.
    pub part: &'static str,
    pub kept: &'static str,
    /// The call that writes it, as CloudTrail names it, and how its value is read from such a call's parameters.
    pub call: &'static str,
    pub asked: &'a (dyn Fn(&Value) -> Option<Value> + Sync),
    /// The call that sets it, and the operation that deletes it.
    pub set: &'a (dyn Fn(&Value) -> Result<Change, Fault> + Sync),
    pub delete: &'static str,
}

/// The plan that sets a bucket's setting again, where it has `live`.
pub(super) async fn of_bucket(
    site: &Site<'_>,
    request: Response,
    live: Option<&Value>,
    setting: &OfBucket<'_>,
) -> Result<Planned, Fault> {
    let (bucket, part) = (setting.bucket, setting.part);
    let arn = format!("arn:{}:s3:::{bucket}", site.partition());
    let asked = |given: &Value| {
        let is_it = given.get("bucketName").and_then(Value::as_str) == Some(bucket);
        is_it.then(|| (setting.asked)(given)).flatten()
    };
    let sources = Sources {
        of: ("s3", "bucket"),
        kept: &|state| state.get(setting.kept).cloned(),
        call: setting.call,
        asked: &asked,
        before: setting.before,
    };
    let former = value(site, &arn, &sources).await?;
    let delete = || change(setting.delete, &json!({ "Bucket": bucket }), [(part.to_owned(), None)]);
    let tags = tags::of(site, &arn).await?;
    let plan = Plan::of(request, arn, snapshot(part, live)).tagged(tags);
    self::plan(plan, (part, live), former, setting.set, delete)
}

/// The plan that sets it again: `set` and `delete` make the changes to a value and to none.
pub(super) fn plan(
    plan: Plan,
    (part, live): (&str, Option<&Value>),
    former: Option<(Value, String)>,
    set: impl Fn(&Value) -> Result<Change, Fault>,
    delete: impl FnOnce() -> Result<Change, Fault>,
) -> Result<Planned, Fault> {
    let Some((former, from)) = former else {
        let why =
            format!("neither the account audit nor CloudTrail's history of the last 90 days says what its {part} was");
        return Ok(Planned::Impossible(why));
    };
    if live == Some(&former) {
        return Ok(plan.noted(format!("`{part}` is {from}")).into());
    }
    let back = live.map_or_else(delete, &set)?;
    Ok(plan.then(set(&former)?, [back]).noted(from).into())
}

/// A part's value, where there is one.
pub(super) fn snapshot(part: &str, live: Option<&Value>) -> Snapshot {
    Snapshot(live.map(|value| (part.to_owned(), value.clone())).into_iter().collect())
}

/// Lists of S3's documents as the API names them, by their elements' names in CloudTrail.
const LISTS: [(&str, &str); 4] = [
    ("Rule", "Rules"),
    ("Transition", "Transitions"),
    ("NoncurrentVersionTransition", "NoncurrentVersionTransitions"),
    ("Tag", "Tags"),
];

/// A document of S3, as CloudTrail writes it (element by element), in the form of the API.
pub(super) fn of_document(value: &Value) -> Value {
    let members = match value {
        Value::Array(items) => return items.iter().map(of_document).collect(),
        Value::Object(members) => members,
        other => return other.clone(),
    };
    let member = |(name, value): (&String, &Value)| {
        let value = of_document(value);
        // A filter of one tag has it alone.
        let list = LISTS.iter().find(|(element, _)| element == name);
        let alone = name == "Tag" && members.len() == 1 && !value.is_array();
        match list.filter(|_| !alone) {
            Some((_, list)) if value.is_array() => ((*list).to_owned(), value),
            Some((_, list)) => ((*list).to_owned(), Value::Array(vec![value])),
            None => (name.clone(), value),
        }
    };
    members.iter().filter(|(name, _)| *name != "xmlns").map(member).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_cloudtrail_in_the_form_of_the_api() {
        let rule = |id: &str| json!({ "ID": id, "Filter": { "And": { "Prefix": "a", "Tag": { "Key": "k", "Value": "v" } } }, "Transition": { "Days": 30 } });
        let want = |id: &str| json!({ "ID": id, "Filter": { "And": { "Prefix": "a", "Tags": [{ "Key": "k", "Value": "v" }] } }, "Transitions": [{ "Days": 30 }] });
        assert_eq!(of_document(&json!({ "xmlns": "x", "Rule": rule("1") })), json!({ "Rules": [want("1")] }));
        let two = json!({ "Role": "r", "Rule": [rule("1"), rule("2")] });
        assert_eq!(of_document(&two), json!({ "Role": "r", "Rules": [want("1"), want("2")] }));
        let one_tag = json!({ "Filter": { "Tag": { "Key": "k", "Value": "v" } } });
        assert_eq!(of_document(&one_tag), one_tag, "a filter of one tag");
    }
}
