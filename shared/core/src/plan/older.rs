//! Plans as they stand in ledgers, those of earlier releases included.
//!
//! In earlier releases a change was one of nine kinds with fields of their own, a plan had at most one, and
//! what it does to the resource stood beside it. Such plans are read as what they would be today, so that their
//! incidents are listed, shown and undone like any other.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Change, Delta, Inverse, Plan, Snapshot};
use crate::action::{ActionId, ActionName, Response};
use crate::finding::IamPrincipal;
use crate::net::{IngressRule, rule_name};

/// A plan as it is written, now or then.
#[derive(Debug, Deserialize)]
pub(super) struct Form {
    action: ActionName,
    response: Response,
    #[serde(default)]
    kind: String,
    resource_arn: String,
    tags: BTreeMap<String, String>,
    #[serde(default)]
    identity: Option<String>,
    #[serde(default)]
    disruptive: bool,
    #[serde(default = "yes")]
    reversible: bool,
    before: Snapshot,
    /// Only an earlier release's plan has it.
    #[serde(default)]
    delta: Option<Delta>,
    changes: Vec<Value>,
    undo: Vec<Value>,
    note: Option<String>,
}

fn yes() -> bool {
    true
}

/// A change of an earlier release.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
enum Older {
    RevokeIngress { group_id: String, rule_ids: Vec<String> },
    AuthorizeIngress { group_id: String, rules: Vec<IngressRule> },
    DetachPolicy { principal: IamPrincipal, policy_arn: String },
    AttachPolicy { principal: IamPrincipal, policy_arn: String },
    DeletePolicy { principal: IamPrincipal, policy_name: String },
    PutPolicy { principal: IamPrincipal, policy_name: String, document: String },
    SetKeyStatus { user_name: String, access_key_id: String, status: String },
    CreateDenyEntry { acl_id: String, rule_number: i32, cidr: String },
    DeleteDenyEntry { acl_id: String, rule_number: i32 },
}

impl TryFrom<Form> for Plan {
    type Error = serde_json::Error;

    fn try_from(form: Form) -> Result<Self, serde_json::Error> {
        let Form { action, response, mut kind, resource_arn, tags, disruptive, reversible, mut before, .. } = form;
        if kind.is_empty() {
            kind = response.resource().map(|resource| resource.kind.to_owned()).unwrap_or_default();
        }
        let (changes, undo) = match form.delta {
            None => (each(form.changes)?, each(form.undo)?),
            Some(mut delta) => {
                if action == ActionName::Known(ActionId::RevokeIngress) {
                    name_rules(&mut before, &mut delta);
                }
                let inverse = before.inverse(&delta);
                let changes = older(form.changes, &delta)?;
                let undo = older(form.undo, &inverse)?;
                (changes, undo.into_iter().map(|change| Inverse { of: 0, change }).collect())
            }
        };
        let (identity, note) = (form.identity, form.note);
        Ok(Self {
            action,
            response,
            kind,
            resource_arn,
            tags,
            identity,
            disruptive,
            reversible,
            before,
            changes,
            undo,
            note,
        })
    }
}

fn each<T: serde::de::DeserializeOwned>(values: Vec<Value>) -> Result<Vec<T>, serde_json::Error> {
    values.into_iter().map(serde_json::from_value).collect()
}

fn older(values: Vec<Value>, delta: &Delta) -> Result<Vec<Change>, serde_json::Error> {
    let read: Vec<Older> = each(values)?;
    Ok(read.into_iter().flat_map(|change| change.today(delta)).collect())
}

/// Rules had their ids for names, which an undo does not restore.
fn name_rules(before: &mut Snapshot, delta: &mut Delta) {
    let mut named = BTreeMap::new();
    for (id, part) in std::mem::take(&mut before.0) {
        let name = rule_name(&part);
        if let Some(gone) = delta.remove(&id) {
            delta.insert(name.clone(), gone);
        }
        named.insert(name, part);
    }
    before.0 = named;
}

