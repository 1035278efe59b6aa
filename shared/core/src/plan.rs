//! What may be done about a finding, as data: the response a detector asks for, the plan made from
//! the live state, and each single change as the API call that makes it.
//!
//! Plans are data, not closures, so that they can be shown before they run (shadow mode), written to
//! the ledger before the first change, resumed by another process after a crash, and undone weeks later.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::finding::IamPrincipal;
use crate::net::IngressRule;

/// The actions of the catalogue, by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionId {
    /// Takes the offending ingress rules out of a security group.
    RevokeIngress,
    /// Detaches a managed policy from a user, role or group.
    DetachManagedPolicy,
    /// Deletes an inline policy of a user, role or group.
    DeleteInlinePolicy,
    /// Sets a user's access key inactive.
    DeactivateAccessKey,
    /// Denies an address in the network ACL of a host's subnet.
    DenySource,
}

impl ActionId {
    /// Every action.
    pub const ALL: [Self; 5] = [
        Self::RevokeIngress,
        Self::DetachManagedPolicy,
        Self::DeleteInlinePolicy,
        Self::DeactivateAccessKey,
        Self::DenySource,
    ];

    /// The id, as it stands in guardrails and in the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RevokeIngress => "revoke-ingress",
            Self::DetachManagedPolicy => "detach-managed-policy",
            Self::DeleteInlinePolicy => "delete-inline-policy",
            Self::DeactivateAccessKey => "deactivate-access-key",
            Self::DenySource => "deny-source",
        }
    }
}

impl std::str::FromStr for ActionId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|action| action.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|action| format!("`{action}`")).collect();
            format!("there is no action `{}`: they are {}", crate::text::plain(text, 60), known.join(", "))
        })
    }
}

impl std::fmt::Display for ActionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a detector asks for: an action and exactly what the finding covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "action")]
pub enum Response {
    /// Revoke these rules of the group, and no others.
    RevokeIngress {
        /// `sg-…`
        group_id: String,
        /// The rules that the finding covers.
        rules: Vec<IngressRule>,
    },
    /// Detach this policy.
    DetachManagedPolicy {
        /// From whom.
        principal: IamPrincipal,
        /// Which.
        policy_arn: String,
    },
    /// Delete this inline policy.
    DeleteInlinePolicy {
        /// Whose.
        principal: IamPrincipal,
        /// Which.
        policy_name: String,
    },
    /// Set this key inactive.
    DeactivateAccessKey {
        /// Whose.
        user_name: String,
        /// Which.
        access_key_id: String,
    },
    /// Deny this address before it reaches the host that writes the log stream.
    DenySource {
        /// The attacker's address.
        address: IpAddr,
        /// The log group.
        group: String,
        /// The log stream, which names the host.
        stream: String,
    },
}

impl Response {
    /// The action that it asks for.
    #[must_use]
    pub fn action(&self) -> ActionId {
        match self {
            Self::RevokeIngress { .. } => ActionId::RevokeIngress,
            Self::DetachManagedPolicy { .. } => ActionId::DetachManagedPolicy,
            Self::DeleteInlinePolicy { .. } => ActionId::DeleteInlinePolicy,
            Self::DeactivateAccessKey { .. } => ActionId::DeactivateAccessKey,
            Self::DenySource { .. } => ActionId::DenySource,
        }
    }
}

/// The status of an access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// The key signs calls.
    Active,
    /// Calls that it signs are refused.
    Inactive,
}

/// One mutating API call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// `ec2:RevokeSecurityGroupIngress` by rule ids.
    RevokeIngress {
        /// `sg-…`
        group_id: String,
        /// `sgr-…`
        rule_ids: Vec<String>,
    },
    /// `ec2:AuthorizeSecurityGroupIngress`.
    AuthorizeIngress {
        /// `sg-…`
        group_id: String,
        /// The rules as they were, with descriptions and tags.
        rules: Vec<IngressRule>,
    },
    /// `iam:DetachUserPolicy`, `DetachRolePolicy` or `DetachGroupPolicy`.
    DetachPolicy {
        /// From whom.
        principal: IamPrincipal,
        /// Which.
        policy_arn: String,
    },
    /// `iam:AttachUserPolicy`, `AttachRolePolicy` or `AttachGroupPolicy`.
    AttachPolicy {
        /// To whom.
        principal: IamPrincipal,
        /// Which.
        policy_arn: String,
    },
    /// `iam:DeleteUserPolicy`, `DeleteRolePolicy` or `DeleteGroupPolicy`.
    DeletePolicy {
        /// Whose.
        principal: IamPrincipal,
        /// Which.
        policy_name: String,
    },
    /// `iam:PutUserPolicy`, `PutRolePolicy` or `PutGroupPolicy`.
    PutPolicy {
        /// Whose.
        principal: IamPrincipal,
        /// Which.
        policy_name: String,
        /// The document, as it was.
        document: String,
    },
    /// `iam:UpdateAccessKey`.
    SetKeyStatus {
        /// Whose.
        user_name: String,
        /// Which.
        access_key_id: String,
        /// What it becomes.
        status: KeyStatus,
    },
    /// `ec2:CreateNetworkAclEntry`: an ingress deny for all protocols.
    CreateDenyEntry {
        /// `acl-…`
        acl_id: String,
        /// Its place in the order of evaluation.
        rule_number: i32,
        /// The address, as `/32` or `/128`.
        cidr: String,
    },
    /// `ec2:DeleteNetworkAclEntry` of an ingress entry.
    DeleteDenyEntry {
        /// `acl-…`
        acl_id: String,
        /// Its number.
        rule_number: i32,
        /// The address it denies, to tell our entry from another that took its number.
        cidr: String,
    },
}

