//! Access control lists of S3, as calls carry them: a canned one by its name, grants in headers, or a
//! document.

use serde_json::Value;

use super::json::{each, texts};
use crate::action::RemovePublicGrants;
use crate::detect::Claim;
use crate::event::ApiCall;
use crate::finding::Target;
use crate::text::plain;

/// Who is granted something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Grantee {
    /// Everyone, or whoever has an AWS account, which is as good as everyone.
    Everyone,
    /// Somebody by the canonical id of an account, or by an e-mail address.
    Somebody(String),
    /// A group of AWS's own, such as the one that delivers logs.
    Service,
}

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) who: Grantee,
    /// `READ`, `WRITE`, `FULL_CONTROL`…
    pub(super) permission: String,
}

/// The grants of a call, but for those to the owner that the call itself names.
pub(super) fn grants(call: &ApiCall) -> Vec<Grant> {
    let mut grants: Vec<Grant> = texts(call.request("x-amz-acl")).filter_map(canned).collect();
    let headers = [call.member("requestParameters"), call.request("accessControlList")];
    for (name, value) in headers.into_iter().flatten().filter_map(Value::as_object).flatten() {
        let Some(permission) = name.strip_prefix("x-amz-grant-") else { continue };
        let permission = permission.replace('-', "_").to_ascii_uppercase();
        let grantees = texts(Some(value)).flat_map(|list| list.split(','));
        grants.extend(grantees.filter_map(header).map(|who| Grant { who, permission: permission.clone() }));
    }
    if let Some(document) = call.request("AccessControlPolicy") {
        let owner = document.get("Owner").and_then(|owner| owner.get("ID")).and_then(Value::as_str);
        let listed = each(document.get("AccessControlList").and_then(|list| list.get("Grant"))).iter();
        let granted = listed.filter_map(documented);
        grants
            .extend(granted.filter(|grant| !matches!(&grant.who, Grantee::Somebody(id) if Some(id.as_str()) == owner)));
    }
    grants
}

/// The claim that a call let everyone in by an access list: to a bucket, or to one object of it.
pub(super) fn opened_to_everyone(call: &ApiCall, bucket: &str, key: Option<&str>) -> Option<Claim> {
    let grant = grants(call).into_iter().find(|grant| grant.who == Grantee::Everyone)?;
    let (kind, name) = match key {
        Some(key) => ("object", format!("{bucket}/{key}")),
        None => ("bucket", bucket.to_owned()),
    };
    let why = format!("`{}` granted everyone {} on {kind} `{name}`", call.event_name(), grant.permission);
    let target = Target::Resource { service: "s3".to_owned(), id: plain(&name, 300) };
    let response = RemovePublicGrants { bucket: bucket.to_owned(), key: key.map(str::to_owned) };
    Some(Claim::of(target, plain(&why, 600)).asking(Some(response)))
}

fn canned(name: &str) -> Option<Grant> {
    let permission = match name.trim().to_ascii_lowercase().as_str() {
        "public-read" | "authenticated-read" => "READ",
        "public-read-write" => "READ and WRITE",
        _ => return None,
    };
    Some(Grant { who: Grantee::Everyone, permission: permission.to_owned() })
}

/// `uri="http://…"`, `id="…"` or `emailAddress="…"`.
fn header(text: &str) -> Option<Grantee> {
    let (kind, value) = text.split_once('=')?;
    let value = value.trim().trim_matches('"');
    match kind.trim().to_ascii_lowercase().as_str() {
        "uri" => Some(group(value)),
        "id" | "emailaddress" => somebody(value),
        _ => None,
    }
}

fn documented(grant: &Value) -> Option<Grant> {
    let grantee = grant.get("Grantee")?;
    let of = |key: &str| grantee.get(key).and_then(Value::as_str);
    let who = match of("URI") {
        Some(uri) => group(uri),
        None => somebody(of("ID").or_else(|| of("EmailAddress"))?)?,
    };
    let permission = grant.get("Permission").and_then(Value::as_str).unwrap_or("(unknown)");
    Some(Grant { who, permission: permission.to_owned() })
}

fn group(uri: &str) -> Grantee {
    let everyone = ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"];
    if everyone.iter().any(|group| uri.ends_with(group)) { Grantee::Everyone } else { Grantee::Service }
}

/// CloudFront's logs are delivered by an account of AWS's.
fn somebody(id: &str) -> Option<Grantee> {
    const LOG_DELIVERY: [&str; 2] = [
        "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
        "a52cb28745c0c06e84ec548334e44bfa7fc2a85c54af20cd59e4969344b7af56",
    ];
    match id {
        "" => None,
        id if LOG_DELIVERY.contains(&id) => Some(Grantee::Service),
        id => Some(Grantee::Somebody(id.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(request: Value) -> Vec<(Grantee, String)> {
        let record = serde_json::Map::from_iter([("requestParameters".to_owned(), request)]);
        grants(&ApiCall::new(record, None, None)).into_iter().map(|grant| (grant.who, grant.permission)).collect()
    }

    #[test]
    fn canned_lists_stand_alone_or_in_a_list() {
        let public = vec![(Grantee::Everyone, "READ".to_owned())];
        assert_eq!(of(json!({"x-amz-acl": "public-read"})), public);
        assert_eq!(of(json!({"x-amz-acl": ["authenticated-read"]})), public);
        assert_eq!(of(json!({"x-amz-acl": ["private"]})), []);
        assert_eq!(of(json!({"x-amz-acl": "bucket-owner-full-control"})), []);
    }

    #[test]
    fn headers_name_several_grantees_at_once() {
        let request = json!({
            "x-amz-grant-read": "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\", id=\"abc\"",
            "accessControlList": {"x-amz-grant-write-acp": "emailAddress=eve@example.com"},
        });
        let somebody = |id: &str| Grantee::Somebody(id.to_owned());
        let want = vec![
            (Grantee::Everyone, "READ".to_owned()),
            (somebody("abc"), "READ".to_owned()),
            (somebody("eve@example.com"), "WRITE_ACP".to_owned()),
        ];
        assert_eq!(of(request), want);
    }

    #[test]
    fn a_document_grants_nothing_by_naming_its_owner() {
        let request = json!({"AccessControlPolicy": {
            "Owner": {"ID": "me"},
            "AccessControlList": {"Grant": [
                {"Grantee": {"ID": "me"}, "Permission": "FULL_CONTROL"},
                {"Grantee": {"URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}, "Permission": "WRITE"},
                {"Grantee": {"ID": "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"},
                 "Permission": "FULL_CONTROL"},
            ]},
        }});
        let service = |permission: &str| (Grantee::Service, permission.to_owned());
        assert_eq!(of(request), [service("WRITE"), service("FULL_CONTROL")]);
    }
}
