//! Metric filters with alarms over what trails send to CloudWatch, as CIS asks for them.

use std::collections::BTreeSet;

use riposte_core::finding::Severity::Medium;
use riposte_core::text::plain;
use serde_json::{Value, json};

use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, flag, list, strings, text as member};

use pattern::Pattern;

mod pattern;

const BESIDE: &[(&str, &str)] = &[("cloudtrail", "trail"), ("logs", "metric-filter"), ("cloudwatch", "alarm")];

/// One check a table's row: the events that the filter must count, by their source and names, or as they are.
macro_rules! alarm {
    ($id:literal, $title:literal, $five:literal, $six:literal, $what:literal, $events:expr) => {
        check($id, $title, Medium, "cloudwatch", "account")
            .of("iam")
            .cis($five, $six, $six)
            .page(
                concat!(
                    "A metric filter over a trail's log group counts ",
                    $what,
                    ", wherever they come from, and an alarm on it notifies somebody."
                ),
                "It happens, is recorded, and nobody hears of it in time.",
                "Send a multi-region trail to CloudWatch Logs; make the metric filter, and an alarm with an SNS topic.",
                "Where Riposte's detectors, or GuardDuty, watch for it instead: mute it with that reason.",
            )
            .detectors(&["cloudwatch-alarm-deleted", "metric-filter-deleted"])
            .beside(BESIDE, |v, index| watched(v, index, &$events))
    };
}

