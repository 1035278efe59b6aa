//! `detach-instance-profile`.

use riposte_core::action::DetachInstanceProfile as Request;
use serde_json::{Value, json};

use crate::actions::DetachInstanceProfile;
use crate::actions::conformance::Case;
use crate::testing::refuse;

pub(super) const CASE: Case = Case {
    name: "detach-instance-profile",
    action: || Box::new(DetachInstanceProfile),
    response: || Request { instance_id: "i-1".to_owned() }.into(),
    state: |_, _| json!({ "it": "arn:aws:iam::111122223333:instance-profile/app", "other": true }),
    calls: &[
        ("ec2:DescribeIamInstanceProfileAssociations", |state, _| {
            if state["it"].is_null() {
                return Ok(json!({ "IamInstanceProfileAssociations": [] }));
            }
            let profile = json!({ "Arn": state["it"] });
            let association = json!({ "AssociationId": "a-1", "State": "associated", "IamInstanceProfile": profile });
            Ok(json!({ "IamInstanceProfileAssociations": [association] }))
        }),
        ("ec2:DescribeTags", |_, _| Ok(json!({ "Tags": [] }))),
        ("ec2:DisassociateIamInstanceProfile", |state, _| {
            if state["it"].is_null() {
                return refuse("InvalidAssociationID.NotFound");
            }
            state["it"] = Value::Null;
            Ok(json!({}))
        }),
        ("ec2:AssociateIamInstanceProfile", |state, given| {
            if !state["it"].is_null() {
                return refuse("IncorrectState");
            }
            state["it"] = given["IamInstanceProfile"]["Arn"].clone();
            Ok(json!({}))
        }),
    ],
    contain: |state, _| state["it"] = Value::Null,
    meddle: None,
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};