impl Older {
    fn today(self, delta: &Delta) -> Vec<Change> {
        let one = |call: String, parameters: Value| vec![Change { call, parameters, delta: delta.clone() }];
        match self {
            Self::RevokeIngress { group_id, rule_ids } => one(
                "ec2:RevokeSecurityGroupIngress".to_owned(),
                json!({ "GroupId": group_id, "SecurityGroupRuleIds": rule_ids }),
            ),
            Self::AuthorizeIngress { group_id, rules } => {
                rules.iter().map(|rule| authorize(&group_id, rule, delta)).collect()
            }
            Self::DetachPolicy { principal, policy_arn } => {
                of_policy("Detach", &principal, "PolicyArn", &policy_arn, one)
            }
            Self::AttachPolicy { principal, policy_arn } => {
                of_policy("Attach", &principal, "PolicyArn", &policy_arn, one)
            }
            Self::DeletePolicy { principal, policy_name } => {
                of_policy("Delete", &principal, "PolicyName", &policy_name, one)
            }
            Self::PutPolicy { principal, policy_name, document } => {
                let mut changes = of_policy("Put", &principal, "PolicyName", &policy_name, one);
                for change in &mut changes {
                    if let Value::Object(map) = &mut change.parameters {
                        map.insert("PolicyDocument".to_owned(), Value::from(document.as_str()));
                    }
                }
                changes
            }
            Self::SetKeyStatus { user_name, access_key_id, status } => one(
                "iam:UpdateAccessKey".to_owned(),
                json!({ "UserName": user_name, "AccessKeyId": access_key_id, "Status": status }),
            ),
            Self::CreateDenyEntry { acl_id, rule_number, cidr } => {
                let key = if cidr.contains(':') { "Ipv6CidrBlock" } else { "CidrBlock" };
                let parameters = json!({ "NetworkAclId": acl_id, "RuleNumber": rule_number, "Egress": false,
                                         "Protocol": "-1", "RuleAction": "deny", key: cidr });
                one("ec2:CreateNetworkAclEntry".to_owned(), parameters)
            }
            Self::DeleteDenyEntry { acl_id, rule_number } => one(
                "ec2:DeleteNetworkAclEntry".to_owned(),
                json!({ "NetworkAclId": acl_id, "RuleNumber": rule_number, "Egress": false }),
            ),
        }
    }
}

/// One rule that is authorized again: only what its own part says, since each is a call of its own.
fn authorize(group_id: &str, rule: &IngressRule, delta: &Delta) -> Change {
    let own = |part: &Value| {
        let cidr = part.get("CidrIpv4").or_else(|| part.get("CidrIpv6")).and_then(Value::as_str);
        let port = |key: &str| part.get(key).and_then(Value::as_i64);
        part.get("IpProtocol").and_then(Value::as_str) == Some(&rule.protocol)
            && cidr == Some(&rule.cidr)
            && (port("FromPort"), port("ToPort")) == (rule.from_port.map(Into::into), rule.to_port.map(Into::into))
    };
    let delta = delta.iter().filter(|(_, part)| part.as_ref().is_some_and(own));
    let mut parameters = Map::from_iter([
        ("GroupId".to_owned(), json!(group_id)),
        ("IpPermissions".to_owned(), json!([rule.permission()])),
    ]);
    if !rule.tags.is_empty() {
        let tags: Vec<_> = rule.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let specification = json!([{ "ResourceType": "security-group-rule", "Tags": tags }]);
        parameters.insert("TagSpecifications".to_owned(), specification);
    }
    Change {
        call: "ec2:AuthorizeSecurityGroupIngress".to_owned(),
        parameters: Value::Object(parameters),
        delta: delta.map(|(name, part)| (name.clone(), part.clone())).collect(),
    }
}

fn of_policy(
    verb: &str,
    principal: &IamPrincipal,
    key: &str,
    value: &str,
    one: impl Fn(String, Value) -> Vec<Change>,
) -> Vec<Change> {
    let kind = principal.api_kind();
    one(format!("iam:{verb}{kind}Policy"), json!({ format!("{kind}Name"): principal.name(), key: value }))
}