#[rustfmt::skip]
pub(crate) static CHECKS: &[Check] = &[
    alarm!("cloudwatch-no-alarm-denied-calls", "No alarm counts refused calls", "4.1", "5.1", "calls that were refused",
        Events::like(&[json!({"errorCode": "Client.UnauthorizedOperation"}), json!({"errorCode": "AccessDenied"}), json!({"errorCode": "AccessDeniedException"})], &[])),
    alarm!("cloudwatch-no-alarm-sign-in-without-mfa", "No alarm counts sign-ins without a second factor", "4.2", "5.2", "sign-ins without MFA",
        Events::like(&[json!({"eventName": "ConsoleLogin", "additionalEventData": {"MFAUsed": "No"}, "responseElements": {"ConsoleLogin": "Success"}})],
            &[json!({"eventName": "ConsoleLogin", "additionalEventData": {"MFAUsed": "Yes"}, "responseElements": {"ConsoleLogin": "Success"}})])),
    alarm!("cloudwatch-no-alarm-root-use", "No alarm counts the root user's calls", "4.3", "5.3", "calls by root",
        Events::like(&[json!({"userIdentity": {"type": "Root"}})], &[])),
    alarm!("cloudwatch-no-alarm-iam-changes", "No alarm counts changes of IAM policies", "4.4", "5.4", "changes of IAM policies",
        Events::calls("iam", &["DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy", "DetachGroupPolicy"])),
    alarm!("cloudwatch-no-alarm-trail-changes", "No alarm counts changes of trails", "4.5", "5.5", "changes of trails",
        Events::calls("cloudtrail", &["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"])),
    alarm!("cloudwatch-no-alarm-failed-sign-ins", "No alarm counts failed sign-ins", "4.6", "5.6", "failed sign-ins",
        Events::like(&[json!({"eventName": "ConsoleLogin", "errorMessage": "Failed authentication"})], &[json!({"eventName": "ConsoleLogin"})])),
    alarm!("cloudwatch-no-alarm-key-loss", "No alarm counts keys that are disabled or deleted", "4.7", "5.7", "KMS keys that are disabled or to be deleted",
        Events::calls("kms", &["DisableKey", "ScheduleKeyDeletion"])),
    alarm!("cloudwatch-no-alarm-bucket-policy-changes", "No alarm counts changes of bucket policies", "4.8", "5.8", "changes of bucket policies",
        Events::calls("s3", &["PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication", "DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication"])),
    alarm!("cloudwatch-no-alarm-config-changes", "No alarm counts changes of AWS Config", "4.9", "5.9", "changes of AWS Config",
        Events::calls("config", &["StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"])),
    alarm!("cloudwatch-no-alarm-security-group-changes", "No alarm counts changes of security groups", "4.10", "5.10", "changes of security groups",
        Events::calls("ec2", &["AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup"])),
    alarm!("cloudwatch-no-alarm-network-acl-changes", "No alarm counts changes of network ACLs", "4.11", "5.11", "changes of network ACLs",
        Events::calls("ec2", &["CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry", "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"])),
    alarm!("cloudwatch-no-alarm-gateway-changes", "No alarm counts changes of gateways", "4.12", "5.12", "changes of network gateways",
        Events::calls("ec2", &["CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway", "DeleteInternetGateway", "DetachInternetGateway"])),
    alarm!("cloudwatch-no-alarm-route-changes", "No alarm counts changes of routes", "4.13", "5.13", "changes of route tables",
        Events::calls("ec2", &["CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"])),
    alarm!("cloudwatch-no-alarm-vpc-changes", "No alarm counts changes of VPCs", "4.14", "5.14", "changes of VPCs",
        Events::calls("ec2", &["CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection", "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection"])),
    alarm!("cloudwatch-no-alarm-organization-changes", "No alarm counts changes of the organization", "4.15", "5.15", "changes of AWS Organizations",
        Events::calls("organizations", &["AttachPolicy", "CreateAccount", "DetachPolicy", "LeaveOrganization", "MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy", "DeletePolicy", "DisablePolicyType"])),
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

/// Events that a filter must count, and some that it must not.
struct Events {
    count: Vec<Value>,
    not: Vec<Value>,
}

impl Events {
    /// Calls of a service by their names.
    fn calls(service: &str, names: &[&str]) -> Self {
        let source = format!("{service}.amazonaws.com");
        let call = |name: &&str| like(&json!({"eventSource": source, "eventName": name}));
        Self { count: names.iter().map(call).collect(), not: vec![like(&json!({}))] }
    }

    /// Ordinary calls with other members.
    fn like(count: &[Value], not: &[Value]) -> Self {
        Self { count: count.iter().map(like).collect(), not: not.iter().chain([&json!({})]).map(like).collect() }
    }
}

/// An ordinary call with some members in place of its own.
fn like(members: &Value) -> Value {
    let mut event = json!({
        "eventVersion": "1.11", "eventType": "AwsApiCall", "eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity",
        "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2", "recipientAccountId": "111122223333",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/alice"},
    });
    if let (Some(event), Some(members)) = (event.as_object_mut(), members.as_object()) {
        event.extend(members.clone());
    }
    event
}

/// Whether a filter over a trail's log group counts all of the events, and an alarm on its metric acts.
fn watched(v: &View<'_>, index: &Index, events: &Events) -> Answer {
    let groups = trail_groups(v, index)?;
    if groups.is_empty() {
        return Ok(Verdict::Fail(
            "no multi-region trail that is logging sends its events to CloudWatch Logs".to_owned(),
        ));
    }
    let (mut near, mut silent, mut unread) = (false, false, None);
    for filter in index.of_account("logs", "metric-filter", v.resource) {
        if !filter.text("DescribeMetricFilters.logGroupName")?.is_some_and(|name| groups.contains(name)) {
            continue;
        }
        let text = filter.text("DescribeMetricFilters.filterPattern")?.unwrap_or_default();
        let Some(pattern) = Pattern::read(text) else {
            // One of words, or of nothing, is no filter of events by their members.
            if text.trim_start().starts_with('{') {
                unread = Some(Unknown(format!("the filter pattern `{}` cannot be read", plain(text, 200))));
            }
            continue;
        };
        let counted = events.count.iter().filter(|event| pattern.counts(event)).count();
        let other = events.not.iter().any(|event| pattern.counts(event));
        if counted < events.count.len() || other {
            near |= counted > 0 && !other;
            continue;
        }
        silent = true;
        for metric in filter.list("DescribeMetricFilters.metricTransformations")? {
            let (name, space) = (member(metric, "metricName"), member(metric, "metricNamespace"));
            for alarm in index.of_account("cloudwatch", "alarm", v.resource) {
                let of_metric = alarm.text("DescribeAlarms.MetricName")? == name
                    && alarm.text("DescribeAlarms.Namespace")? == space;
                let acts = !alarm.list("DescribeAlarms.AlarmActions")?.is_empty()
                    && alarm.truth("DescribeAlarms.ActionsEnabled")? != Some(false);
                if of_metric && acts {
                    return Ok(Verdict::Pass(format!(
                        "the alarm `{}` watches for it",
                        plain(&alarm.resource.name, 80)
                    )));
                }
            }
        }
    }
    if let Some(unknown) = unread.filter(|_| !silent) {
        return Err(unknown);
    }
    Ok(Verdict::Fail(if silent {
        "a metric filter counts it, and no alarm on the metric notifies anybody".to_owned()
    } else if near {
        "a metric filter counts a part of it only".to_owned()
    } else {
        "no metric filter over a trail's log group counts it".to_owned()
    }))
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
    let plain = trail.list("GetEventSelectors.EventSelectors")?;
    let advanced = trail.list("GetEventSelectors.AdvancedEventSelectors")?;
    if plain.is_empty() && advanced.is_empty() {
        // A trail that nobody gave selectors records all management events.
        return Ok(true);
    }
    let records = |kind: &str, reads: &str| {
        let plain = plain.iter().any(|selector| {
            let management =
                selector.get("IncludeManagementEvents").is_none_or(|_| flag(selector, "IncludeManagementEvents"));
            management && member(selector, "ReadWriteType").is_none_or(|own| own == "All" || own == kind)
        });
        let advanced = advanced.iter().any(|selector| {
            let fields = list(selector, "FieldSelectors");
            let says = |field: &Value, value: &str| strings(field, "Equals").any(|own| own == value);
            let category = |f: &Value| member(f, "Field") == Some("eventCategory") && says(f, "Management");
            // Events of a few sources may be left out (KMS, RDS Data); one source alone is not all.
            let whole = |f: &Value| match member(f, "Field") {
                Some("eventCategory") => true,
                Some("eventSource") => list(f, "Equals").is_empty() && list(f, "StartsWith").is_empty(),
                Some("readOnly") => says(f, reads),
                _ => false,
            };
            fields.iter().any(category) && fields.iter().all(whole)
        });
        plain || advanced
    };
    Ok(records("ReadOnly", "true") && records("WriteOnly", "false"))
}
