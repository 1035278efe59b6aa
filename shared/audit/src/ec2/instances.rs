//! Instances.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::check::{Check, check};
use crate::secrets::found_in;
use crate::verdict::{Unknown, Verdict};
use crate::view::View;

pub(crate) static CHECKS: &[Check] = &[
    check("ec2-instance-imdsv1-allowed", "An instance takes the old metadata service", High, "ec2", "instance")
        .cis("5.7", "6.7", "6.7")
        .fsbp(&["EC2.8"])
        .page(
            "The metadata service asks for tokens (IMDSv2), or is off.",
            "With the old one, a server that fetches an address for its caller hands out its role's keys.",
            "aws ec2 modify-instance-metadata-options --http-tokens required.",
            "Software that can't do IMDSv2: update it.",
        )
        .detectors(&["imdsv1-allowed"])
        .action(ActionId::RequireMetadataTokens)
        .each(|v| {
            if is_gone(v)? {
                return Ok(Verdict::Skip);
            }
            if v.text("DescribeInstances.MetadataOptions.HttpEndpoint")? == Some("disabled") {
                return Ok(Verdict::Pass("its metadata service is off".to_owned()));
            }
            v.none_of(
                "DescribeInstances.MetadataOptions.HttpTokens",
                &["required"],
                "its metadata service does not ask for tokens",
                "its metadata service asks for tokens",
            )
        }),
    check("ec2-instance-without-role", "An instance runs under no role", Medium, "ec2", "instance")
        .cis("1.17", "2.17", "2.16")
        .page(
            "The instance has an instance profile.",
            "What runs there and calls AWS does so with keys that somebody copied onto it.",
            "Attach an instance profile, and delete the keys.",
            "Machines that never call AWS.",
        )
        .detectors(&["instance-profile-attached"])
        .each(|v| {
            if is_gone(v)? {
                Ok(Verdict::Skip)
            } else {
                v.unset(
                    "DescribeInstances.IamInstanceProfile.Arn",
                    "it has no instance profile",
                    "it has an instance profile",
                )
            }
        }),
    check("ec2-instance-secret-in-user-data", "An instance's start script holds a secret", Critical, "ec2", "instance")
        .page(
            "The user data holds no keys or passwords.",
            "Everyone who may describe the instance, and every process on it, reads the script.",
            "Fetch the secret at start from Secrets Manager; then rotate it.",
            "A value that merely looks like one.",
        )
        .detectors(&["user-data-read", "user-data-read-in-bulk"])
        .each(|v| {
            let script = v.text("DescribeInstanceAttribute.UserData.Value")?.unwrap_or_default();
            Verdict::fail_with(
                found_in("", script).map(|kind| format!("its user data holds {kind}")),
                "its user data holds no secret",
            )
        }),
    check(
        "ec2-instance-stopped-for-long",
        "An instance has been stopped for more than 30 days",
        Medium,
        "ec2",
        "instance",
    )
    .fsbp(&["EC2.4"])
    .page(
        "No instance has been stopped for more than 30 days.",
        "It is not updated, and is started one day with everything that was found since.",
        "Make an image and terminate it.",
        "Machines that are kept for an emergency.",
    )
    .each(|v| {
        if v.text("DescribeInstances.State.Name")? != Some("stopped") {
            return Ok(Verdict::Pass("it is not stopped".to_owned()));
        }
        let reason = v.text("DescribeInstances.StateTransitionReason")?.unwrap_or_default();
        // `User initiated (2026-01-02 03:04:05 GMT)`
        let since = reason
            .split_once('(')
            .and_then(|(_, rest)| rest.get(..19))
            .and_then(|t| format!("{}Z", t.replace(' ', "T")).parse().ok());
        let since = since.ok_or_else(|| Unknown("AWS does not say since when it is stopped".to_owned()))?;
        Verdict::fail_older(
            Some(v.days_since(since)),
            30,
            |days| format!("it has been stopped for {days} days"),
            "it has been stopped for 30 days at most",
        )
    }),
    check("ec2-instance-several-interfaces", "An instance stands in several networks", Low, "ec2", "instance")
        .fsbp(&["EC2.17"])
        .page(
            "The instance has one network interface.",
            "A machine with a foot in two networks is a bridge between them.",
            "Take the second interface off, or route between the networks.",
            "Network appliances, and nodes of Kubernetes.",
        )
        .each(|v| {
            let count = v.list("DescribeInstances.NetworkInterfaces")?.len();
            Verdict::fail_with(
                (count > 1).then(|| format!("it has {count} network interfaces")),
                "it has one network interface",
            )
        }),
    check("ec2-instance-paravirtual", "An instance is paravirtual", Medium, "ec2", "instance")
        .fsbp(&["EC2.24"])
        .page(
            "The instance is a hardware virtual machine.",
            "Paravirtual ones run on old hosts, without what later ones protect.",
            "Move it to a current type with an image for it.",
            "None.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.text("DescribeInstances.VirtualizationType")? == Some("paravirtual"),
                "it is paravirtual",
                "it is a hardware virtual machine",
            )
        }),
    check("ec2-instance-not-managed", "An instance is not managed by Systems Manager", Medium, "ec2", "instance")
        .fsbp(&["SSM.1"])
        .page(
            "Systems Manager knows the instance.",
            "Nobody sees what is installed there, patches it, or gets in without an open port.",
            "Give its role AmazonSSMManagedInstanceCore and see that the agent runs.",
            "Appliances, and machines that live for minutes.",
        )
        .beside(&[("ssm", "managed-instance")], |v, index| {
            if v.text("DescribeInstances.State.Name")?.is_some_and(|state| state != "running") {
                return Ok(Verdict::Skip);
            }
            let id = v.resource.label();
            let known = index
                .near("ssm", "managed-instance", v.resource)
                .any(|m| m.resource.label() == id || m.resource.arn.ends_with(&format!("/{id}")));
            Verdict::fail_if(!known, "Systems Manager does not know it", "Systems Manager manages it")
        }),
    check(
        "ec2-instance-detailed-monitoring-off",
        "An instance is watched every five minutes only",
        Low,
        "ec2",
        "instance",
    )
    .page(
        "Detailed monitoring is on.",
        "What an attacker runs shows in the load, five minutes later and blurred.",
        "aws ec2 monitor-instances.",
        "Machines of no weight.",
    )
    .each(|v| {
        v.none_of(
            "DescribeInstances.Monitoring.State",
            &["enabled", "pending"],
            "detailed monitoring is off",
            "detailed monitoring is on",
        )
    }),
];

fn is_gone(v: &View<'_>) -> Result<bool, Unknown> {
    Ok(matches!(v.text("DescribeInstances.State.Name")?, Some("terminated" | "shutting-down")))
}
