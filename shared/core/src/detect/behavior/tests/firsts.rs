//! First seen, and impossible travel.

use super::{Call, DAY, Globe, HOUR, START, Watch, call};

pub(super) const SHOWN: &[&str] = &[
    "principal-in-new-region",
    "account-in-new-region",
    "principal-on-new-network",
    "account-on-new-network",
    "principal-in-new-country",
    "account-in-new-country",
    "principal-on-new-provider",
    "account-on-new-provider",
    "principal-with-new-program",
    "account-with-new-program",
    "principal-with-new-service",
    "account-with-new-service",
    "principal-with-new-call",
    "account-with-new-call",
    "console-login-on-new-network",
    "console-login-in-new-country",
    "impossible-travel",
];

fn usual() -> Call {
    call(START, "ec2", "DescribeInstances")
}

/// What fires for the account the first time, and for a principal where another has done it before.
fn both(of_account: &str, of_principal: &str, unusual: &dyn Fn(Call) -> Call) {
    let mut watch = Watch::with_atlas(Globe);
    watch.learn();
    for hour in 0..240 {
        watch.see(&call(START - 10 * DAY + hour * HOUR, "ec2", "DescribeInstances").id(hour).user("joe"));
    }
    assert!(watch.see(&usual()).is_empty(), "what is usual is silent");
    let found = watch.see(&unusual(usual()).id("first"));
    assert!(found.contains(&of_account.to_owned()), "{of_account}: {found:?}");
    assert!(!found.contains(&of_principal.to_owned()), "one of the two is enough: {found:?}");
    assert!(watch.see(&unusual(usual()).id("again")).is_empty(), "it is found once");
    let found = watch.see(&unusual(usual()).id("joe").user("joe"));
    assert!(found.contains(&of_principal.to_owned()), "{of_principal}: {found:?}");
    assert!(!found.contains(&of_account.to_owned()), "{found:?}");
    assert!(watch.see(&unusual(usual()).id("joe again").user("joe")).is_empty());
}

#[test]
fn what_is_new_to_the_account_and_to_a_principal() {
    both("account-in-new-region", "principal-in-new-region", &|call| call.with("/awsRegion", "ap-south-1"));
    both("account-on-new-network", "principal-on-new-network", &|call| call.from("192.0.2.1"));
    both("account-in-new-country", "principal-in-new-country", &|call| call.from("198.51.100.1"));
    both("account-on-new-provider", "principal-on-new-provider", &|call| call.from("192.0.2.1"));
    both("account-with-new-program", "principal-with-new-program", &|call| call.with("/userAgent", "rclone/1.66"));
    both("account-with-new-service", "principal-with-new-service", &|call| {
        call.with("/eventSource", "bedrock.amazonaws.com")
    });
    both("account-with-new-call", "principal-with-new-call", &|call| call.with("/eventName", "DescribeSnapshots"));
}

#[test]
fn a_baseline_is_silent_while_it_learns() {
    let mut watch = Watch::default();
    assert!(watch.see(&usual()).is_empty());
    let other = |at_s: i64| call(at_s, "ec2", "DescribeInstances").with("/awsRegion", "ap-south-1");
    assert!(watch.see(&other(START + 6 * DAY)).is_empty());
    let third = call(START + 7 * DAY, "ec2", "DescribeInstances").with("/awsRegion", "sa-east-1");
    assert_eq!(watch.see(&third), ["account-in-new-region"]);
}

#[test]
fn a_new_principal_is_compared_with_the_account_alone() {
    let mut watch = Watch::learned();
    let alarms = watch.alarms(&usual().user("new").id("new"));
    assert!(alarms.is_empty(), "a new colleague who works as the others do: {alarms:?}");
    assert_eq!(watch.alarms(&usual().user("new").with("/awsRegion", "sa-east-1").id("x")), ["account-in-new-region"]);
}

