//! Metric filters with alarms over what trails send to CloudWatch, as CIS asks for them.

use std::collections::BTreeSet;

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, flag, list, text};

const BESIDE: &[(&str, &str)] = &[("cloudtrail", "trail"), ("logs", "metric-filter"), ("cloudwatch", "alarm")];

/// One check a table's row: what the filter must ask for.
macro_rules! alarm {
    ($id:literal, $title:literal, $five:literal, $six:literal, $what:literal, [$($term:literal),+ $(,)?]) => {
        check($id, $title, Medium, "cloudwatch", "account")
            .of("iam")
            .cis($five, $six, $six)
            .page(
                concat!("A metric filter over a trail's log group counts ", $what, ", and an alarm on it notifies somebody."),
                "It happens, is recorded, and nobody hears of it in time.",
                "Send a multi-region trail to CloudWatch Logs; make the metric filter, and an alarm with an SNS topic.",
                "Where Riposte's detectors, or GuardDuty, watch for it instead: mute it with that reason.",
            )
            .detectors(&["cloudwatch-alarm-deleted", "metric-filter-deleted"])
            .beside(BESIDE, |v, index| watched(v, index, &[$($term),+]))
    };
}

#[rustfmt::skip]
pub(crate) static CHECKS: &[Check] = &[
    alarm!("cloudwatch-no-alarm-denied-calls", "No alarm counts refused calls", "4.1", "5.1", "calls that were refused",
        ["$.errorcode=*unauthorizedoperation", "$.errorcode=accessdenied*"]),
    alarm!("cloudwatch-no-alarm-sign-in-without-mfa", "No alarm counts sign-ins without a second factor", "4.2", "5.2", "sign-ins without MFA",
        ["$.eventname=consolelogin", "$.additionaleventdata.mfaused!=yes|$.additionaleventdata.mfaused=no"]),
    alarm!("cloudwatch-no-alarm-root-use", "No alarm counts the root user's calls", "4.3", "5.3", "calls by root",
        ["$.useridentity.type=root"]),
    alarm!("cloudwatch-no-alarm-iam-changes", "No alarm counts changes of IAM policies", "4.4", "5.4", "changes of IAM policies",
        ["=deletegrouppolicy", "=deleterolepolicy", "=deleteuserpolicy", "=putgrouppolicy", "=putrolepolicy", "=putuserpolicy", "=createpolicy", "=deletepolicy",
         "=createpolicyversion", "=deletepolicyversion", "=attachrolepolicy", "=detachrolepolicy", "=attachuserpolicy", "=detachuserpolicy", "=attachgrouppolicy", "=detachgrouppolicy"]),
    alarm!("cloudwatch-no-alarm-trail-changes", "No alarm counts changes of trails", "4.5", "5.5", "changes of trails",
        ["=createtrail", "=updatetrail", "=deletetrail", "=startlogging", "=stoplogging"]),
    alarm!("cloudwatch-no-alarm-failed-sign-ins", "No alarm counts failed sign-ins", "4.6", "5.6", "failed sign-ins",
        ["$.eventname=consolelogin", "$.errormessage=failedauthentication"]),
    alarm!("cloudwatch-no-alarm-key-loss", "No alarm counts keys that are disabled or deleted", "4.7", "5.7", "KMS keys that are disabled or to be deleted",
        ["kms.amazonaws.com", "=disablekey", "=schedulekeydeletion"]),
    alarm!("cloudwatch-no-alarm-bucket-policy-changes", "No alarm counts changes of bucket policies", "4.8", "5.8", "changes of bucket policies",
        ["=putbucketacl", "=putbucketpolicy", "=putbucketcors", "=putbucketlifecycle", "=putbucketreplication", "=deletebucketpolicy", "=deletebucketcors", "=deletebucketlifecycle", "=deletebucketreplication"]),
    alarm!("cloudwatch-no-alarm-config-changes", "No alarm counts changes of AWS Config", "4.9", "5.9", "changes of AWS Config",
        ["=stopconfigurationrecorder", "=deletedeliverychannel", "=putdeliverychannel", "=putconfigurationrecorder"]),
    alarm!("cloudwatch-no-alarm-security-group-changes", "No alarm counts changes of security groups", "4.10", "5.10", "changes of security groups",
        ["=authorizesecuritygroupingress", "=authorizesecuritygroupegress", "=revokesecuritygroupingress", "=revokesecuritygroupegress", "=createsecuritygroup", "=deletesecuritygroup"]),
    alarm!("cloudwatch-no-alarm-network-acl-changes", "No alarm counts changes of network ACLs", "4.11", "5.11", "changes of network ACLs",
        ["=createnetworkacl", "=createnetworkaclentry", "=deletenetworkacl", "=deletenetworkaclentry", "=replacenetworkaclentry", "=replacenetworkaclassociation"]),
    alarm!("cloudwatch-no-alarm-gateway-changes", "No alarm counts changes of gateways", "4.12", "5.12", "changes of network gateways",
        ["=createcustomergateway", "=deletecustomergateway", "=attachinternetgateway", "=createinternetgateway", "=deleteinternetgateway", "=detachinternetgateway"]),
    alarm!("cloudwatch-no-alarm-route-changes", "No alarm counts changes of routes", "4.13", "5.13", "changes of route tables",
        ["=createroute", "=createroutetable", "=replaceroute", "=replaceroutetableassociation", "=deleteroutetable", "=deleteroute", "=disassociateroutetable"]),
    alarm!("cloudwatch-no-alarm-vpc-changes", "No alarm counts changes of VPCs", "4.14", "5.14", "changes of VPCs",
        ["=createvpc", "=deletevpc", "=modifyvpcattribute", "=acceptvpcpeeringconnection", "=createvpcpeeringconnection", "=deletevpcpeeringconnection", "=rejectvpcpeeringconnection"]),
    alarm!("cloudwatch-no-alarm-organization-changes", "No alarm counts changes of the organization", "4.15", "5.15", "changes of AWS Organizations",
        ["organizations.amazonaws.com", "=attachpolicy", "=createaccount", "=detachpolicy", "=leaveorganization", "=moveaccount", "=removeaccountfromorganization", "=updatepolicy", "=deletepolicy", "=disablepolicytype"]),
    check("cloudwatch-alarm-actions-disabled", "An alarm's actions are switched off", Medium, "cloudwatch", "alarm")
        .fsbp(&["CloudWatch.17"])
        .page("The alarm's actions are enabled.", "It rings and nobody hears it.", "aws cloudwatch enable-alarm-actions.", "Alarms that only feed a dashboard.")
        .detectors(&["cloudwatch-alarm-changed"])
        .each(|v| v.off("DescribeAlarms.ActionsEnabled", "its actions are switched off", "its actions are enabled")),
    check("cloudwatch-alarm-without-action", "An alarm notifies nobody", Medium, "cloudwatch", "alarm")
        .fsbp(&["CloudWatch.15"])
        .page("The alarm has an action for the state ALARM.", "It rings and nobody hears it.", "Give it an SNS topic.", "Alarms that a composite alarm reads.")
        .detectors(&["cloudwatch-alarm-changed"])
        .each(|v| v.unset("DescribeAlarms.AlarmActions", "it has no action for the state ALARM", "it has an action for the state ALARM")),
];

