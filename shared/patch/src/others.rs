//! What needs care and is no package of a machine: told, never patched by Riposte.

use serde::Serialize;

use crate::facts::Facts;
use crate::lifecycle::NodeGroup;
use crate::rfc3339;

const DAY_MS: i64 = 86_400_000;

/// So long before support ends it is told.
const AHEAD_MS: i64 = 180 * DAY_MS;

/// One such thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Other {
    /// The service.
    pub service: String,
    /// The resource.
    pub resource: String,
    /// What is to be known of it, with who says so.
    pub what: String,
}

/// All of them, sorted.
pub(crate) fn of(facts: &Facts, now_ms: i64) -> Vec<Other> {
    let mut all = Vec::new();
    for aging in &facts.aging {
        let mut tell = |what: String| {
            let (service, resource) = (aging.service.clone(), aging.resource.clone());
            all.push(Other { service, resource, what });
        };
        if let Some(pending) = &aging.pending {
            tell(format!("maintenance is pending: {}", crate::plain(pending)));
        }
        let end = facts.ends.of(aging).filter(|end| end.at_ms <= now_ms.saturating_add(AHEAD_MS));
        if let Some(end) = end {
            let word = if end.at_ms <= now_ms { "ended" } else { "ends" };
            tell(format!(
                "the support of {} {word} at {} ({})",
                crate::plain(&aging.runs),
                rfc3339(end.at_ms),
                end.source
            ));
        }
    }
    for node in facts.nodes.values() {
        let since = node.image.as_ref().and_then(|image| Some((image, facts.deprecated.get(image)?)));
        if let Some((image, since)) = since.filter(|(_, since)| **since <= now_ms) {
            let what = format!("launched from the image {}, deprecated since {}", crate::plain(image), rfc3339(*since));
            all.push(Other { service: "ec2".to_owned(), resource: node.id.clone(), what });
        }
    }
    all.extend(facts.node_groups.iter().flat_map(|group| node_group(facts, group)));
    for unmet in &facts.unmet {
        let what = format!(
            "its compliance `{}` is not met: {} item(s), the worst {}",
            crate::plain(&unmet.kind),
            unmet.items,
            crate::plain(&unmet.severity).to_lowercase()
        );
        all.push(Other { service: "ssm".to_owned(), resource: unmet.resource.clone(), what });
    }
    for policy in facts.policies.iter().filter(|policy| policy.status == "Failed") {
        let what = format!("the last run of the association {} failed", crate::plain(&policy.name));
        all.push(Other { service: "ssm".to_owned(), resource: policy.id.clone(), what });
    }
    for finding in facts.findings.iter().filter(|finding| finding.kind != "AWS_EC2_INSTANCE") {
        let service = match finding.kind.as_str() {
            "AWS_ECR_CONTAINER_IMAGE" => "ecr",
            "AWS_LAMBDA_FUNCTION" => "lambda",
            _ => "inspector",
        };
        let fixed = finding.packages.iter().find_map(|package| package.fixed.as_deref().map(|v| (&package.name, v)));
        let fix = fixed.map(|(name, version)| {
            format!("; {} is fixed in {}: build it anew", crate::plain(name), crate::plain(version))
        });
        let what = format!("{} ({}){}", crate::plain(&finding.id), finding.severity, fix.unwrap_or_default());
        all.push(Other { service: service.to_owned(), resource: finding.resource.clone(), what });
    }
    all.sort();
    all.dedup();
    all
}

/// When EKS stopped publishing images of Amazon Linux 2, and where it says so.
const AL2_END: (&str, &str) = ("2025-11-26", "docs.aws.amazon.com/eks/latest/userguide/eks-ami-build-scripts.html");

/// What is to be known of the image of a node group's nodes.
fn node_group(facts: &Facts, group: &NodeGroup) -> Vec<Other> {
    let mut told: Vec<String> = Vec::new();
    let recommended = group.parameter().and_then(|path| facts.parameters.get(&path));
    if let Some(newer) = recommended.filter(|newer| **newer != group.release) {
        told.push(format!(
            "its nodes run the image {}, and AWS recommends {} by now: update the node group's version",
            crate::plain(&group.release),
            crate::plain(newer)
        ));
    }
    if group.kind.starts_with("AL2_") {
        let (date, source) = AL2_END;
        told.push(format!(
            "its nodes run an image of Amazon Linux 2, for which none is published since {date} ({source})"
        ));
    }
    told.extend(group.issues.iter().map(|issue| format!("EKS says {}", crate::plain(issue))));
    let other = |what| Other { service: "eks".to_owned(), resource: group.arn.clone(), what };
    told.into_iter().map(other).collect()
}
