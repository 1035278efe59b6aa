use serde_json::json;

use super::*;

#[track_caller]
fn one(block: &Value) -> Condition {
    let mut conditions = Condition::read_block(block).unwrap();
    assert_eq!(conditions.len(), 1);
    conditions.remove(0)
}

#[test]
fn operators_are_taken_apart() {
    for (name, quantifier, test, if_exists) in [
        ("StringEquals", None, Test::Is, false),
        ("stringlike", None, Test::Is, false),
        ("ArnLike", None, Test::Is, false),
        ("ArnEqualsIfExists", None, Test::Is, true),
        ("StringEqualsIgnoreCase", None, Test::Is, false),
        ("StringNotEqualsIfExists", None, Test::IsNot, true),
        ("ArnNotLike", None, Test::IsNot, false),
        ("IpAddress", None, Test::InRange, false),
        ("NotIpAddress", None, Test::NotInRange, false),
        ("BoolIfExists", None, Test::Bool, true),
        ("Null", None, Test::Null, false),
        ("ForAnyValue:StringLike", Some(Quantifier::Any), Test::Is, false),
        ("ForAllValues:StringNotLikeIfExists", Some(Quantifier::All), Test::IsNot, true),
        ("NumericLessThan", None, Test::Other("numericlessthan".to_owned()), false),
        ("ForSomeValues:StringLike", None, Test::Other("forsomevalues:stringlike".to_owned()), false),
    ] {
        let condition = one(&json!({ name: { "aws:SourceIp": "x" } }));
        assert_eq!(condition.operator, Operator { quantifier, test, if_exists }, "{name}");
    }
}

#[test]
fn all_of_no_values_is_ruled_out_by_null() {
    let quantifier = |says: Value| {
        let key = "aws:PrincipalOrgPaths";
        let block = json!({ "ForAllValues:StringLike": { key: "o-a/*" }, "Null": { "aws:principalorgpaths": says } });
        let all = Condition::read_block(&block).unwrap();
        all.iter().find(|condition| condition.operator.test == Test::Is).unwrap().operator.quantifier
    };
    assert_eq!(quantifier(json!("false")), None);
    assert_eq!(quantifier(json!(false)), None);
    for open in [json!("true"), json!([]), json!(["false", "true"])] {
        assert_eq!(quantifier(open.clone()), Some(Quantifier::All), "{open}");
    }
}

#[test]
fn values_are_lists_of_text() {
    let values = |value: Value| one(&json!({ "StringEquals": { "AWS:SourceAccount": value } }));
    assert_eq!(values(json!("111122223333")), values(json!(["111122223333"])));
    // A number of twelve digits is no text, and IAM takes it for one.
    assert_eq!(values(json!(111_122_223_333_u64)), values(json!("111122223333")));
    assert_eq!(values(json!(true)).values, ["true"]);
    assert_eq!(values(json!([])).values, [""; 0]);
    assert_eq!(values(json!("1")).key, "aws:sourceaccount");
}

#[test]
fn every_pair_of_operator_and_key_is_one() {
    let block = json!({ "Bool": { "a": "true", "b": "true" }, "StringEquals": { "a": ["1", "2"] } });
    assert_eq!(Condition::read_block(&block).unwrap().len(), 3);
    assert_eq!(Condition::read_block(&json!({ "Bool": {} })), Ok(Vec::new()));
}

#[test]
fn what_is_no_condition_says_why() {
    for (block, want) in [
        (json!("x"), "`Condition` is no object"),
        (json!({ "Bool": "true" }), "`Bool` is no object"),
        (json!({ "Bool": { "a": {} } }), "`Bool` compares `a` with something else than text"),
        (json!({ "Bool": { "a": [["true"]] } }), "`Bool` compares `a` with something else than text"),
        (json!({ "Bool": { "aws:X": "true", "AWS:x": "false" } }), "`Bool` tests `aws:X` twice"),
    ] {
        assert_eq!(Condition::read_block(&block).unwrap_err(), want, "{block}");
    }
}
