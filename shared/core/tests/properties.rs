//! Properties that must hold for whatever is thrown at the pure parts.

use std::sync::LazyLock;

use proptest::prelude::*;
use riposte_core::detect::{EventName, Facts, Index, LOG_DETECTORS, Outcome, detectors, run};
use riposte_core::event::{ApiCall, Delivery, Event};
use riposte_core::iam::Policy;
use riposte_core::net::cidr::{Reach, internet_ranges, network, same_network};
use riposte_core::ssh::{Limits, StreamWindows, parse_line};
use serde_json::{Map, Value, json};

/// JSON of any shape, with the names and values that the parsers look for among it.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        any::<String>(),
        Just("0.0.0.0/0".to_owned()),
        Just("::/1".to_owned()),
        Just("tcp".to_owned()),
        Just("-1".to_owned()),
        Just("sg-1".to_owned()),
        Just("*".to_owned()),
        Just(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#.to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2..70_000i64).prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let key = prop_oneof![
        any::<String>(),
        proptest::sample::select(vec![
            "requestParameters",
            "responseElements",
            "userIdentity",
            "securityGroupRuleSet",
            "items",
            "ipPermissions",
            "ipRanges",
            "ipv6Ranges",
            "cidrIp",
            "cidrIpv4",
            "cidrIpv6",
            "ipProtocol",
            "fromPort",
            "toPort",
            "groupId",
            "groupName",
            "userName",
            "policyName",
            "policyArn",
            "policyDocument",
            "accessKey",
            "accessKeyId",
            "type",
            "ModifySecurityGroupRulesRequest",
            "SecurityGroupRule",
            "SecurityGroupRuleId",
            "GroupId",
            "errorCode",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..8).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// The whole catalogue, ready to run.
fn everything() -> &'static Index {
    static ALL: LazyLock<Index> = LazyLock::new(|| Index::new(detectors().iter().copied()));
    &ALL
}

/// Some call that some detector reads.
fn any_read_call() -> impl Strategy<Value = EventName> {
    let names = detectors().iter().flat_map(|d| d.meta().events.names()).copied();
    proptest::sample::select(names.collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in any::<String>()) {
        prop_assert!(!Delivery::parse(&text).items.is_empty());
    }

    #[test]
    fn no_json_breaks_the_parser(value in any_json()) {
        prop_assert!(!Delivery::parse(&value.to_string()).items.is_empty());
        let pushed = json!({ "awslogs": { "data": value } }).to_string();
        prop_assert!(!Delivery::parse(&pushed).items.is_empty());
    }

    #[test]
    fn no_record_breaks_a_detector(
        event in any_read_call(), request in any_json(), response in any_json(), identity in any_json(),
    ) {
        let record = json!({ "eventName": event.name, "eventSource": event.source, "eventID": "e-1",
            "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "requestParameters": request,
            "responseElements": response, "userIdentity": identity });
        let Ok(Event::Call(call)) = Event::from_value(record) else { return Err(TestCaseError::fail("no call")) };
        let Ok(scope) = call.scope() else { return Err(TestCaseError::fail("no scope")) };
        for detector in everything().reading(&(&*call).into()) {
            detector.questions(&call);
        }
        let report = run(everything(), &call, &scope, &Facts::default());
        prop_assert!(report.findings.iter().all(|finding| finding.scope == scope && !finding.why.is_empty()));
    }

    #[test]
    fn a_failed_call_is_no_successful_one(
        event in any_read_call(), request in any_json(), response in any_json(), code in any_json(),
    ) {
        prop_assume!(!code.is_null());
        let Value::Object(record) = json!({ "eventName": event.name, "eventSource": event.source, "eventID": "e-1",
            "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "requestParameters": request,
            "responseElements": response, "errorCode": code }) else { return Err(TestCaseError::fail("no object")) };
        let call = ApiCall::new(record, None, None);
        let reading = everything().reading(&(&call).into());
        prop_assert!(reading.iter().all(|detector| detector.meta().outcome != Outcome::Success));
    }

    #[test]
    fn no_text_breaks_the_cidr_reader(text in "[0-9a-fA-F.:/%+ -]{0,44}", other in any::<String>()) {
        for cidr in [&text, &other] {
            prop_assert_eq!(Reach::of(cidr).is_ok(), network(cidr).is_ok());
            prop_assert!(same_network(cidr, cidr));
        }
        prop_assert!(internet_ranges(&[&text, &other]).len() <= 2);
    }

    #[test]
    fn host_bits_do_not_matter(address in any::<u32>(), prefix in 0u8..=32, noise in any::<u32>()) {
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
        let of = |bits: u32| format!("{}/{prefix}", std::net::Ipv4Addr::from(bits));
        let (plain, noisy) = (of(address & mask), of((address & mask) | (noise & !mask)));
        prop_assert_eq!(Reach::of(&plain), Reach::of(&noisy));
        prop_assert!(same_network(&plain, &noisy));
    }

    #[test]
    fn the_internet_in_pieces_is_the_internet(extra_bits in 1u32..=6) {
        let pieces: Vec<_> = (0..1u32 << extra_bits)
            .map(|n| format!("{}/{extra_bits}", std::net::Ipv4Addr::from(n << (32 - extra_bits))))
            .collect();
        let borrowed: Vec<_> = pieces.iter().map(String::as_str).collect();
        let reserved = pieces.iter().filter(|piece| Reach::of(piece) == Ok(Reach::Reserved)).count();
        prop_assert_eq!(internet_ranges(&borrowed).len() + reserved, pieces.len());
    }
}

const PARTS: [&str; 11] = [
    "*",
    "iam:*",
    "s3:*",
    "iam:Attach*",
    "iam:Put*",
    "iam:*PolicyVersion",
    "iam:AttachUserPolicy",
    "ec2:Describe*",
    "iam:?ttach*",
    "IAM:PUT*",
    "",
];
const RESOURCES: [&str; 6] = [
    "*",
    "arn:aws:iam::111122223333:*",
    "arn:aws:iam::*:user/*",
    "arn:aws:s3:::*",
    "arn:aws:iam::111122223333:role/app",
    "",
];

fn statement() -> impl Strategy<Value = Value> {
    let some = |from: &'static [&'static str]| proptest::collection::vec(proptest::sample::select(from), 1..4);
    (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), some(&PARTS), some(&RESOURCES)).prop_map(
        |(allow, not_action, not_resource, condition, actions, resources)| {
            let mut statement = Map::new();
            statement.insert("Effect".to_owned(), json!(if allow { "Allow" } else { "Deny" }));
            statement.insert(if not_action { "NotAction" } else { "Action" }.to_owned(), json!(actions));
            statement.insert(if not_resource { "NotResource" } else { "Resource" }.to_owned(), json!(resources));
            if condition {
                statement.insert("Condition".to_owned(), json!({ "Bool": { "aws:SecureTransport": "true" } }));
            }
            Value::Object(statement)
        },
    )
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(statement(), 1..6)
}

