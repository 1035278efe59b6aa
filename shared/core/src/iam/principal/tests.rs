use serde_json::json;

use super::*;

fn principals(value: Value) -> Result<Option<Principals>, String> {
    Principals::read(&Map::from_iter([("Principal".to_owned(), value)]))
}

#[track_caller]
fn aws(text: &str) -> Principal {
    match principals(json!({ "AWS": text })).unwrap() {
        Some(Principals::Only(mut one)) if one.len() == 1 => one.remove(0),
        other => panic!("{other:?}"),
    }
}

fn arn(partition: &str, text: &str) -> Principal {
    Principal::Arn {
        partition: partition.to_owned(),
        account: "444455556666".to_owned(),
        arn: format!("arn:{partition}:{text}"),
    }
}

#[test]
fn everyone() {
    let everyone = Ok(Some(Principals::Only(vec![Principal::Everyone])));
    for value in [json!("*"), json!(["*"]), json!({ "AWS": "*" }), json!({ "aws": ["*"] }), json!({ "Federated": "*" })]
    {
        assert_eq!(principals(value.clone()), everyone, "{value}");
    }
    // AWS accepts no such wildcard, so it is met in documents that were never in force.
    assert_eq!(aws("arn:aws:iam::*:root"), Principal::Everyone);
}

#[test]
fn accounts_and_what_is_in_them() {
    let account = |partition: Option<&str>| Principal::Account {
        partition: partition.map(str::to_owned),
        account: "444455556666".to_owned(),
    };
    assert_eq!(aws("444455556666"), account(None));
    assert_eq!(aws("arn:aws-cn:iam::444455556666:root"), account(Some("aws-cn")));
    for (partition, text) in [
        ("aws", "iam::444455556666:user/team/eve"),
        ("aws", "iam::444455556666:role/aws-service-role/x.amazonaws.com/R"),
        ("aws-us-gov", "sts::444455556666:assumed-role/r/session"),
        ("aws", "sts::444455556666:federated-user/eve"),
    ] {
        assert_eq!(aws(&format!("arn:{partition}:{text}")), arn(partition, text), "{text}");
    }
}

#[test]
fn who_cannot_be_told() {
    for text in [
        "AIDAEXAMPLEEXAMPLE123",
        "AROAEXAMPLEEXAMPLE123",
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE",
        "4444555566667",
        "arn:aws:s3:::bucket",
        "arn:aws:iam",
        "",
    ] {
        assert_eq!(aws(text), Principal::Unknown(text.to_owned()), "{text}");
    }
    assert_eq!(
        principals(json!({ "CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" })),
        Ok(Some(Principals::Only(vec![Principal::Unknown(
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be".to_owned()
        )])))
    );
}

#[test]
fn several_kinds_stand_together() {
    let both = principals(json!({ "Service": ["SNS.amazonaws.com"], "Federated": "accounts.google.com" }));
    let want =
        [Principal::Federated("accounts.google.com".to_owned()), Principal::Service("sns.amazonaws.com".to_owned())];
    match both.unwrap() {
        Some(Principals::Only(mut principals)) => {
            principals.sort_by_key(|principal| matches!(principal, Principal::Service(_)));
            assert_eq!(principals, want);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_principal_says_why() {
    for (value, want) in [
        (json!({ "Moon": "*" }), "`Principal` holds `Moon`"),
        (json!({ "AWS": [1] }), "`AWS` holds something else than strings"),
        (json!({ "AWS": "*", "aws": "*" }), "`Principal` holds `aws` twice"),
        (json!(7), "`Principal` holds something else than strings"),
    ] {
        assert_eq!(principals(value).unwrap_err(), want);
    }
    let both = json!({ "Principal": "*", "NotPrincipal": "*" });
    assert_eq!(Principals::read(both.as_object().unwrap()).unwrap_err(), "both `Principal` and `NotPrincipal`");
}
