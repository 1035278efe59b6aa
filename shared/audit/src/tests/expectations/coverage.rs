//! What records or keeps only a part: flow logs, trails, AWS Config, metric filters, backups.

use serde_json::{Value, json};

use super::{Bad, Expectations, Good, HOME, Is, resource};
use crate::Resource;

#[test]
fn flow_logs() {
    let log = |of: &str, traffic: &str, status: &str, delivery: Option<&str>| {
        let facts = json!({"DescribeFlowLogs": {"ResourceId": of, "TrafficType": traffic, "FlowLogStatus": status, "DeliverLogsStatus": delivery}});
        resource("ec2", "flow-log", &json!({"id": format!("fl-{of}-{traffic}"), "facts": facts}))
    };
    let on = |of: &str| log(of, "ALL", "ACTIVE", Some("SUCCESS"));
    let subnet = |id: &str, vpc: &str| {
        resource("ec2", "subnet", &json!({"id": id, "facts": {"DescribeSubnets": {"VpcId": vpc}}}))
    };
    let subnets = || vec![subnet("subnet-1", "vpc-1"), subnet("subnet-2", "vpc-1"), subnet("subnet-3", "vpc-2")];
    let mut other_region = on("vpc-1");
    other_region.region = "us-east-1".to_owned();
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Resource>, Is)> = vec![
        ("everything of the VPC", vec![on("vpc-1")], Good),
        ("what is rejected", vec![log("vpc-1", "REJECT", "ACTIVE", Some("SUCCESS"))], Good),
        ("into a bucket, which says nothing of delivery", vec![log("vpc-1", "ALL", "ACTIVE", None)], Good),
        ("two, of which one fails", vec![log("vpc-1", "REJECT", "ACTIVE", Some("FAILED")), on("vpc-1")], Good),
        ("each of its subnets", vec![on("subnet-1"), on("subnet-2")], Good),
        ("what is accepted and what is rejected, by two", vec![log("vpc-1", "ACCEPT", "ACTIVE", Some("SUCCESS")), log("vpc-1", "REJECT", "ACTIVE", Some("SUCCESS"))], Good),
        ("everything of one subnet, what is rejected of the other", vec![on("subnet-1"), log("subnet-2", "REJECT", "ACTIVE", Some("SUCCESS"))], Good),
        ("what is accepted of the VPC, what is rejected of each subnet", vec![log("vpc-1", "ACCEPT", "ACTIVE", Some("SUCCESS")), log("subnet-1", "REJECT", "ACTIVE", None), log("subnet-2", "REJECT", "ACTIVE", None)], Good),
        ("what is accepted of the VPC, everything of one subnet", vec![log("vpc-1", "ACCEPT", "ACTIVE", Some("SUCCESS")), on("subnet-1")], Bad),
        ("what is accepted, and what is rejected without delivery", vec![log("vpc-1", "ACCEPT", "ACTIVE", Some("SUCCESS")), log("vpc-1", "REJECT", "ACTIVE", Some("FAILED"))], Bad),
        ("one of its subnets, and an interface of the other", vec![on("subnet-1"), on("eni-2")], Bad),
        ("each subnet, of which one is not active", vec![on("subnet-1"), log("subnet-2", "ALL", "INACTIVE", Some("SUCCESS"))], Bad),
        ("another VPC, and one of its subnets", vec![on("vpc-2"), on("subnet-2")], Bad),
        ("what is accepted alone", vec![log("vpc-1", "ACCEPT", "ACTIVE", Some("SUCCESS"))], Bad),
        ("delivery that fails", vec![log("vpc-1", "ALL", "ACTIVE", Some("FAILED"))], Bad),
        ("one that is not active", vec![log("vpc-1", "ALL", "INACTIVE", Some("SUCCESS"))], Bad),
        ("one of its subnets", vec![on("subnet-1")], Bad),
        ("one of its subnets, the other accepted alone", vec![on("subnet-1"), log("subnet-2", "ACCEPT", "ACTIVE", Some("SUCCESS"))], Bad),
        ("one of its subnets, the other failing", vec![on("subnet-1"), log("subnet-2", "ALL", "ACTIVE", Some("FAILED"))], Bad),
        ("another VPC", vec![on("vpc-2")], Bad),
        ("another VPC's subnets", vec![on("subnet-3")], Bad),
        ("one interface", vec![on("eni-1")], Bad),
        ("another region's", vec![other_region], Bad),
        ("none", vec![], Bad),
    ];
    let mut expected = Expectations::default();
    for (case, logs, is) in cases {
        let vpc = json!({"id": "vpc-1", "facts": {"DescribeVpcs": {"VpcId": "vpc-1"}}});
        expected.of("ec2-vpc-not-logged", case, vpc, &[subnets(), logs].concat(), is);
    }
}

