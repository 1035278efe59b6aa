//! Bursts.

use serde_json::json;

use super::{Call, DAY, HOUR, START, Watch, call};
use crate::detect::behavior::Burst;

pub(super) const SHOWN: &[&str] = &[
    "principal-denied-in-burst",
    "console-logins-of-user-failed",
    "console-logins-from-address-failed",
    "console-password-sprayed",
    "principal-reads-many-secrets",
    "principal-takes-many-roles",
    "principal-deletes-in-burst",
    "bucket-read-in-burst",
    "principal-launches-many-instances",
    "principal-invokes-models-in-burst",
];

/// The number-th thing of a kind.
fn one(burst: Burst, number: u32) -> Call {
    let at_s = START + i64::from(number);
    let failed = |user: String, address: String| {
        call(at_s, "signin", "ConsoleLogin")
            .user(&user)
            .from(&address)
            .with("/errorMessage", "Failed authentication")
            .with("/responseElements", json!({"ConsoleLogin": "Failure"}))
    };
    let made = match burst {
        Burst::Denied => call(at_s, "iam", "ListUsers").denied(),
        Burst::LoginsOfUser => failed("joe".to_owned(), format!("198.51.{number}.1")),
        Burst::LoginsFromAddress => failed("HIDDEN_DUE_TO_SECURITY_REASONS".to_owned(), "198.51.100.1".to_owned()),
        Burst::LoginsSprayed => failed(format!("user{number}"), "198.51.100.1".to_owned()),
        Burst::Secrets => call(at_s, "secretsmanager", "GetSecretValue")
            .with("/requestParameters/secretId", format!("secret-{number}")),
        Burst::Roles => call(at_s, "sts", "AssumeRole")
            .with("/requestParameters/roleArn", format!("arn:aws:iam::111122223333:role/r{number}")),
        Burst::Deletes => call(at_s, "dynamodb", "DeleteTable"),
        Burst::Objects => call(at_s, "s3", "GetObject")
            .with("/requestParameters/bucketName", "data")
            .with("/requestParameters/key", format!("object-{number}")),
        Burst::Instances => call(at_s, "ec2", "RunInstances")
            .with("/responseElements", json!({"instancesSet": {"items": [{"instanceId": format!("i-{number}")}]}})),
        Burst::Models => call(at_s, "bedrock", "InvokeModel"),
    };
    made.id(format!("{burst:?}-{number}"))
}

#[test]
fn a_burst_is_found_at_its_floor_and_once() {
    for burst in Burst::ALL {
        let mut watch = Watch::learned();
        let found: Vec<_> = (0..3 * burst.floor())
            .filter(|number| watch.see(&one(burst, *number)).contains(&burst.detector().to_owned()))
            .collect();
        assert_eq!(found, [burst.floor() - 1], "{burst:?}");
    }
}

#[test]
fn the_same_thing_again_is_none() {
    for burst in Burst::ALL {
        let mut watch = Watch::learned();
        for _ in 0..3 * burst.floor() {
            let found = watch.see(&one(burst, 0));
            assert!(!found.contains(&burst.detector().to_owned()), "{burst:?}: a repeated delivery counts once");
        }
    }
}

#[test]
fn what_a_principal_always_does_is_none() {
    for burst in [Burst::Secrets, Burst::Roles] {
        let mut watch = Watch::learned();
        let usual = burst.floor() * 2;
        let hour = |hour: i64, count: u32, watch: &mut Watch| {
            (0..count)
                .filter(|number| {
                    let time = jiff::Timestamp::from_second(START + hour * HOUR + i64::from(*number % 3600)).unwrap();
                    let one = one(burst, *number).id(format!("{hour}-{number}")).with("/eventTime", time.to_string());
                    watch.see(&one).contains(&burst.detector().to_owned())
                })
                .count()
        };
        // The first hours are found: nothing is known of such work yet.
        let first: usize = (0..6).map(|at| hour(at, usual, &mut watch)).sum();
        assert!(first <= 2, "{burst:?}: {first}");
        let later: usize = (7..72).map(|at| hour(at, usual, &mut watch)).sum();
        assert_eq!(later, 0, "{burst:?}");
        assert_eq!(hour(72, usual + usual / 4, &mut watch), 0, "{burst:?}: a little more");
        assert_eq!(hour(73, usual * 8, &mut watch), 1, "{burst:?}: much more");
    }
}

#[test]
fn a_burst_within_the_learning_time_is_none() {
    let mut watch = Watch::default();
    watch.see(&call(START - 6 * DAY, "ec2", "DescribeInstances"));
    for number in 0..100 {
        assert!(watch.see(&one(Burst::Secrets, number)).is_empty());
    }
}

#[test]
fn what_failed_read_nothing() {
    let mut watch = Watch::learned();
    for number in 0..15 {
        let refused = one(Burst::Secrets, number).with("/errorCode", "ResourceNotFoundException");
        assert!(!watch.see(&refused).contains(&"principal-reads-many-secrets".to_owned()));
    }
}

#[test]
fn a_full_counter_stays_as_it_is() {
    let mut watch = Watch::learned();
    for number in 0..2_500 {
        watch.see(
            &one(Burst::Objects, number).with("/eventTime", jiff::Timestamp::from_second(START).unwrap().to_string()),
        );
    }
    let largest = watch.history.records().values().map(|past| past.len()).max();
    assert_eq!(largest, Some(2_000));
}
