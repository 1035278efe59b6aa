//! Launch templates.

use riposte_core::finding::Severity::{Critical, High};

use crate::check::{Check, check};
use crate::secrets::found_in;
use crate::verdict::{Unknown, Verdict};
use crate::view::{View, flag, list, text};
use serde_json::Value;

pub(crate) static CHECKS: &[Check] = &[
    check(
        "ec2-launch-template-public-address",
        "A launch template gives public addresses",
        High,
        "ec2",
        "launch-template",
    )
    .fsbp(&["EC2.25"])
    .page(
        "The default version gives no interface a public address.",
        "Every machine of it stands on the internet.",
        "Make a version without AssociatePublicIpAddress, and set it as the default.",
        "Templates of public servers.",
    )
    .each(|v| {
        let public = default(v)?
            .is_some_and(|data| list(data, "NetworkInterfaces").iter().any(|i| flag(i, "AssociatePublicIpAddress")));
        Verdict::fail_if(
            public,
            "its default version gives public addresses",
            "its default version gives no public address",
        )
    }),
    check(
        "ec2-launch-template-imdsv1-allowed",
        "A launch template allows the old metadata service",
        High,
        "ec2",
        "launch-template",
    )
    .fsbp(&["EC2.170"])
    .page(
        "The default version asks for tokens (IMDSv2).",
        "With the old one, a server that fetches an address for its caller hands out its role's keys.",
        "Make a version with HttpTokens=required, and set it as the default.",
        "Templates of images that require tokens by themselves.",
    )
    .detectors(&["imdsv1-allowed"])
    .each(|v| {
        let options = default(v)?.and_then(|data| data.get("MetadataOptions"));
        let off = options
            .is_some_and(|o| text(o, "HttpEndpoint") == Some("disabled") || text(o, "HttpTokens") == Some("required"));
        Verdict::fail_if(!off, "its default version does not require tokens", "its default version requires tokens")
    }),
    check(
        "ec2-launch-template-secret-in-user-data",
        "A launch template's start script holds a secret",
        Critical,
        "ec2",
        "launch-template",
    )
    .page(
        "The user data of its versions holds no keys or passwords.",
        "Everyone who may describe the template reads the script.",
        "Fetch the secret at start from Secrets Manager; delete the version and rotate the secret.",
        "A value that merely looks like one.",
    )
    .detectors(&["launch-templates-read-in-bulk"])
    .each(|v| {
        let versions = v.list("DescribeLaunchTemplateVersions.LaunchTemplateVersions")?;
        let found = versions.iter().find_map(|version| found_in("", text(version, "LaunchTemplateData.UserData")?));
        Verdict::fail_with(found.map(|kind| format!("its user data holds {kind}")), "its user data holds no secret")
    }),
];

/// The data of the default version.
fn default<'a>(v: &View<'a>) -> Result<Option<&'a Value>, Unknown> {
    let versions = v.list("DescribeLaunchTemplateVersions.LaunchTemplateVersions")?;
    let default = versions.iter().find(|version| flag(version, "DefaultVersion")).or(versions.first());
    Ok(default.and_then(|version| version.get("LaunchTemplateData")))
}