/// Whether the statements make an administrator, and whether only under a condition.
fn admin(document: &str) -> Option<bool> {
    let policy = Policy::parse(document).ok()?;
    policy.grants_admin("aws", "111122223333").map(|grant| grant.conditional)
}

fn document(statements: &[Value]) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

proptest! {
    #[test]
    fn no_text_breaks_the_policy_reader(text in any::<String>(), value in any_json()) {
        let _ = admin(&text);
        let _ = admin(&json!({ "Statement": value }).to_string());
    }

    #[test]
    fn a_deny_never_makes_an_administrator(mut list in statements(), mut deny in statement()) {
        let before = admin(&document(&list));
        deny["Effect"] = json!("Deny");
        list.push(deny);
        let after = admin(&document(&list));
        prop_assert!(after.is_none() || before.is_some());
        prop_assert!(after != Some(false) || before == Some(false), "a deny made the grant surer");
    }

    #[test]
    fn an_allow_never_unmakes_an_administrator(mut list in statements(), mut allow in statement()) {
        let before = admin(&document(&list));
        allow["Effect"] = json!("Allow");
        list.push(allow);
        prop_assert!(before.is_none() || admin(&document(&list)).is_some());
    }

    #[test]
    fn the_order_of_statements_does_not_matter(list in statements(), seed in any::<u64>()) {
        let mut shuffled = list.clone();
        let places = shuffled.len();
        shuffled.rotate_left(usize::try_from(seed).unwrap_or(0) % places);
        if seed % 2 == 0 {
            shuffled.reverse();
        }
        prop_assert_eq!(admin(&document(&list)), admin(&document(&shuffled)));
    }

    #[test]
    fn a_single_value_is_a_list_of_one(mut one in statement()) {
        for key in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Some(Value::Array(list)) = one.get_mut(key) {
                list.truncate(1);
            }
        }
        let mut single = one.clone();
        for key in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Some(value) = single.get_mut(key) {
                *value = value[0].take();
            }
        }
        let lone = json!({ "Statement": single }).to_string();
        prop_assert_eq!(Policy::parse(&document(&[one])), Policy::parse(&lone));
    }

    #[test]
    fn url_encoded_is_as_plain(list in statements()) {
        let plain = document(&list);
        let encoded: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
        prop_assert_eq!(Policy::parse(&plain), Policy::parse(&encoded));
    }
}

