//! Users, roles and groups with what is attached to them, and customer-managed policies.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::http::{Refused, Request, element, list, optional, page};

/// What IAM holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Iam {
    /// By `user/NAME`, `role/NAME`, `group/NAME`.
    pub(crate) principals: BTreeMap<String, Principal>,
    /// Customer-managed policies: ARN → document.
    pub(crate) policies: BTreeMap<String, String>,
    /// Entries on a page; 0: all.
    pub(crate) page: usize,
}

/// A user, role or group.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Principal {
    pub(crate) tags: BTreeMap<String, String>,
    /// ARNs.
    pub(crate) attached: Vec<String>,
    /// Name → document.
    pub(crate) inline: BTreeMap<String, String>,
    /// Id → status.
    pub(crate) keys: BTreeMap<String, String>,
}

impl Iam {
    /// A principal that must be there, by `kind/name`.
    pub(crate) fn of(&mut self, key: &str) -> &mut Principal {
        self.principals.get_mut(key).unwrap()
    }

    pub(super) fn answer(&mut self, request: &Request) -> Result<String, Refused> {
        match request.operation.as_str() {
            "GetPolicy" => {
                let arn = request.get("PolicyArn");
                self.policies.get(arn).ok_or_else(gone)?;
                Ok(format!("<Policy>{}{}</Policy>", element("Arn", arn), element("DefaultVersionId", "v3")))
            }
            "GetPolicyVersion" => {
                let document = self.policies.get(request.get("PolicyArn")).ok_or_else(gone)?;
                assert_eq!(request.get("VersionId"), "v3", "the default version is asked for");
                Ok(format!("<PolicyVersion>{}</PolicyVersion>", element("Document", encoded(document))))
            }
            _ => self.of_principal(request),
        }
    }

    fn of_principal(&mut self, request: &Request) -> Result<String, Refused> {
        let named = |kind: &'static str| request.form.get(&format!("{kind}Name")).map(|name| (kind, name.clone()));
        let (kind, name) = ["User", "Role", "Group"].into_iter().find_map(named).unwrap();
        let key = format!("{}/{name}", kind.to_lowercase());
        let size = if self.page == 0 { 100 } else { self.page };
        let marker = request.get("Marker");
        let principal = self.principals.get_mut(&key).ok_or_else(gone)?;
        let (policy, arn) = (request.get("PolicyName").to_owned(), request.get("PolicyArn").to_owned());
        // `ListAttachedUserPolicies` → `ListAttachedPolicies`.
        match request.operation.replacen(kind, "", 1).as_str() {
            "Get" => Ok(principal.xml(kind, &name)),
            "ListAttachedPolicies" => {
                let (arns, next) = page(&principal.attached, size, marker);
                let policy = |arn: &String| {
                    element("PolicyName", arn.rsplit('/').next().unwrap_or_default()) + &element("PolicyArn", arn)
                };
                Ok(list("AttachedPolicies", "member", arns.iter().map(policy)) + &truncated(next.as_ref()))
            }
            "ListPolicies" => {
                let names: Vec<String> = principal.inline.keys().cloned().collect();
                let (names, next) = page(&names, size, marker);
                Ok(list("PolicyNames", "member", names.iter().map(|n| n.replace('&', "&amp;")))
                    + &truncated(next.as_ref()))
            }
            "ListAccessKeys" => {
                let keys: Vec<_> = principal.keys.iter().collect();
                let (keys, next) = page(&keys, size, marker);
                let key = |(id, status): &(&String, &String)| element("AccessKeyId", id) + &element("Status", status);
                Ok(list("AccessKeyMetadata", "member", keys.iter().map(key)) + &truncated(next.as_ref()))
            }
            "GetPolicy" => {
                let document = principal.inline.get(&policy).ok_or_else(gone)?;
                let head = element(&format!("{kind}Name"), &name) + &element("PolicyName", &policy);
                Ok(head + &element("PolicyDocument", encoded(document)))
            }
            "DeletePolicy" => principal.inline.remove(&policy).map(|_| String::new()).ok_or_else(gone),
            "PutPolicy" => {
                principal.inline.insert(policy, request.get("PolicyDocument").to_owned());
                Ok(String::new())
            }
            "DetachPolicy" => {
                let at = principal.attached.iter().position(|there| *there == arn).ok_or_else(gone)?;
                principal.attached.remove(at);
                Ok(String::new())
            }
            "AttachPolicy" => {
                if !principal.attached.contains(&arn) {
                    principal.attached.push(arn);
                }
                Ok(String::new())
            }
            "UpdateAccessKey" => {
                let status = principal.keys.get_mut(request.get("AccessKeyId")).ok_or_else(gone)?;
                request.get("Status").clone_into(status);
                Ok(String::new())
            }
            other => panic!("the fake IAM has no `{other}`"),
        }
    }
}

impl Principal {
    fn xml(&self, kind: &str, name: &str) -> String {
        let path = kind.to_lowercase();
        let tags = self.tags.iter().map(|(key, value)| element("Key", key) + &element("Value", value));
        let inner = [
            element("Path", "/"),
            element(&format!("{kind}Name"), name),
            element(&format!("{kind}Id"), "AIDATEST"),
            element("Arn", format!("arn:aws:iam::111122223333:{path}/{name}")),
            element("CreateDate", "2026-01-01T00:00:00Z"),
            if kind == "Group" { String::new() } else { list("Tags", "member", tags) },
        ];
        let users = if kind == "Group" { list("Users", "member", []) } else { String::new() };
        format!("<{kind}>{}</{kind}>{users}", inner.concat())
    }
}

fn gone() -> Refused {
    Refused::with(404, "NoSuchEntity")
}

fn truncated(next: Option<&String>) -> String {
    element("IsTruncated", next.is_some()) + &optional("Marker", next)
}

/// IAM answers with documents URL-encoded (RFC 3986).
fn encoded(document: &str) -> String {
    let mut out = String::new();
    for byte in document.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
    }
    out
}
