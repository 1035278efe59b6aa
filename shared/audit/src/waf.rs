//! WAF: web ACLs and groups of rules.

use riposte_core::finding::Severity::{Low, Medium};

use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::{View, flag};

const ACL: &str = "GetWebACL.WebACL";

pub(crate) static CHECKS: &[Check] = &[
    check("wafv2-web-acl-empty", "A web ACL has no rules", Medium, "wafv2", "web-acl")
        .fsbp(&["WAF.10"])
        .page(
            "The web ACL has a rule, or a group of rules of its own or of Firewall Manager.",
            "A site seems to stand behind a firewall, which decides nothing.",
            "Add rules: AWS's managed ones are a beginning.",
            "Web ACLs whose default action blocks.",
        )
        .detectors(&["web-acl-emptied"])
        .each(|v| {
            if v.get(&format!("{ACL}.DefaultAction.Block"))?.is_some() {
                return Ok(Verdict::Pass("it blocks what no rule allows".to_owned()));
            }
            let lists = ["Rules", "PreProcessFirewallManagerRuleGroups", "PostProcessFirewallManagerRuleGroups"];
            let mut rules = 0;
            for name in lists {
                rules += v.list(&format!("{ACL}.{name}"))?.len();
            }
            // What an answer that says nothing of the web ACL says of its rules is nothing.
            if rules == 0 && v.text(&format!("{ACL}.ARN"))?.is_none() && v.text(&format!("{ACL}.Name"))?.is_none() {
                return Err(crate::verdict::Unknown("`GetWebACL` says nothing of it".to_owned()));
            }
            Verdict::fail_if(rules == 0, "it has no rules", "it has rules")
        }),
    check("wafv2-web-acl-counts-only", "A web ACL counts attacks and stops none", Medium, "wafv2", "web-acl")
        .page(
            "Some rule does more than count, or the default action blocks.",
            "A trial that was never ended: attacks are counted and pass.",
            "Take the override `Count` away, rule by rule.",
            "A web ACL on trial: mute it until a day.",
        )
        .detectors(&["web-acl-emptied"])
        .each(|v| {
            if v.get(&format!("{ACL}.DefaultAction.Block"))?.is_some() {
                return Ok(Verdict::Pass("it blocks what no rule allows".to_owned()));
            }
            let rules = v.list(&format!("{ACL}.Rules"))?;
            let managed = v.list(&format!("{ACL}.PreProcessFirewallManagerRuleGroups"))?;
            if rules.is_empty() || !managed.is_empty() {
                return Ok(Verdict::Skip);
            }
            let counts = |rule: &serde_json::Value| {
                let action = |path: &str| crate::view::at(rule, path).is_some();
                action("Action.Count") || action("OverrideAction.Count")
            };
            Verdict::fail_if(rules.iter().all(counts), "every rule counts and none stops", "a rule stops what it names")
        }),
    check("wafv2-web-acl-not-logged", "A web ACL is not logged", Low, "wafv2", "web-acl")
        .fsbp(&["WAF.11"])
        .page(
            "Requests are logged.",
            "Who tried what is not known afterwards.",
            "aws wafv2 put-logging-configuration.",
            "Sites of no weight.",
        )
        .detectors(&["web-acl-logs-stopped"])
        .each(|v| {
            v.unset(
                "GetLoggingConfiguration.LoggingConfiguration.LogDestinationConfigs",
                "it is not logged",
                "it is logged",
            )
        }),
    check("wafv2-rule-without-metrics", "A rule of a web ACL shows in no metric", Medium, "wafv2", "web-acl")
        .fsbp(&["WAF.12"])
        .page(
            "Every rule publishes metrics.",
            "That an attack has begun, or that a rule stops customers, shows nowhere.",
            "Turn on CloudWatchMetricsEnabled.",
            "None.",
        )
        .each(|v| metrics(v, &format!("{ACL}.Rules"))),
    check("wafv2-group-rule-without-metrics", "A rule of a group shows in no metric", Medium, "wafv2", "rule-group")
        .fsbp(&["WAF.12"])
        .page(
            "Every rule publishes metrics.",
            "That an attack has begun, or that a rule stops customers, shows nowhere.",
            "Turn on CloudWatchMetricsEnabled.",
            "None.",
        )
        .each(|v| metrics(v, "GetRuleGroup.RuleGroup.Rules")),
];

fn metrics(v: &View<'_>, path: &str) -> Answer {
    let rules = v.list(path)?;
    if rules.is_empty() {
        return Ok(Verdict::Skip);
    }
    let name = |rule: &serde_json::Value| crate::view::text(rule, "Name").unwrap_or("?").to_owned();
    let silent = rules.iter().filter(|rule| !flag(rule, "VisibilityConfig.CloudWatchMetricsEnabled"));
    let names: Vec<_> = silent.map(name).collect();
    Verdict::fail_for(&names, "these rules publish no metrics", "every rule publishes metrics")
}