proptest! {
    #[test]
    fn no_line_breaks_the_ssh_reader(text in any::<String>(), name in any::<String>()) {
        let _ = parse_line(&text);
        let _ = parse_line(&format!("sshd[1]: {text}"));
        let _ = parse_line(&format!("sshd[1]: Failed password for {text} from {name} ssh2"));
    }

    #[test]
    fn no_user_name_changes_the_address(
        name in prop_oneof!["[ -~]{0,80}", "( from 198.51.100.7 port 22( ssh2(: RSA SHA256:eA)?)?|[a-z ]{0,4}){0,5}"],
        key in prop_oneof![Just(String::new()), Just(": ED25519 SHA256:c2Vj".to_owned())],
    ) {
        let of = |message: String| parse_line(&format!("sshd[1]: {message}")).map(|event| event.address.to_string());
        let real = Some("203.0.113.9".to_owned());
        prop_assert_eq!(of(format!("Failed password for invalid user {name} from 203.0.113.9 port 1 ssh2")), real.clone());
        prop_assert_eq!(of(format!("Failed publickey for {name} from 203.0.113.9 port 1 ssh2{key}")), real.clone());
        prop_assert_eq!(of(format!("Invalid user {name} from 203.0.113.9 port 1")), real.clone());
        prop_assert_eq!(of(format!("Connection closed by invalid user {name} 203.0.113.9 port 1 [preauth]")), real);
    }

    #[test]
    fn the_windows_stay_the_same_when_they_are_written_down(
        lines in proptest::collection::vec((0i64..2_000_000, 0u8..4, 0u32..6, 0u8..4), 1..60),
    ) {
        let limits = Limits::default();
        let (mut whole, mut kept) = (StreamWindows::default(), StreamWindows::default());
        for (at_ms, host, pid, kind) in lines {
            let line = match kind {
                0 => format!("sshd[{pid}]: Accepted password for x from 203.0.113.{host} port 1 ssh2"),
                1 => format!("sshd[{pid}]: Invalid user x from 203.0.113.{host} port 1"),
                _ => format!("sshd[{pid}]: Failed password for x from 203.0.113.{host} port 1 ssh2"),
            };
            let text = serde_json::to_string(&kept).map_err(|e| TestCaseError::fail(e.to_string()))?;
            kept = serde_json::from_str(&text).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let told = |windows: &mut StreamWindows| -> Vec<_> {
                let found = windows.observe(at_ms, &line, &limits, LOG_DETECTORS);
                found.into_iter().map(|f| (f.meta.id, f.address, f.claim)).collect()
            };
            prop_assert_eq!(told(&mut whole), told(&mut kept));
            prop_assert_eq!(&whole, &kept);
        }
    }
}
