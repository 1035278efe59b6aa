use super::*;

const PLAIN: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}"#;

#[test]
fn a_single_value_is_a_list_of_one() {
    let listed = r#"{"Statement":[{"Effect":"Allow","Action":["s3:Get*"],"Resource":["*"]}]}"#;
    assert_eq!(Policy::parse(PLAIN), Policy::parse(listed));
    assert_eq!(Policy::parse(PLAIN).unwrap().statements.len(), 1);
}

#[test]
fn url_encoded_is_as_plain() {
    let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action\
                   %22%3A%22s3%3AGet%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
    assert_eq!(Policy::parse(encoded), Policy::parse(PLAIN));
}

#[test]
fn a_percent_sign_in_a_plain_document_is_no_encoding() {
    let policy = Policy::parse(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a%2Ab"}}"#);
    assert_eq!(policy.unwrap().statements[0].resources, Patterns::Only(vec!["arn:aws:s3:::a%2Ab".to_owned()]));
}

#[test]
fn names_and_effects_are_read_without_case() {
    let odd = r#"{"statement":[{"effect":"ALLOW","action":"S3:Get*","resource":"*","sid":"x","Unknown":[1]}]}"#;
    assert_eq!(Policy::parse(odd), Policy::parse(PLAIN));
}

#[test]
fn an_empty_condition_is_none() {
    let conditional = |condition: &str| {
        let text =
            format!(r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}}}"#);
        Policy::parse(&text).unwrap().statements[0].is_conditional()
    };
    assert!(!conditional("{}"));
    assert!(!conditional("null"));
    assert!(conditional(r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#));
}

#[test]
fn what_is_no_policy_says_why() {
    for (text, want) in [
        ("", "not JSON at line 1, column 0: EOF while parsing a value"),
        ("{\"Statement\":", "not JSON at line 1, column 13: EOF while parsing a value"),
        ("%7B%22", "not JSON at line 1, column 2: EOF while parsing a string"),
        ("%FF", "not JSON at line 1, column 1: expected value"),
        ("[]", "a policy is a JSON object"),
        ("{}", "no `Statement`"),
        (r#"{"Statement":[1]}"#, "statement 1: is no object"),
        (r#"{"Statement":{}}"#, "statement 1: no `Effect`"),
        (r#"{"Statement":{"Effect":"Perhaps"}}"#, "statement 1: `Effect` is `Perhaps`"),
        (r#"{"Statement":{"Effect":"Allow"}}"#, "statement 1: neither `Action` nor `NotAction`"),
        (
            r#"{"Statement":{"Effect":"Allow","Action":[],"NotAction":[]}}"#,
            "statement 1: both `Action` and `NotAction`",
        ),
        (
            r#"{"Statement":{"Effect":"Allow","Action":[1],"Resource":"*"}}"#,
            "statement 1: `Action` holds something else than strings",
        ),
        (r#"{"Statement":{"Effect":"Allow","Action":"*"}}"#, "statement 1: neither `Resource` nor `NotResource`"),
        (
            r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":"x"}}"#,
            "statement 1: `Condition` is no object",
        ),
    ] {
        assert_eq!(Policy::parse(text).unwrap_err().to_string(), want, "{text}");
    }
}
