//! CloudTrail and AWS Config: whether what happens is recorded.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::alarms::records_management;
use crate::check::{Check, check};
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, flag, list, text};

const TRAILS: &[(&str, &str)] = &[("cloudtrail", "trail")];

pub(crate) static CHECKS: &[Check] = &[
    check("cloudtrail-no-multi-region-trail", "No trail records all regions", High, "cloudtrail", "account")
        .of("iam")
        .cis("3.1", "4.1", "4.1")
        .fsbp(&["CloudTrail.1"])
        .page(
            "A multi-region trail is logging, and records management events that read and that write.",
            "What an attacker does in a region that nobody looks at leaves no trace.",
            "aws cloudtrail create-trail --is-multi-region-trail, then start-logging.",
            "None.",
        )
        .detectors(&["trail-stopped", "trail-made-regional", "trail-narrowed"])
        .beside(TRAILS, |v, index| {
            for trail in index.of_account("cloudtrail", "trail", v.resource) {
                if trail.flag("DescribeTrails.IsMultiRegionTrail")?
                    && trail.flag("GetTrailStatus.IsLogging")?
                    && records_management(&trail)?
                {
                    return Ok(Verdict::Pass(format!(
                        "the trail `{}` records all regions",
                        riposte_core::text::plain(&trail.resource.name, 80)
                    )));
                }
            }
            Ok(Verdict::Fail("no multi-region trail is logging all management events".to_owned()))
        }),
    check("cloudtrail-region-not-recorded", "No trail is logging in a region", High, "cloudtrail", "account")
        .fsbp(&["CloudTrail.3"])
        .page(
            "Each region is covered by a trail.",
            "What an attacker does there leaves no trace.",
            "Make a multi-region trail.",
            "None.",
        )
        .detectors(&["trail-stopped"])
        .beside(TRAILS, |v, index| {
            let shown = v.list("DescribeTrails.trailList")?;
            for trail in index.of_account("cloudtrail", "trail", v.resource) {
                let here = trail.resource.region == v.resource.region
                    || trail.flag("DescribeTrails.IsMultiRegionTrail")?
                    || shown.iter().any(|s| text(s, "TrailARN") == Some(trail.resource.arn.as_str()));
                if here && trail.flag("GetTrailStatus.IsLogging")? {
                    return Ok(Verdict::Pass("a trail is logging".to_owned()));
                }
            }
            // An organization's trail is known by its shadow here and logs from another account.
            if shown.iter().any(|s| {
                flag(s, "IsOrganizationTrail")
                    && text(s, "TrailARN").is_some_and(|arn| !arn.contains(&format!(":{}:", v.resource.account)))
            }) {
                return Err(Unknown(
                    "an organization's trail covers it, whose status another account knows".to_owned(),
                ));
            }
            Ok(Verdict::Fail("no trail is logging".to_owned()))
        }),
    check("cloudtrail-log-validation-off", "A trail's files can be changed unseen", Medium, "cloudtrail", "trail")
        .cis("3.2", "4.2", "4.2")
        .fsbp(&["CloudTrail.4"])
        .page(
            "Log file validation is on.",
            "Whoever reaches the bucket takes his lines out.",
            "aws cloudtrail update-trail --enable-log-file-validation.",
            "None.",
        )
        .detectors(&["trail-validation-disabled"])
        .each(|v| {
            v.off("DescribeTrails.LogFileValidationEnabled", "log file validation is off", "log file validation is on")
        }),
    check(
        "cloudtrail-not-encrypted-with-kms",
        "A trail's files are not under a KMS key",
        Medium,
        "cloudtrail",
        "trail",
    )
    .cis("3.5", "4.5", "4.5")
    .fsbp(&["CloudTrail.2"])
    .page(
        "The trail encrypts its files under a KMS key.",
        "Whoever may read the bucket reads everything that happened.",
        "aws cloudtrail update-trail --kms-key-id.",
        "None.",
    )
    .detectors(&["log-encryption-changed"])
    .each(|v| v.unset("DescribeTrails.KmsKeyId", "its files are not under a KMS key", "its files are under a KMS key")),
    check(
        "cloudtrail-not-sent-to-cloudwatch",
        "A trail's events are not sent to CloudWatch Logs",
        Low,
        "cloudtrail",
        "trail",
    )
    .fsbp(&["CloudTrail.5"])
    .page(
        "The trail sends its events to a log group, and did so within a day.",
        "Nothing can raise an alarm on them in time.",
        "aws cloudtrail update-trail --cloud-watch-logs-log-group-arn.",
        "Where EventBridge delivers them to Riposte.",
    )
    .detectors(&["trail-destination-changed"])
    .each(|v| {
        if v.text("DescribeTrails.CloudWatchLogsLogGroupArn")?.is_none_or(str::is_empty) {
            return Ok(Verdict::Fail("it sends nothing to CloudWatch Logs".to_owned()));
        }
        let last = v.time("GetTrailStatus.LatestCloudWatchLogsDeliveryTime")?;
        let old = last.map(|time| v.days_since(time)).filter(|days| *days > 1);
        Verdict::fail_with(
            old.map(|days| format!("it last sent events {days} days ago")),
            "it sends its events to CloudWatch Logs",
        )
    }),
    check("cloudtrail-not-logging", "A trail is switched off", High, "cloudtrail", "trail")
        .page(
            "The trail is logging.",
            "What happens meanwhile leaves no trace.",
            "aws cloudtrail start-logging.",
            "A trail that another one replaces: delete it.",
        )
        .detectors(&["trail-stopped"])
        .action(ActionId::RestartTrail)
        .each(|v| v.off("GetTrailStatus.IsLogging", "it is not logging", "it is logging")),
    check("cloudtrail-delivery-failing", "A trail can't deliver its files", High, "cloudtrail", "trail")
        .page(
            "The last delivery to the bucket did not fail.",
            "It looks switched on, and records nothing.",
            "Look at the bucket's policy and the key's.",
            "None.",
        )
        .detectors(&["trail-destination-changed", "trail-blind-spot"])
        .each(|v| {
            let error = v.text("GetTrailStatus.LatestDeliveryError")?.filter(|e| !e.is_empty());
            Verdict::fail_with(
                error.map(|e| format!("the last delivery failed: {}", riposte_core::text::plain(e, 80))),
                "the last delivery did not fail",
            )
        }),
    check("cloudtrail-bucket-public", "The bucket of a trail is public", Critical, "cloudtrail", "trail")
        .fsbp(&["CloudTrail.6"])
        .page(
            "The bucket that takes the trail's files is not open to everyone.",
            "Everyone reads who does what in the account, and from where.",
            "Block public access to the bucket.",
            "None.",
        )
        .detectors(&["bucket-policy-public", "bucket-acl-public"])
        .with(&[("s3", "bucket"), ("s3", "account")], |v, index| {
            let bucket = bucket(v, index)?;
            crate::s3::open_to_all(&bucket, index)
        }),
    check(
        "cloudtrail-bucket-access-not-logged",
        "Access to the bucket of a trail is not logged",
        Low,
        "cloudtrail",
        "trail",
    )
    .cis("3.4", "4.4", "4.4")
    .fsbp(&["CloudTrail.7"])
    .page(
        "Server access logging is on for the bucket that takes the trail's files.",
        "Who read or deleted the traces leaves none.",
        "aws s3api put-bucket-logging.",
        "Buckets whose access another trail records.",
    )
    .with(&[("s3", "bucket")], |v, index| {
        bucket(v, index)?.unset(
            "GetBucketLogging.LoggingEnabled.TargetBucket",
            "access to its bucket is not logged",
            "access to its bucket is logged",
        )
    }),
    check("cloudtrail-object-writes-not-recorded", "No trail records writes of objects", Low, "cloudtrail", "account")
        .of("iam")
        .cis("3.8", "4.8", "4.8")
        .page(
            "A multi-region trail that is logging records data events that write, of all buckets.",
            "Deleted or encrypted files leave no trace of who did it.",
            "aws cloudtrail put-event-selectors with AWS::S3::Object.",
            "Buckets whose writes nobody needs to know.",
        )
        .detectors(&["trail-narrowed"])
        .beside(TRAILS, |v, index| data_events(v, index, "WriteOnly")),
    check("cloudtrail-object-reads-not-recorded", "No trail records reads of objects", Low, "cloudtrail", "account")
        .of("iam")
        .cis("3.9", "4.9", "4.9")
        .page(
            "A multi-region trail that is logging records data events that read, of all buckets.",
            "What was stolen can't be determined.",
            "aws cloudtrail put-event-selectors with AWS::S3::Object.",
            "Buckets whose reads nobody needs to know.",
        )
        .detectors(&["trail-narrowed"])
        .beside(TRAILS, |v, index| data_events(v, index, "ReadOnly")),
    check("config-not-recording", "AWS Config does not record a region", Medium, "config", "account")
        .cis("3.3", "4.3", "4.3")
        .fsbp(&["Config.1"])
        .page(
            "A recorder is on, records all types of resources, and delivers them: there is a channel, and the last delivery did not fail.",
            "What changed, and what was there before, can't be determined.",
            "aws configservice put-configuration-recorder with all types, then start-configuration-recorder.",
            "Regions that are denied by policy.",
        )
        .detectors(&["config-recording-stopped", "config-recorder-narrowed"])
        .each(|v| {
            let recorders = v.list("DescribeConfigurationRecorders.ConfigurationRecorders")?;
            let status = v.list("DescribeConfigurationRecorderStatus.ConfigurationRecordersStatus")?;
            let Some(recorder) = recorders.first() else { return Ok(Verdict::Fail("there is no recorder".to_owned())) };
            let delivers = !v.list("DescribeDeliveryChannels.DeliveryChannels")?.is_empty();
            let on = status.iter().any(|s| flag(s, "recording"));
            let failing =
                status.iter().any(|s| text(s, "lastStatus").is_some_and(|s| s.eq_ignore_ascii_case("failure")));
            let group = recorder.get("recordingGroup");
            let strategy = group.and_then(|g| text(g, "recordingStrategy.useOnly"));
            let all = group.is_none_or(|g| flag(g, "allSupported")) || strategy == Some("ALL_SUPPORTED_RESOURCE_TYPES");
            Verdict::fail_with(
                if !on {
                    Some("the recorder is off".to_owned())
                } else if !all {
                    Some("it records some types of resources only".to_owned())
                } else if !delivers {
                    Some("it delivers nowhere".to_owned())
                } else if failing {
                    Some("its last delivery failed".to_owned())
                } else {
                    None
                },
                "it records all types of resources",
            )
        }),
    check("config-no-delivery", "AWS Config delivers nowhere", Low, "config", "account")
        .page(
            "A delivery channel exists.",
            "The history is not kept.",
            "aws configservice put-delivery-channel.",
            "Regions that are denied by policy.",
        )
        .detectors(&["config-recording-stopped"])
        .each(|v| {
            v.unset(
                "DescribeDeliveryChannels.DeliveryChannels",
                "there is no delivery channel",
                "a delivery channel exists",
            )
        }),
];

