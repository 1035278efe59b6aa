//! A resource's tags by its ARN, each service in its own way: guardrails exempt by them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Site;
use crate::fault::{Fault, Kind};

/// How a service is asked for tags: the call, the parameters' name for the resource, and where the tags stand.
struct Way {
    call: &'static str,
    name: &'static str,
    at: &'static str,
}

/// The calls, by the ARN's service. A function's role needs the one of its own actions.
fn way(service: &str) -> Option<Way> {
    let (call, name, at) = match service {
        "cloudtrail" => ("cloudtrail:ListTags", "ResourceIdList", "/ResourceTagList/0/TagsList"),
        "config" => ("config:ListTagsForResource", "ResourceArn", "/Tags"),
        "ecr" => ("ecr:ListTagsForResource", "resourceArn", "/tags"),
        "eks" => ("eks:ListTagsForResource", "resourceArn", "/tags"),
        "events" => ("events:ListTagsForResource", "ResourceARN", "/Tags"),
        "guardduty" => ("guardduty:ListTagsForResource", "ResourceArn", "/Tags"),
        "kms" => ("kms:ListResourceTags", "KeyId", "/Tags"),
        "lambda" => ("lambda:ListTags", "Resource", "/Tags"),
        "rds" => ("rds:ListTagsForResource", "ResourceName", "/TagList"),
        "rolesanywhere" => ("rolesanywhere:ListTagsForResource", "resourceArn", "/tags"),
        "s3" => ("s3:GetBucketTagging", "Bucket", "/TagSet"),
        "secretsmanager" => ("secretsmanager:DescribeSecret", "SecretId", "/Tags"),
        "securityhub" => ("securityhub:ListTagsForResource", "ResourceArn", "/Tags"),
        "sns" => ("sns:ListTagsForResource", "ResourceArn", "/Tags"),
        _ => return None,
    };
    Some(Way { call, name, at })
}

/// The tags of the resource with this ARN; none where its service knows no tags.
///
/// # Errors
/// Where AWS does not say: a tag that exempts must not be overlooked.
pub(super) async fn of(site: &Site<'_>, arn: &str) -> Result<BTreeMap<String, String>, Fault> {
    let Some(service) = arn.split(':').nth(2) else { return Ok(BTreeMap::new()) };
    if service == "ec2" {
        return ec2(site, arn.rsplit_once('/').map_or(arn, |(_, id)| id)).await;
    }
    if service == "ssm" {
        let id = arn.split_once(":document/").map_or(arn, |(_, name)| name);
        let document = json!({ "ResourceType": "Document", "ResourceId": id });
        return Ok(read(site.get("ssm:ListTagsForResource", document).await?.get("TagList")));
    }
    let Some(Way { call, name, at }) = way(service) else { return Ok(BTreeMap::new()) };
    // A bucket's ARN ends with its name; a key within it has no tags of its own here.
    let id = if service == "s3" { arn.rsplit_once(':').map_or(arn, |(_, bucket)| bucket) } else { arn };
    let id = if service == "s3" { id.split('/').next().unwrap_or(id) } else { id };
    let value = if name.ends_with("List") { json!([id]) } else { json!(id) };
    match site.get(call, json!({ name: value })).await {
        Ok(body) => Ok(read(body.pointer(at))),
        // S3's way of saying that a bucket has none.
        Err(fault) if fault.code == "NoSuchTagSet" || fault.kind == Kind::Gone => Ok(BTreeMap::new()),
        Err(fault) => Err(fault),
    }
}

async fn ec2(site: &Site<'_>, id: &str) -> Result<BTreeMap<String, String>, Fault> {
    let filters = json!({ "Filters": [{ "Name": "resource-id", "Values": [id] }] });
    let tags = site.list("ec2:DescribeTags", filters, "Tags", ("NextToken", "NextToken")).await?;
    Ok(read(Some(&Value::Array(tags))))
}

/// Tags as a map, or as a list of names and values in any of the services' spellings.
pub(super) fn read(tags: Option<&Value>) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match tags {
        Some(Value::Object(map)) => map.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|tag| {
                let either = |names: [&str; 3]| names.into_iter().find_map(|name| tag.get(name).and_then(text));
                let key = either(["Key", "key", "TagKey"])?;
                Some((key, either(["Value", "value", "TagValue"]).unwrap_or_default()))
            })
            .collect(),
        _ => BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read() {
        let wanted = BTreeMap::from([("team".to_owned(), "web".to_owned())]);
        for tags in [
            json!({ "team": "web" }),
            json!([{ "Key": "team", "Value": "web" }]),
            json!([{ "key": "team", "value": "web" }]),
            json!([{ "TagKey": "team", "TagValue": "web" }]),
        ] {
            assert_eq!(read(Some(&tags)), wanted, "{tags}");
        }
        assert_eq!(read(None), BTreeMap::new());
    }
}