fn trail(multi: bool, logging: bool, selectors: Value) -> Resource {
    let facts = json!({"DescribeTrails": {"Name": "t", "IsMultiRegionTrail": multi}, "GetTrailStatus": {"IsLogging": logging}, "GetEventSelectors": selectors});
    resource("cloudtrail", "trail", &json!({"id": "t", "name": "t", "facts": facts}))
}

fn plain(kind: &str, management: bool, data: Value) -> Value {
    json!({"EventSelectors": [{"ReadWriteType": kind, "IncludeManagementEvents": management, "DataResources": data}]})
}

fn advanced(selectors: &[&[(&str, &str, &str)]]) -> Value {
    let all: Vec<_> = selectors
        .iter()
        .map(|fields| {
            let fields: Vec<_> =
                fields.iter().map(|(field, operator, value)| json!({"Field": field, *operator: [value]})).collect();
            json!({"FieldSelectors": fields})
        })
        .collect();
    json!({"AdvancedEventSelectors": all})
}

#[test]
fn trails() {
    let all = || plain("All", true, json!([]));
    let objects = |arn: &str| json!([{"Type": "AWS::S3::Object", "Values": [arn]}]);
    let every = || objects("arn:aws:s3");
    let management: &[_] = &[("eventCategory", "Equals", "Management")];
    let reads: &[_] = &[("eventCategory", "Equals", "Management"), ("readOnly", "Equals", "true")];
    let writes: &[_] = &[("eventCategory", "Equals", "Management"), ("readOnly", "Equals", "false")];
    let without_keys: &[_] =
        &[("eventCategory", "Equals", "Management"), ("eventSource", "NotEquals", "kms.amazonaws.com")];
    let of_objects: &[_] = &[("eventCategory", "Equals", "Data"), ("resources.type", "Equals", "AWS::S3::Object")];
    let of_writes: &[_] = &[
        ("eventCategory", "Equals", "Data"),
        ("resources.type", "Equals", "AWS::S3::Object"),
        ("readOnly", "Equals", "false"),
    ];
    let of_one: &[_] = &[
        ("eventCategory", "Equals", "Data"),
        ("resources.type", "Equals", "AWS::S3::Object"),
        ("resources.ARN", "StartsWith", "arn:aws:s3:::one/"),
    ];
    // What, the trails, and whether management events, writes and reads of objects are bad.
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Resource>, Is, Is, Is)> = vec![
        ("all management events", vec![trail(true, true, all())], Good, Bad, Bad),
        ("as AWS makes it, without selectors", vec![trail(true, true, json!({"EventSelectors": [], "AdvancedEventSelectors": []}))], Good, Bad, Bad),
        ("one region", vec![trail(false, true, all())], Bad, Bad, Bad),
        ("stopped", vec![trail(true, false, all())], Bad, Bad, Bad),
        ("one region, and one that is stopped", vec![trail(false, true, all()), trail(true, false, all())], Bad, Bad, Bad),
        ("writes alone", vec![trail(true, true, plain("WriteOnly", true, json!([])))], Bad, Bad, Bad),
        ("reads alone", vec![trail(true, true, plain("ReadOnly", true, json!([])))], Bad, Bad, Bad),
        ("no management events", vec![trail(true, true, plain("All", false, every()))], Bad, Good, Good),
        ("all", vec![trail(true, true, plain("All", true, every()))], Good, Good, Good),
        ("writes of objects", vec![trail(true, true, plain("WriteOnly", true, every()))], Bad, Good, Bad),
        ("objects of one bucket", vec![trail(true, true, plain("All", true, objects("arn:aws:s3:::one/")))], Good, Bad, Bad),
        ("objects of all buckets in the longer spelling", vec![trail(true, true, plain("All", true, objects("arn:aws:s3:::")))], Good, Good, Good),
        ("functions alone", vec![trail(true, true, plain("All", true, json!([{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}])))], Good, Bad, Bad),
        ("objects by a trail that is stopped", vec![trail(true, true, all()), trail(true, false, plain("All", true, every()))], Good, Bad, Bad),
        ("objects by a second trail", vec![trail(true, true, all()), trail(true, true, plain("All", false, every()))], Good, Good, Good),
        ("without keys' events, by the older selectors", vec![trail(true, true, json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [], "ExcludeManagementEventSources": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]}))], Good, Bad, Bad),
        ("reads and writes by two of the older selectors", vec![trail(true, true, json!({"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true, "DataResources": []}, {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true, "DataResources": []}]}))], Good, Bad, Bad),
        ("reads by one trail, writes by another", vec![trail(true, true, plain("ReadOnly", true, every())), trail(true, true, plain("WriteOnly", true, every()))], Bad, Good, Good),
        ("reads by one trail, writes by one that is stopped", vec![trail(true, true, plain("ReadOnly", true, every())), trail(true, false, plain("WriteOnly", true, every()))], Bad, Bad, Good),
        ("one source alone, by field", vec![trail(true, true, advanced(&[&[("eventCategory", "Equals", "Management"), ("eventSource", "Equals", "iam.amazonaws.com")]]))], Bad, Bad, Bad),
        ("one call alone, by field", vec![trail(true, true, advanced(&[&[("eventCategory", "Equals", "Management"), ("eventName", "Equals", "StopLogging")]]))], Bad, Bad, Bad),
        ("objects and functions", vec![trail(true, true, plain("All", true, json!([{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}, {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}])))], Good, Good, Good),
        ("objects of one bucket and of all", vec![trail(true, true, plain("All", true, json!([{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::one/", "arn:aws:s3"]}])))], Good, Good, Good),
        ("reads of objects by field", vec![trail(true, true, advanced(&[management, &[("eventCategory", "Equals", "Data"), ("resources.type", "Equals", "AWS::S3::Object"), ("readOnly", "Equals", "true")]]))], Good, Bad, Good),
        ("functions by field", vec![trail(true, true, advanced(&[management, &[("eventCategory", "Equals", "Data"), ("resources.type", "Equals", "AWS::Lambda::Function")]]))], Good, Bad, Bad),
        ("management by field", vec![trail(true, true, advanced(&[management]))], Good, Bad, Bad),
        ("reads by field", vec![trail(true, true, advanced(&[reads]))], Bad, Bad, Bad),
        ("reads and writes by two fields", vec![trail(true, true, advanced(&[reads, writes]))], Good, Bad, Bad),
        ("without keys' events", vec![trail(true, true, advanced(&[without_keys]))], Good, Bad, Bad),
        ("objects by field", vec![trail(true, true, advanced(&[of_objects]))], Bad, Good, Good),
        ("writes of objects by field", vec![trail(true, true, advanced(&[management, of_writes]))], Good, Good, Bad),
        ("objects of one bucket by field", vec![trail(true, true, advanced(&[management, of_one]))], Good, Bad, Bad),
        ("none", vec![], Bad, Bad, Bad),
    ];
    let mut expected = Expectations::default();
    for (case, trails, management, writes, reads) in cases {
        let account = json!({"id": HOME, "region": "aws-global", "facts": {"GetAccountSummary": {"SummaryMap": {}}}});
        expected.of("cloudtrail-no-multi-region-trail", case, account.clone(), &trails, management);
        expected.of("cloudtrail-object-writes-not-recorded", case, account.clone(), &trails, writes);
        expected.of("cloudtrail-object-reads-not-recorded", case, account, &trails, reads);
    }
}

#[test]
fn the_recorder() {
    let facts = |recorder: Value, recording: bool, last: &str, channels: Value| {
        json!({
            "DescribeConfigurationRecorders": {"ConfigurationRecorders": [recorder]},
            "DescribeConfigurationRecorderStatus": {"ConfigurationRecordersStatus": [{"recording": recording, "lastStatus": last}]},
            "DescribeDeliveryChannels": {"DeliveryChannels": channels},
        })
    };
    let all = || json!({"recordingGroup": {"allSupported": true, "includeGlobalResourceTypes": true}});
    let channel = || json!([{"name": "default", "s3BucketName": "b"}]);
    let strategy = |how: &str| json!({"recordingGroup": {"allSupported": how == "ALL_SUPPORTED_RESOURCE_TYPES", "recordingStrategy": {"useOnly": how}}});
    let mut expected = Expectations::default();
    for (case, facts, is) in [
        ("all", facts(all(), true, "SUCCESS", channel()), Good),
        ("all by a strategy", facts(strategy("ALL_SUPPORTED_RESOURCE_TYPES"), true, "SUCCESS", channel()), Good),
        ("just begun", facts(all(), true, "PENDING", channel()), Good),
        ("off", facts(all(), false, "SUCCESS", channel()), Bad),
        ("failing", facts(all(), true, "FAILURE", channel()), Bad),
        (
            "some types",
            facts(
                json!({"recordingGroup": {"allSupported": false, "resourceTypes": ["AWS::S3::Bucket"]}}),
                true,
                "SUCCESS",
                channel(),
            ),
            Bad,
        ),
        ("all but some types", facts(strategy("EXCLUSION_BY_RESOURCE_TYPES"), true, "SUCCESS", channel()), Bad),
        ("nowhere to deliver", facts(all(), true, "SUCCESS", json!([])), Bad),
    ] {
        expected.of("config-not-recording", case, facts, &[], is);
    }
}

#[test]
fn alarms() {
    const PATTERN: &str = "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || ($.eventName = StopLogging) }";
    let sends = |multi: bool, logging: bool, group: &str| {
        let mut trail = trail(multi, logging, plain("All", true, json!([])));
        trail.facts["DescribeTrails"]["CloudWatchLogsLogGroupArn"] =
            json!(format!("arn:aws:logs:eu-west-1:{HOME}:log-group:{group}:*"));
        trail
    };
    let filter = |group: &str, pattern: &str| {
        let facts = json!({"DescribeMetricFilters": {"logGroupName": group, "filterPattern": pattern, "metricTransformations": [{"metricName": "m", "metricNamespace": "n"}]}});
        resource("logs", "metric-filter", &json!({"id": "f", "facts": facts}))
    };
    let alarm = |metric: &str, namespace: &str, actions: Value, enabled: bool| {
        let facts = json!({"DescribeAlarms": {"MetricName": metric, "Namespace": namespace, "AlarmActions": actions, "ActionsEnabled": enabled}});
        resource("cloudwatch", "alarm", &json!({"id": "a", "name": "a", "facts": facts}))
    };
    let rings = || alarm("m", "n", json!(["arn:aws:sns:eu-west-1:111122223333:t"]), true);
    let ok = || sends(true, true, "trails");
    let tight = PATTERN.replace(' ', "");
    let quoted = PATTERN.replace("= ", "= \"").replace(')', "\")");
    let shuffled = "{ ($.eventName = StopLogging) || ($.eventName = StartLogging) || ($.eventName = DeleteTrail) || ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) }";
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Resource>, Is)> = vec![
        ("as it should be", vec![ok(), filter("trails", PATTERN), rings()], Good),
        ("without spaces", vec![ok(), filter("trails", &tight), rings()], Good),
        ("with quotes", vec![ok(), filter("trails", &quoted), rings()], Good),
        ("in another order", vec![ok(), filter("trails", shuffled), rings()], Good),
        ("the second filter", vec![ok(), filter("trails", "{ $.eventName = Other }"), filter("trails", PATTERN), rings()], Good),
        ("one call is missing", vec![ok(), filter("trails", &PATTERN.replace(" || ($.eventName = StopLogging)", "")), rings()], Bad),
        ("all of them at once, which no event is", vec![ok(), filter("trails", &PATTERN.replace("||", "&&")), rings()], Bad),
        ("only from one network", vec![ok(), filter("trails", &PATTERN.replace("{ ", "{ (").replace(" }", ") && ($.sourceIPAddress = 10.*) }")), rings()], Bad),
        ("all but one of them", vec![ok(), filter("trails", &PATTERN.replace("= StopLogging", "!= StopLogging").replace("||", "&&")), rings()], Bad),
        ("another log group", vec![ok(), filter("other", PATTERN), rings()], Bad),
        ("no alarm", vec![ok(), filter("trails", PATTERN)], Bad),
        ("an alarm on another metric", vec![ok(), filter("trails", PATTERN), alarm("x", "n", json!(["t"]), true)], Bad),
        ("an alarm on another namespace", vec![ok(), filter("trails", PATTERN), alarm("m", "x", json!(["t"]), true)], Bad),
        ("an alarm that does nothing", vec![ok(), filter("trails", PATTERN), alarm("m", "n", json!([]), true)], Bad),
        ("an alarm whose actions are off", vec![ok(), filter("trails", PATTERN), alarm("m", "n", json!(["t"]), false)], Bad),
        ("a trail that is stopped", vec![sends(true, false, "trails"), filter("trails", PATTERN), rings()], Bad),
        ("a trail of one region", vec![sends(false, true, "trails"), filter("trails", PATTERN), rings()], Bad),
        ("no trail", vec![filter("trails", PATTERN), rings()], Bad),
    ];
    let mut expected = Expectations::default();
    for (case, beside, is) in cases {
        let account = json!({"id": HOME, "region": "aws-global", "facts": {"GetAccountSummary": {"SummaryMap": {}}}});
        expected.of("cloudwatch-no-alarm-trail-changes", case, account, &beside, is);
    }
}

#[test]
fn backups() {
    const VOLUME: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";
    let selection = |of: Value| {
        resource(
            "backup",
            "backup-selection",
            &json!({"id": "s", "name": "nightly", "facts": {"GetBackupSelection": {"BackupSelection": of}}}),
        )
    };
    let backed = |arn: &str, when: &str| {
        resource(
            "backup",
            "protected-resource",
            &json!({"arn": arn, "id": format!("backup/{arn}"), "facts": {"ListProtectedResources": {"ResourceArn": arn, "LastBackupTime": when}}}),
        )
    };
    let tag = |key: &str, value: &str| json!([{"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value}]);
    let condition = |operator: &str, key: &str, value: &str| json!({"Resources": ["*"], "Conditions": {operator: [{"ConditionKey": format!("aws:ResourceTag/{key}"), "ConditionValue": value}]}});
    let mut elsewhere = selection(json!({"Resources": [VOLUME]}));
    elsewhere.region = "us-east-1".to_owned();
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Resource>, Is)> = vec![
        ("by its name", vec![selection(json!({"Resources": [VOLUME]}))], Good),
        ("by its type", vec![selection(json!({"Resources": ["arn:aws:ec2:*:*:volume/*"]}))], Good),
        ("everything", vec![selection(json!({"Resources": ["*"]}))], Good),
        ("by its tag", vec![selection(json!({"ListOfTags": tag("backup", "daily")}))], Good),
        ("by a condition on its tag", vec![selection(condition("StringEquals", "backup", "daily"))], Good),
        ("by a pattern of its tag", vec![selection(condition("StringLike", "backup", "d*"))], Good),
        ("not those of another tag", vec![selection(condition("StringNotEquals", "backup", "no"))], Good),
        ("by the second selection", vec![selection(json!({"Resources": ["arn:aws:rds:*:*:db:*"]})), selection(json!({"Resources": ["*"]}))], Good),
        ("backed up yesterday, by whatever", vec![backed(VOLUME, "2026-11-26T00:00:00Z")], Good),
        ("by one of two tags", vec![selection(json!({"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "keep", "ConditionValue": "yes"}, {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}]}))], Good),
        ("by two conditions that both hold", vec![selection(json!({"Resources": ["*"], "Conditions": {"StringLike": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "da*"}], "StringNotEquals": [{"ConditionKey": "aws:ResourceTag/stage", "ConditionValue": "test"}]}}))], Good),
        ("by the beginning of its name", vec![selection(json!({"Resources": ["arn:aws:ec2:eu-west-1:111122223333:volume/vol-*"]}))], Good),
        ("everything, another one left out", vec![selection(json!({"Resources": ["*"], "NotResources": ["arn:aws:ec2:eu-west-1:111122223333:volume/vol-2"]}))], Good),
        ("by two conditions, of which one fails", vec![selection(json!({"Resources": ["*"], "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}, {"ConditionKey": "aws:ResourceTag/stage", "ConditionValue": "live"}]}}))], Bad),
        ("by a tag in capitals", vec![selection(json!({"ListOfTags": tag("Backup", "daily")}))], Bad),
        ("by a pattern that its tag does not fit", vec![selection(condition("StringLike", "backup", "w*"))], Bad),
        ("everything but what its tag is like", vec![selection(condition("StringNotLike", "backup", "d*"))], Bad),
        ("volumes of another region", vec![selection(json!({"Resources": ["arn:aws:ec2:us-east-1:*:volume/*"]}))], Bad),
        ("by name under a condition that fails", vec![selection(json!({"Resources": [VOLUME], "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "weekly"}]}}))], Bad),
        ("another volume", vec![selection(json!({"Resources": ["arn:aws:ec2:eu-west-1:111122223333:volume/vol-2"]}))], Bad),
        ("another type", vec![selection(json!({"Resources": ["arn:aws:rds:*:*:db:*"]}))], Bad),
        ("another value of its tag", vec![selection(json!({"ListOfTags": tag("backup", "weekly")}))], Bad),
        ("another tag", vec![selection(json!({"ListOfTags": tag("keep", "daily")}))], Bad),
        ("a condition that it does not meet", vec![selection(condition("StringEquals", "backup", "weekly"))], Bad),
        ("everything but those of its tag", vec![selection(condition("StringNotEquals", "backup", "daily"))], Bad),
        ("left out by name", vec![selection(json!({"Resources": ["*"], "NotResources": [VOLUME]}))], Bad),
        ("left out by its type", vec![selection(json!({"Resources": ["*"], "NotResources": ["arn:aws:ec2:*:*:volume/*"]}))], Bad),
        ("a plan of another region", vec![elsewhere], Bad),
        ("backed up once, long ago", vec![backed(VOLUME, "2026-01-01T00:00:00Z")], Bad),
        ("another volume is backed up", vec![backed("arn:aws:ec2:eu-west-1:111122223333:volume/vol-2", "2026-11-26T00:00:00Z")], Bad),
        ("nothing", vec![], Bad),
    ];
    let mut expected = Expectations::default();
    for (case, beside, is) in cases {
        let volume = json!({"arn": VOLUME, "id": "vol-1", "tags": {"backup": "daily"}, "facts": {"DescribeVolumes": {"VolumeId": "vol-1"}}});
        expected.of("ec2-volume-not-backed-up", case, volume, &beside, is);
    }
    for (case, status, beside, is) in [
        ("automatic", "ENABLED", vec![], Good),
        ("about to be automatic", "ENABLING", vec![], Good),
        ("off", "DISABLED", vec![], Bad),
        ("going off", "DISABLING", vec![], Bad),
        ("off, and a plan selects all", "DISABLED", vec![selection(json!({"Resources": ["*"]}))], Good),
        (
            "off, and a plan selects disks",
            "DISABLED",
            vec![selection(json!({"Resources": ["arn:aws:ec2:*:*:volume/*"]}))],
            Bad,
        ),
    ] {
        let facts = json!({"arn": "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1", "facts": {"DescribeBackupPolicy": {"BackupPolicy": {"Status": status}}}});
        expected.of("efs-not-backed-up", case, facts, &beside, is);
    }
    for (days, is) in [(0, Bad), (1, Bad), (6, Bad), (7, Good), (35, Good)] {
        let case = format!("{days} days");
        expected.of(
            "rds-instance-backups-off",
            &case,
            json!({"DescribeDBInstances": {"BackupRetentionPeriod": days}}),
            &[],
            is,
        );
        expected.of(
            "docdb-cluster-backups-short",
            &case,
            json!({"DescribeDBClusters": {"BackupRetentionPeriod": days}}),
            &[],
            is,
        );
        expected.of(
            "neptune-cluster-backups-short",
            &case,
            json!({"DescribeDBClusters": {"BackupRetentionPeriod": days}}),
            &[],
            is,
        );
        expected.of(
            "redshift-cluster-snapshots-short",
            &case,
            json!({"DescribeClusters": {"AutomatedSnapshotRetentionPeriod": days}}),
            &[],
            is,
        );
    }
}
