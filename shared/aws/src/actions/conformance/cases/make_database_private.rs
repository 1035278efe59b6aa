//! `make-database-private`.

use riposte_core::action::MakeDatabasePrivate as Request;
use serde_json::{Value, json};

use super::it;
use crate::actions::MakeDatabasePrivate;
use crate::actions::conformance::Case;

pub(super) const CASE: Case = Case {
    name: "make-database-private",
    action: || Box::new(MakeDatabasePrivate),
    response: || Request { instance: "shop".to_owned() }.into(),
    state: |_, _| json!({ "it": { "PubliclyAccessible": true, "MultiAZ": false }, "other": true }),
    calls: &[
        ("rds:DescribeDBInstances", |state, _| {
            it(state, "DBInstanceNotFound").map(|it| json!({ "DBInstances": [it] }))
        }),
        ("rds:ListTagsForResource", |_, _| Ok(json!({}))),
        ("rds:ModifyDBInstance", |state, given| {
            state["it"]["PubliclyAccessible"] = given["PubliclyAccessible"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, _| {
        state["it"]["PubliclyAccessible"] = json!(false);
    },
    meddle: Some(|state| state["it"]["MultiAZ"] = json!(true)),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