/// Whether a filter over a trail's log group asks for all of the terms, and an alarm on its metric acts. A term may name
/// several spellings, parted by `|`.
fn watched(v: &View<'_>, index: &Index, terms: &[&str]) -> Answer {
    let groups = trail_groups(v, index)?;
    if groups.is_empty() {
        return Ok(Verdict::Fail(
            "no multi-region trail that is logging sends its events to CloudWatch Logs".to_owned(),
        ));
    }
    let (mut near, mut silent) = (false, false);
    for filter in index.of_account("logs", "metric-filter", v.resource) {
        if !filter.text("DescribeMetricFilters.logGroupName")?.is_some_and(|name| groups.contains(name)) {
            continue;
        }
        let pattern: String = filter
            .text("DescribeMetricFilters.filterPattern")?
            .unwrap_or_default()
            .to_ascii_lowercase()
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '"' && *c != '\'')
            .collect();
        let has = |term: &&str| term.split('|').any(|spelling| holds(&pattern, spelling));
        if !terms.iter().all(&has) {
            near |= terms.len() > 1 && terms.iter().any(has);
            continue;
        }
        silent = true;
        for metric in filter.list("DescribeMetricFilters.metricTransformations")? {
            let (name, space) = (text(metric, "metricName"), text(metric, "metricNamespace"));
            for alarm in index.of_account("cloudwatch", "alarm", v.resource) {
                let of_metric = alarm.text("DescribeAlarms.MetricName")? == name
                    && alarm.text("DescribeAlarms.Namespace")? == space;
                let acts = !alarm.list("DescribeAlarms.AlarmActions")?.is_empty()
                    && alarm.truth("DescribeAlarms.ActionsEnabled")? != Some(false);
                if of_metric && acts {
                    return Ok(Verdict::Pass(format!(
                        "the alarm `{}` watches for it",
                        riposte_core::text::plain(&alarm.resource.name, 80)
                    )));
                }
            }
        }
    }
    Ok(Verdict::Fail(if silent {
        "a metric filter counts it, and no alarm on the metric notifies anybody".to_owned()
    } else if near {
        "a metric filter counts a part of it only".to_owned()
    } else {
        "no metric filter over a trail's log group counts it".to_owned()
    }))
}