impl Change {
    /// The API call as a person would write it: service, operation and parameters.
    #[must_use]
    pub fn call(&self) -> ApiRequest {
        let of = |service, operation: String, parameters| ApiRequest { service, operation, parameters };
        let iam = |verb: &str, principal: &IamPrincipal, key: &str, value: &str| {
            let kind = capitalised(principal.kind());
            let mut parameters = json!({ format!("{kind}Name"): principal.name() });
            if let Value::Object(map) = &mut parameters {
                map.insert(key.to_owned(), Value::from(value));
            }
            of("iam", format!("{verb}{kind}Policy"), parameters)
        };
        match self {
            Self::RevokeIngress { group_id, rule_ids } => of(
                "ec2",
                "RevokeSecurityGroupIngress".to_owned(),
                json!({ "GroupId": group_id, "SecurityGroupRuleIds": rule_ids }),
            ),
            Self::AuthorizeIngress { group_id, rules } => of(
                "ec2",
                "AuthorizeSecurityGroupIngress".to_owned(),
                json!({ "GroupId": group_id, "IpPermissions": rules.iter().map(IngressRule::permission).collect::<Vec<_>>() }),
            ),
            Self::DetachPolicy { principal, policy_arn } => iam("Detach", principal, "PolicyArn", policy_arn),
            Self::AttachPolicy { principal, policy_arn } => iam("Attach", principal, "PolicyArn", policy_arn),
            Self::DeletePolicy { principal, policy_name } => iam("Delete", principal, "PolicyName", policy_name),
            Self::PutPolicy { principal, policy_name, document } => {
                let mut call = iam("Put", principal, "PolicyName", policy_name);
                if let Value::Object(map) = &mut call.parameters {
                    map.insert("PolicyDocument".to_owned(), Value::from(document.as_str()));
                }
                call
            }
            Self::SetKeyStatus { user_name, access_key_id, status } => of(
                "iam",
                "UpdateAccessKey".to_owned(),
                json!({ "UserName": user_name, "AccessKeyId": access_key_id, "Status": status }),
            ),
            Self::CreateDenyEntry { acl_id, rule_number, cidr } => of(
                "ec2",
                "CreateNetworkAclEntry".to_owned(),
                json!({ "NetworkAclId": acl_id, "RuleNumber": rule_number, "Egress": false, "Protocol": "-1",
                        "RuleAction": "deny", cidr_key(cidr): cidr }),
            ),
            Self::DeleteDenyEntry { acl_id, rule_number, .. } => of(
                "ec2",
                "DeleteNetworkAclEntry".to_owned(),
                json!({ "NetworkAclId": acl_id, "RuleNumber": rule_number, "Egress": false }),
            ),
        }
    }
}

fn cidr_key(cidr: &str) -> &'static str {
    if cidr.contains(':') { "Ipv6CidrBlock" } else { "CidrBlock" }
}

fn capitalised(kind: &str) -> &'static str {
    match kind {
        "user" => "User",
        "role" => "Role",
        _ => "Group",
    }
}

/// An API call, to be shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiRequest {
    /// `ec2` or `iam`.
    pub service: &'static str,
    /// For example `RevokeSecurityGroupIngress`.
    pub operation: String,
    /// The parameters, named as in the API.
    pub parameters: Value,
}

impl std::fmt::Display for ApiRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} {}", self.service, self.operation, crate::text::plain(&self.parameters.to_string(), 2000))
    }
}

/// The state of the target that an action reads and compares: a map from a part's name (a rule id, a
/// policy's ARN…) to that part, whole. Two snapshots are equal when nothing differs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Snapshot(pub BTreeMap<String, Value>);

impl Snapshot {
    /// What differs from `self` to `later`: `+ name` for what came, `- name` for what went, `~ name`
    /// for what changed.
    #[must_use]
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let mut out = Vec::new();
        for (name, part) in &self.0 {
            match later.0.get(name) {
                None => out.push(format!("- {name}")),
                Some(now) if now != part => out.push(format!("~ {name}")),
                Some(_) => {}
            }
        }
        out.extend(later.0.keys().filter(|name| !self.0.contains_key(*name)).map(|name| format!("+ {name}")));
        out
    }

    /// Whether both hold the same parts, whatever their names. A rule that was revoked and authorised
    /// again is the same rule under a new id.
    #[must_use]
    pub fn same_parts(&self, other: &Self) -> bool {
        let sorted = |snapshot: &Self| {
            let mut parts: Vec<String> = snapshot.0.values().map(Value::to_string).collect();
            parts.sort();
            parts
        };
        sorted(self) == sorted(other)
    }
}

