//! The managed node groups of EKS: which version and image their nodes run, and which AWS recommends by now.

use serde_json::Value;

use crate::read;

/// A managed node group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeGroup {
    /// Its ARN.
    pub arn: String,
    /// Its nodes' version of Kubernetes: `1.33`.
    pub version: String,
    /// The release of its image: `1.33.1-20250701`; for one of the user's own, that image's id.
    pub release: String,
    /// The kind of image: `AL2023_x86_64_STANDARD`, `CUSTOM`…
    pub kind: String,
    /// What EKS says is wrong with it, in its words.
    pub issues: Vec<String>,
}

impl NodeGroup {
    /// From `DescribeNodegroup`.
    pub(crate) fn of(body: &Value) -> Option<Self> {
        let group = body.get("nodegroup")?;
        let health = group.get("health").unwrap_or(&Value::Null);
        let issue = |issue: &Value| format!("{}: {}", read::text(issue, "code"), read::text(issue, "message"));
        Some(Self {
            arn: read::some(group, "nodegroupArn")?,
            version: read::text(group, "version").to_owned(),
            release: read::text(group, "releaseVersion").to_owned(),
            kind: read::text(group, "amiType").to_owned(),
            issues: read::list(health, "issues").map(issue).collect(),
        })
    }

    /// The public parameter under which AWS names the release that it recommends; `None` where it names none in this
    /// form: Windows, and images of the user's own.
    #[must_use]
    pub fn parameter(&self) -> Option<String> {
        let image = match self.kind.as_str() {
            "AL2_x86_64" => "amazon-linux-2",
            "AL2_ARM_64" => "amazon-linux-2-arm64",
            "AL2_x86_64_GPU" => "amazon-linux-2-gpu",
            "AL2023_x86_64_STANDARD" => "amazon-linux-2023/x86_64/standard",
            "AL2023_ARM_64_STANDARD" => "amazon-linux-2023/arm64/standard",
            "AL2023_x86_64_NVIDIA" => "amazon-linux-2023/x86_64/nvidia",
            "AL2023_ARM_64_NVIDIA" => "amazon-linux-2023/arm64/nvidia",
            "AL2023_x86_64_NEURON" => "amazon-linux-2023/x86_64/neuron",
            _ => return None,
        };
        let is_version = !self.version.is_empty() && self.version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        is_version.then(|| format!("{PARAMETERS}{}/{image}/recommended/release_version", self.version))
    }
}

/// Where AWS's public parameters of these images begin.
pub const PARAMETERS: &str = "/aws/service/eks/optimized-ami/";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_groups_release_is_looked_up_where_aws_names_one() {
        let group = |kind: &str, version: &str| {
            NodeGroup::of(&json!({ "nodegroup": { "nodegroupArn": "g", "version": version, "amiType": kind } }))
                .unwrap()
        };
        assert_eq!(
            group("AL2023_ARM_64_STANDARD", "1.33").parameter().unwrap(),
            "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/arm64/standard/recommended/release_version"
        );
        assert_eq!(group("CUSTOM", "1.33").parameter(), None);
        assert_eq!(group("AL2_x86_64", "../1").parameter(), None);
        assert_eq!(NodeGroup::of(&json!({})), None);
    }
}