fn bucket<'i>(v: &View<'_>, index: &'i crate::index::Index) -> Result<View<'i>, Unknown> {
    let name = v.text("DescribeTrails.S3BucketName")?.ok_or_else(|| Unknown("its bucket is not known".to_owned()))?;
    let found = index.views("s3", "bucket").find(|bucket| bucket.resource.name == name || bucket.resource.id == name);
    found.ok_or_else(|| {
        Unknown(format!(
            "its bucket `{}` is not in the inventory: another account may own it",
            riposte_core::text::plain(name, 80)
        ))
    })
}

/// Whether some trail records the objects of all buckets.
fn data_events(v: &View<'_>, index: &crate::index::Index, kind: &str) -> Answer {
    for trail in index.of_account("cloudtrail", "trail", v.resource) {
        if !trail.flag("DescribeTrails.IsMultiRegionTrail")? || !trail.flag("GetTrailStatus.IsLogging")? {
            continue;
        }
        let plain = trail.list("GetEventSelectors.EventSelectors")?.iter().any(|selector| {
            let of_kind = text(selector, "ReadWriteType").is_none_or(|k| k == "All" || k == kind);
            of_kind
                && list(selector, "DataResources").iter().any(|data| {
                    let every = |value: &serde_json::Value| {
                        value.as_str().is_some_and(|arn| {
                            arn.starts_with("arn:aws") && (arn.ends_with(":s3") || arn.ends_with(":s3:::"))
                        })
                    };
                    text(data, "Type") == Some("AWS::S3::Object") && list(data, "Values").iter().any(every)
                })
        });
        let advanced = trail.list("GetEventSelectors.AdvancedEventSelectors")?.iter().any(|selector| {
            let fields = list(selector, "FieldSelectors");
            let says = |field: &str, value: &str| {
                fields.iter().any(|f| {
                    text(f, "Field") == Some(field) && list(f, "Equals").iter().any(|e| e.as_str() == Some(value))
                })
            };
            let read_only = fields
                .iter()
                .find(|f| text(f, "Field") == Some("readOnly"))
                .map(|f| list(f, "Equals").iter().any(|e| e.as_str() == Some("true")));
            let of_kind = read_only.is_none_or(|reads| reads == (kind == "ReadOnly"));
            let narrowed = fields
                .iter()
                .any(|f| !matches!(text(f, "Field"), Some("eventCategory" | "resources.type" | "readOnly")));
            says("eventCategory", "Data") && says("resources.type", "AWS::S3::Object") && of_kind && !narrowed
        });
        if plain || advanced {
            return Ok(Verdict::Pass(format!(
                "the trail `{}` records them",
                riposte_core::text::plain(&trail.resource.name, 80)
            )));
        }
    }
    Ok(Verdict::Fail("no multi-region trail that is logging records them for all buckets".to_owned()))
}