/// What an action found when it read the live state, and what it would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Which action.
    pub action: ActionId,
    /// What the detector asked for.
    pub response: Response,
    /// The ARN of the resource that is changed: what guardrails match on.
    pub resource_arn: String,
    /// The resource's tags, for guardrails.
    pub tags: BTreeMap<String, String>,
    /// The resource before the first change.
    pub before: Snapshot,
    /// What the changes do to the resource's parts: `None` for one that goes, else what it becomes.
    pub delta: BTreeMap<String, Option<Value>>,
    /// The changes, in order. Empty: there is nothing left to do.
    pub changes: Vec<Change>,
    /// The changes that bring back the before-state, in order.
    pub undo: Vec<Change>,
    /// What a person should know about the plan, for example why it is empty.
    pub note: Option<String>,
}

impl Plan {
    /// The resource as it must be afterwards: the before-state with the delta, and nothing else.
    #[must_use]
    pub fn after(&self) -> Snapshot {
        let mut parts = self.before.0.clone();
        for (name, part) in &self.delta {
            match part {
                Some(part) => parts.insert(name.clone(), part.clone()),
                None => parts.remove(name),
            };
        }
        Snapshot(parts)
    }

    /// How many parts of the before-state stand as they were, as `seen` when reading again.
    #[must_use]
    pub fn kept(&self, seen: &Verification) -> usize {
        let differs = |name: &String| seen.elsewhere.iter().any(|difference| difference.get(2..) == Some(name));
        self.before.0.keys().filter(|name| !self.delta.contains_key(*name) && !differs(name)).count()
    }

    /// Compares the live state with what must be.
    #[must_use]
    pub fn verify(&self, live: &Snapshot) -> Verification {
        let remaining: Vec<String> = self
            .delta
            .iter()
            .filter(|(name, part)| live.0.get(*name) != part.as_ref())
            .map(|(name, _)| name.clone())
            .collect();
        let touched = |difference: &String| self.delta.keys().any(|name| difference.get(2..) == Some(name.as_str()));
        let elsewhere = self.after().differences(live).into_iter().filter(|d| !touched(d)).collect();
        Verification { remaining, elsewhere }
    }
}

/// What reading again has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Parts that are not yet as planned. Empty: the offence is gone.
    pub remaining: Vec<String>,
    /// Other parts that differ from the before-state: not our doing, but worth telling.
    pub elsewhere: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::plan;

    fn snapshot(parts: &[(&str, i64)]) -> Snapshot {
        Snapshot(parts.iter().map(|(name, part)| ((*name).to_owned(), Value::from(*part))).collect())
    }

    #[test]
    fn verification_tells_ours_from_others() {
        let mut plan = plan();
        plan.before = snapshot(&[("bad", 1), ("good", 2)]);
        plan.delta = BTreeMap::from([("bad".to_owned(), None)]);
        let verify = |live: &[(&str, i64)]| plan.verify(&snapshot(live));
        assert_eq!(verify(&[("good", 2)]), Verification { remaining: vec![], elsewhere: vec![] });
        assert_eq!(verify(&[("bad", 1), ("good", 2)]).remaining, ["bad"]);
        assert_eq!(verify(&[("good", 3), ("new", 4)]).elsewhere, ["~ good", "+ new"]);
    }

    #[test]
    fn changes_are_shown_as_api_calls() {
        let call = |change: Change| change.call().to_string();
        let user = IamPrincipal::User("eve\n".to_owned());
        assert_eq!(
            call(Change::DetachPolicy { principal: user.clone(), policy_arn: "arn:p".to_owned() }),
            r#"iam:DetachUserPolicy {"UserName":"eve\n","PolicyArn":"arn:p"}"#
        );
        assert_eq!(
            call(Change::PutPolicy { principal: user, policy_name: "p".to_owned(), document: "{}".to_owned() }),
            r#"iam:PutUserPolicy {"UserName":"eve\n","PolicyName":"p","PolicyDocument":"{}"}"#
        );
        assert_eq!(
            call(Change::CreateDenyEntry {
                acl_id: "acl-1".to_owned(),
                rule_number: 1,
                cidr: "2001:db8::1/128".to_owned()
            }),
            r#"ec2:CreateNetworkAclEntry {"NetworkAclId":"acl-1","RuleNumber":1,"Egress":false,"Protocol":"-1","RuleAction":"deny","Ipv6CidrBlock":"2001:db8::1/128"}"#
        );
    }
}