#[test]
fn services_are_no_principals_and_neither_are_their_addresses() {
    let mut watch = Watch::learned();
    let by_service = usual().with("/userIdentity/invokedBy", "config.amazonaws.com").with("/awsRegion", "sa-east-1");
    assert!(watch.see(&by_service.id("a")).is_empty());
    let linked = usual()
        .session("x", "s", "ASIAX", START)
        .with("/userIdentity/sessionContext/sessionIssuer/arn", "arn:aws:iam::111122223333:role/aws-service-role/x/y");
    assert!(watch.see(&linked.with("/awsRegion", "sa-east-1").id("b")).is_empty());
    let own = usual().with("/userIdentity", serde_json::json!({"type": "AWSService", "invokedBy": "x.amazonaws.com"}));
    assert!(watch.see(&own.with("/awsRegion", "sa-east-1").id("c")).is_empty());
    assert!(watch.see(&usual().from("cloudformation.amazonaws.com").id("d")).is_empty());
    assert!(watch.see(&usual().from("10.0.0.1").id("e")).is_empty(), "a private address is no network");
}

#[test]
fn fields_that_are_missing_say_nothing_and_stop_nothing() {
    let mut watch = Watch::learned();
    for pointer in ["/awsRegion", "/sourceIPAddress", "/userAgent"] {
        let mut broken = usual().with(pointer, serde_json::Value::Null).id(pointer).api_call();
        assert!(broken.region().is_some() || pointer == "/awsRegion");
        let scope =
            crate::event::Scope { event_id: "e".to_owned(), account: "111122223333".to_owned(), region: String::new() };
        assert!(super::observe(&broken, &scope, &super::NoAtlas).is_some(), "{pointer}");
        broken = usual().with("/eventTime", "yesterday").api_call();
        assert!(super::observe(&broken, &scope, &super::NoAtlas).is_none(), "no time, no place in the order");
    }
    let nobody = usual().with("/userIdentity", serde_json::Value::Null);
    assert!(watch.see(&nobody).is_empty());
    // What is no text is no value.
    assert!(watch.see(&usual().with("/userAgent", 7).id("n")).is_empty());
}

fn login(at_s: i64, address: &str) -> Call {
    call(at_s, "signin", "ConsoleLogin")
        .from(address)
        .with("/responseElements", serde_json::json!({"ConsoleLogin": "Success"}))
}

#[test]
fn a_console_login_from_elsewhere() {
    let mut watch = Watch::with_atlas(Globe);
    for day in 0..10 {
        assert!(watch.see(&login(START + day * DAY, "203.0.113.10")).is_empty());
    }
    assert_eq!(watch.see(&login(START + 10 * DAY, "192.0.2.1")), ["console-login-on-new-network"]);
    let found = watch.see(&login(START + 20 * DAY, "198.51.100.1"));
    assert_eq!(found, ["console-login-on-new-network", "console-login-in-new-country"]);
    assert!(watch.see(&login(START + 21 * DAY, "198.51.100.2")).is_empty(), "both are known now");
}

#[test]
fn nobody_travels_faster_than_an_airliner() {
    let mut watch = Watch::with_atlas(Globe);
    let alarm = "impossible-travel".to_owned();
    assert!(watch.see(&login(START, "203.0.113.10")).is_empty());
    assert!(watch.see(&login(START + 60, "192.0.2.1")).is_empty(), "the next town");
    assert!(watch.see(&login(START + 2 * HOUR, "198.51.100.1")).contains(&alarm), "the other end of the world");
    assert!(watch.see(&login(START + 3 * HOUR, "203.0.113.10")).is_empty(), "once a day");
    let mut watch = Watch::with_atlas(Globe);
    watch.see(&login(START, "203.0.113.10"));
    assert!(watch.see(&login(START + 23 * HOUR, "198.51.100.1")).is_empty(), "a day's flight");
    let mut watch = Watch::default();
    watch.see(&login(START, "203.0.113.10"));
    assert!(watch.see(&login(START + 60, "198.51.100.1")).is_empty(), "without a database nothing is known of places");
}
