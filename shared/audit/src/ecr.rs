//! Image repositories.

use riposte_core::finding::Severity::{High, Medium};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check("ecr-repository-public-policy", "Everyone may pull or push images", High, "ecr", "repository")
        .page(
            "The repository's policy names who gets in.",
            "Everyone reads your images, or replaces them.",
            "aws ecr delete-repository-policy, or name accounts.",
            "None: public images belong into ECR Public.",
        )
        .detectors(&["repository-public"])
        .each(|v| public(v, "GetRepositoryPolicy.policyText")),
    check("ecr-repository-scan-off", "Images are not scanned", High, "ecr", "repository")
        .fsbp(&["ECR.1"])
        .page(
            "Images are scanned when they are pushed, by the repository's setting or the registry's.",
            "Known flaws in what you run are not known to you.",
            "aws ecr put-image-scanning-configuration, or the registry's scanning rules.",
            "Mirrors whose sources are scanned.",
        )
        .with(&[("ecr", "account")], |v, index| {
            if v.flag("DescribeRepositories.imageScanningConfiguration.scanOnPush")? {
                return Ok(Verdict::Pass("images are scanned when they are pushed".to_owned()));
            }
            let rules = index.near("ecr", "account", v.resource).next().map_or(Ok(&[][..]), |registry| {
                registry.list("GetRegistryScanningConfiguration.scanningConfiguration.rules")
            });
            // What nobody has seen scans nothing.
            let scanned = rules.unwrap_or_default().iter().any(|rule| {
                let fits = |f: &serde_json::Value| {
                    text(f, "filter").is_some_and(|p| riposte_core::arn::matches(p, &v.resource.name))
                };
                text(rule, "scanFrequency") != Some("MANUAL")
                    && crate::view::list(rule, "repositoryFilters").iter().any(fits)
            });
            Verdict::fail_if(!scanned, "images are not scanned when they are pushed", "the registry scans its images")
        }),
    check("ecr-repository-tags-mutable", "An image's tag can be moved", Medium, "ecr", "repository")
        .fsbp(&["ECR.2"])
        .page(
            "Tags are immutable.",
            "The image that was tested is replaced by another of the same name.",
            "aws ecr put-image-tag-mutability.",
            "Repositories of builds under way.",
        )
        .detectors(&["ecr-image-tags-mutable"])
        .each(|v| {
            Verdict::fail_if(
                !v.text("DescribeRepositories.imageTagMutability")?.is_some_and(|m| m.starts_with("IMMUTABLE")),
                "tags can be moved",
                "tags are immutable",
            )
        }),
    check("ecr-repository-without-lifecycle", "A repository keeps every image", Medium, "ecr", "repository")
        .fsbp(&["ECR.3"])
        .page(
            "A lifecycle policy exists.",
            "Old images with old flaws are there to be run.",
            "aws ecr put-lifecycle-policy.",
            "Repositories of few images.",
        )
        .each(|v| {
            v.unset("GetLifecyclePolicy.lifecyclePolicyText", "it has no lifecycle policy", "it has a lifecycle policy")
        }),
];
