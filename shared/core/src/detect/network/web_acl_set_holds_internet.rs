//! `web-acl-set-holds-internet`: address set of a web ACL holds the internet.

use serde_json::Value;

use crate::detect::change::Change;
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity};
use crate::net::cidr;

pub(super) const WEB_ACL_SET_HOLDS_INTERNET: Change = Change {
    meta: Meta {
        id: "web-acl-set-holds-internet",
        title: "Address set of a web ACL holds the internet",
        domain: Domain::Network,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.007"],
        events: Events::Calls(&[
            EventName { source: "wafv2.amazonaws.com", name: "CreateIPSet" },
            EventName { source: "wafv2.amazonaws.com", name: "UpdateIPSet" },
            EventName { source: "waf.amazonaws.com", name: "UpdateIPSet" },
            EventName { source: "waf-regional.amazonaws.com", name: "UpdateIPSet" },
        ]),
        prose: page(
            "\
## What it does
Fires when ranges that amount to the internet are put into a set of addresses of AWS WAF: one alone, such
as a half of it, or many that add up. Addresses of offices, partners and attackers, and ranges that are
taken out of a classic set, do not match.

## Why is this bad?
The rule that lets a few addresses past all others lets everybody past, and neither the rule nor the web
ACL shows it. In a set of blocked addresses it shuts every visitor out.

## False positives
A set that is meant to block whatever is not on another list. A default action does that better.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/waf/latest/developerguide/waf-ip-set-managing.html>
- <https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateIPSet.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["name", "iPSetId", "id"],
    when: holds_internet,
};

/// The whole set is written anew, but for the classic one, which is told what to put in and take out.
fn holds_internet(call: &ApiCall) -> bool {
    let list = |key: &str| call.request(key).and_then(Value::as_array).into_iter().flatten();
    let inserted = list("updates").filter(|update| update.get("action").and_then(Value::as_str) == Some("INSERT"));
    let classic = inserted.filter_map(|update| update.get("iPSetDescriptor")?.get("value")?.as_str());
    let ranges: Vec<_> = list("addresses").filter_map(Value::as_str).chain(classic).collect();
    !cidr::internet_ranges(&ranges).is_empty()
}
