//! `web-acl-emptied`: a web ACL that blocks nothing any more.

use serde_json::Value;

use crate::detect::meta::page;
use crate::detect::named::named;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct WebAclEmptied;

const META: Meta = Meta {
    id: "web-acl-emptied",
    title: "Web ACL or rule group blocks nothing any more",
    domain: Domain::Network,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1562.007"],
    events: Events::Calls(&[
        EventName { source: "wafv2.amazonaws.com", name: "UpdateRuleGroup" },
        EventName { source: "wafv2.amazonaws.com", name: "UpdateWebACL" },
    ]),
    prose: page(
        "\
## What it does
Fires when a web ACL is updated so that it lets requests through by default and holds no rule that could
stop one: no rules at all, or only such that count or allow. A rule group that is updated to hold no such
rule is reported with less confidence, since some only count or set labels. A web ACL that keeps one rule that blocks, asks
for a challenge or uses a rule group with its own actions does not match, nor does one that blocks by default.

## Why is this bad?
The web ACL still stands in front of the application, in every list and for every auditor, and does nothing.
It is quieter than taking it off.

## False positives
Rules that are tried out in counting mode. That is done for new rules, not for all of them at once.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html>
- <https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for WebAclEmptied {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let group = call.event_name() == "UpdateRuleGroup";
        let allows = group || call.request("defaultAction").is_some_and(|action| action.get("allow").is_some());
        // A request without rules replaces those that were there by none.
        let rules = call.request("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if !allows || rules.iter().any(may_stop) {
            return Ok(Vec::new());
        }
        let id = named(call, &["name", "id"]).unwrap_or_else(|| "(unknown)".to_owned());
        let (event, kind) = (call.event_name(), if group { "rule group" } else { "web ACL" });
        let why = match rules.len() {
            0 => format!("`{event}` left the {kind} `{id}` without rules"),
            count => format!("`{event}` left the {kind} `{id}` with {count} rules that only count or allow"),
        };
        let confidence = group.then_some(Confidence::Low);
        let target = Target::Resource { service: "wafv2".to_owned(), id };
        Ok(vec![Claim { confidence, ..Claim::of(target, plain(&why, 600)) }])
    }
}

/// A rule has an action of its own, or overrides those of a rule group, or leaves them as they are.
fn may_stop(rule: &Value) -> bool {
    let has = |part: &str, kinds: &[&str]| {
        let action = rule.get(part).and_then(Value::as_object);
        action.is_some_and(|action| kinds.iter().any(|kind| action.contains_key(*kind)))
    };
    !has("action", &["count", "allow"]) && !has("overrideAction", &["count"])
}