/// Whether a pattern asks for a term, whole: `=createpolicy` is not in `=createpolicyversion`.
fn holds(pattern: &str, term: &str) -> bool {
    let mut rest = pattern;
    while let Some(at) = rest.find(term) {
        let (before, after) = rest.split_at(at);
        let after = after.get(term.len()..).unwrap_or_default();
        let whole = term.ends_with('*') || !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '*');
        let negated = term.starts_with('=') && before.ends_with('!');
        if whole && !negated {
            return true;
        }
        rest = after;
    }
    false
}

/// The log groups of trails that record everything, by name.
fn trail_groups(v: &View<'_>, index: &Index) -> Result<BTreeSet<String>, Unknown> {
    let mut groups = BTreeSet::new();
    for trail in index.of_account("cloudtrail", "trail", v.resource) {
        if !trail.flag("DescribeTrails.IsMultiRegionTrail")?
            || !trail.flag("GetTrailStatus.IsLogging")?
            || !records_management(&trail)?
        {
            continue;
        }
        // `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`
        if let Some(arn) = trail.text("DescribeTrails.CloudWatchLogsLogGroupArn")? {
            groups.extend(arn.split(':').nth(6).map(str::to_owned));
        }
    }
    Ok(groups)
}

/// Whether a trail records management events, those that read and those that write.
pub(crate) fn records_management(trail: &View<'_>) -> Result<bool, Unknown> {
    let plain = trail.list("GetEventSelectors.EventSelectors")?.iter().any(|selector| {
        let management =
            selector.get("IncludeManagementEvents").is_none_or(|_| flag(selector, "IncludeManagementEvents"));
        management && text(selector, "ReadWriteType").is_none_or(|kind| kind == "All")
    });
    let advanced = trail.list("GetEventSelectors.AdvancedEventSelectors")?.iter().any(|selector| {
        let fields = list(selector, "FieldSelectors");
        let category = fields.iter().any(|f| {
            text(f, "Field") == Some("eventCategory")
                && list(f, "Equals").iter().any(|e| e.as_str() == Some("Management"))
        });
        category
            && fields
                .iter()
                .all(|f| text(f, "Field") == Some("eventCategory") || text(f, "Field") == Some("eventSource"))
    });
    Ok(plain || advanced)
}
