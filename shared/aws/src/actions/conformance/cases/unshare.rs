//! `unshare`, of each kind.

use riposte_core::action::{Copied, Unshare as Request};
use serde_json::{Value, json};

use super::it;
use crate::actions::Unshare;
use crate::actions::conformance::Case;
use crate::testing::Refused;

/// The list is kept by name; a trusted account is on it from the start.
const TRUSTED: &str = "555566667777";

fn laid(with: &[String]) -> Value {
    let mut list: Vec<&str> = vec![TRUSTED];
    list.extend(with.iter().map(String::as_str));
    json!({ "it": list, "other": true })
}

fn members(state: &Value, code: &'static str) -> Result<Vec<String>, Refused> {
    it(state, code).map(|list| serde_json::from_value(list).unwrap())
}

/// EC2's way of telling it.
fn permissions(names: &[String]) -> Value {
    let member = |name: &String| match name.as_str() {
        "all" => json!({ "Group": "all" }),
        arn if arn.contains(":organization/") => json!({ "OrganizationArn": arn }),
        arn if arn.contains(":ou/") => json!({ "OrganizationalUnitArn": arn }),
        account => json!({ "UserId": account }),
    };
    names.iter().map(member).collect()
}

/// RDS's way of telling it.
fn attributes(name: &str, names: &[String]) -> Value {
    let list = json!([{ "AttributeName": "restore", "AttributeValues": names }]);
    json!({ format!("{name}AttributesResult"): { format!("{name}Attributes"): list } })
}

fn change(state: &mut Value, given: &Value, add: &[&str], remove: &[&str]) {
    let mut list: Vec<String> = serde_json::from_value(state["it"].clone()).unwrap();
    let named = |names: &[&str]| -> Vec<String> {
        let lists = names.iter().filter_map(|name| given[*name].as_array()).flatten();
        lists.map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let gone = named(remove);
    list.retain(|name| !gone.contains(name));
    list.extend(named(add));
    state["it"] = json!(list);
}

fn ec2(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    let names = ["GroupNames", "UserGroups", "UserIds", "OrganizationArns", "OrganizationalUnitArns"];
    let (none, all): (&[&str], &[&str]) = (&[], &names);
    let adds = given["OperationType"] == json!("add");
    if adds {
        change(state, given, all, none);
    } else {
        change(state, given, none, all);
    }
    Ok(json!({}))
}

fn rds(state: &mut Value, given: &Value) -> Result<Value, Refused> {
    change(state, given, &["ValuesToAdd"], &["ValuesToRemove"]);
    Ok(json!({}))
}

pub(super) const SNAPSHOT: Case = Case {
    name: "unshare a snapshot",
    action: || Box::new(Unshare),
    response: || request(Copied::Snapshot, "snap-1").into(),
    state: |response, _| laid(&response.read::<Request>().unwrap().with),
    calls: &[
        ("ec2:DescribeSnapshotAttribute", |state, _| {
            members(state, "InvalidSnapshot.NotFound").map(|l| json!({ "CreateVolumePermissions": permissions(&l) }))
        }),
        ("ec2:DescribeImageAttribute", |state, _| {
            members(state, "InvalidAMIID.NotFound").map(|l| json!({ "LaunchPermissions": permissions(&l) }))
        }),
        ("rds:DescribeDBSnapshotAttributes", |state, _| {
            members(state, "DBSnapshotNotFound").map(|l| attributes("DBSnapshot", &l))
        }),
        ("rds:DescribeDBClusterSnapshotAttributes", |state, _| {
            members(state, "DBClusterSnapshotNotFoundFault").map(|l| attributes("DBClusterSnapshot", &l))
        }),
        ("ssm:DescribeDocumentPermission", |state, _| {
            members(state, "InvalidDocument").map(|accounts| json!({ "AccountIds": accounts }))
        }),
        ("ssm:ListTagsForResource", |_, _| Ok(json!({ "TagList": [] }))),
        ("ssm:ModifyDocumentPermission", |state, given| {
            change(state, given, &["AccountIdsToAdd"], &["AccountIdsToRemove"]);
            Ok(json!({}))
        }),
        ("ec2:DescribeTags", |_, _| Ok(json!({ "Tags": [] }))),
        ("rds:ListTagsForResource", |_, _| Ok(json!({ "TagList": [] }))),
        ("ec2:ModifySnapshotAttribute", ec2),
        ("ec2:ModifyImageAttribute", ec2),
        ("rds:ModifyDBSnapshotAttribute", rds),
        ("rds:ModifyDBClusterSnapshotAttribute", rds),
    ],
    contain: |state, _| state["it"] = json!([TRUSTED]),
    meddle: Some(|state| {
        let list = state["it"].as_array_mut().unwrap();
        list.retain(|name| name != TRUSTED);
    }),
    remove: |state| state["it"] = Value::Null,
    scar: |_| {},
};

pub(super) const IMAGE: Case = Case {
    name: "unshare an image",
    response: || {
        let organization = "arn:aws:organizations::111122223333:organization/o-1".to_owned();
        Request { with: vec!["all".to_owned(), organization], ..request(Copied::Image, "ami-1") }.into()
    },
    ..SNAPSHOT
};

pub(super) const DATABASE: Case =
    Case { name: "unshare a database snapshot", response: || request(Copied::DbSnapshot, "shop").into(), ..SNAPSHOT };

pub(super) const CLUSTER: Case = Case {
    name: "unshare a cluster snapshot",
    response: || request(Copied::DbClusterSnapshot, "shop").into(),
    ..SNAPSHOT
};

pub(super) const DOCUMENT: Case =
    Case { name: "unshare a document", response: || request(Copied::Document, "restart").into(), ..SNAPSHOT };

fn request(copy: Copied, id: &str) -> Request {
    Request { copy, id: id.to_owned(), with: vec!["all".to_owned(), "444455556666".to_owned()] }
}
