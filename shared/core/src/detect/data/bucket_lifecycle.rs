//! What the detectors of short lifecycles share: the rules of a bucket's lifecycle that delete soon.

use serde_json::Value;

use super::json::{each, number};
use crate::action::DisableLifecycleRule;
use crate::detect::fields::required;
use crate::detect::{Claim, DetectError, EventName};
use crate::event::ApiCall;
use crate::finding::Target;
use crate::text::plain;

pub(super) const EVENTS: &[EventName] = &[
    EventName { source: "s3.amazonaws.com", name: "PutBucketLifecycle" },
    EventName { source: "s3.amazonaws.com", name: "PutBucketLifecycleConfiguration" },
];

/// Objects that live for fewer days are gone before anybody looks for them.
const SOON_DAYS: i64 = 7;

/// Old versions that go within so many days are gone before anybody misses what they are versions of.
const AT_ONCE_DAYS: i64 = 2;

/// The rules that are in force.
fn rules(call: &ApiCall) -> impl Iterator<Item = &Value> {
    let configuration = call.request("LifecycleConfiguration");
    let rules =
        configuration.and_then(|configuration| configuration.get("Rule").or_else(|| configuration.get("Rules")));
    each(rules).iter().filter(|rule| in_force(rule))
}

fn in_force(rule: &Value) -> bool {
    rule.get("Status").and_then(Value::as_str) == Some("Enabled")
}

/// Whether a rule is in force, holds for every object and deletes soon, seen from the time at which it was set.
pub(crate) fn deletes_everything(rule: &Value, set_at: Option<&str>) -> bool {
    in_force(rule) && covers_all(rule) && expiry(rule, set_at).is_some()
}

/// The claim about a rule that deletes old versions at once.
pub(super) fn judge_old_versions(call: &ApiCall) -> Result<Vec<Claim>, DetectError> {
    let bucket = required(call, "bucketName")?;
    let old = |rule: &Value| {
        let expiration = rule.get("NoncurrentVersionExpiration")?;
        let kept = number(expiration.get("NewerNoncurrentVersions")).unwrap_or(0);
        number(expiration.get("NoncurrentDays")).filter(|days| *days <= AT_ONCE_DAYS && kept == 0)
    };
    let Some(days) = rules(call).find_map(old) else { return Ok(Vec::new()) };
    let why = format!("`{}` makes S3 delete old versions in bucket `{bucket}` after {days} days", call.event_name());
    let target = Target::Resource { service: "s3".to_owned(), id: plain(bucket, 300) };
    Ok(vec![Claim::of(target, plain(&why, 600))])
}

/// The claim about the rules that delete soon: those over the whole bucket, or those over a part of it.
pub(super) fn judge(call: &ApiCall, whole: bool) -> Result<Vec<Claim>, DetectError> {
    let bucket = required(call, "bucketName")?;
    let rules = rules(call).filter(|rule| covers_all(rule) == whole);
    let soon: Vec<String> = rules.filter_map(|rule| expiry(rule, call.event_time())).collect();
    let Some(first) = soon.first() else { return Ok(Vec::new()) };
    let what = if whole { "everything" } else { "a part of what is" };
    let why = format!("`{}` makes S3 delete {what} in bucket `{bucket}` {first}", call.event_name());
    let target = Target::Resource { service: "s3".to_owned(), id: plain(bucket, 300) };
    // A rule for a part of a bucket is mostly somebody's work.
    let set_at = call.event_time().filter(|_| whole);
    let response = set_at.map(|set_at| DisableLifecycleRule { bucket: bucket.to_owned(), set_at: set_at.to_owned() });
    Ok(vec![Claim::of(target, plain(&why, 600)).asking(response)])
}

/// When a rule deletes objects, where that is soon.
fn expiry(rule: &Value, set_at: Option<&str>) -> Option<String> {
    let expiration = rule.get("Expiration")?;
    if let Some(days) = number(expiration.get("Days")) {
        return (days < SOON_DAYS).then(|| format!("after {days} days"));
    }
    // A date stands for every object, however young.
    let date = expiration.get("Date").and_then(Value::as_str)?;
    let day = |text: &str| text.get(..10)?.parse::<jiff::civil::Date>().ok();
    let days = (day(date)? - day(set_at?)?).get_days();
    (i64::from(days) < SOON_DAYS).then(|| format!("on {}", plain(date, 40)))
}

/// Whether a rule is for every object. A prefix of `*` or `/` matches next to nothing and is meant as all.
fn covers_all(rule: &Value) -> bool {
    let all = |prefix: &Value| prefix.as_str().is_some_and(|prefix| matches!(prefix.trim(), "" | "*" | "/"));
    if rule.get("Prefix").is_some_and(|prefix| !all(prefix)) {
        return false;
    }
    match rule.get("Filter") {
        Some(Value::Object(filter)) => filter.iter().all(|(key, value)| key == "Prefix" && all(value)),
        _ => true,
    }
}
