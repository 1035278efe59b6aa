//! Settings of EC2 for an account in a region.

use riposte_core::finding::Severity::{High, Low, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("ec2-disk-encryption-not-default", "New disks are not encrypted by default", High, "ec2", "account")
        .cis("5.1.1", "6.1.1", "6.1.1")
        .fsbp(&["EC2.7"])
        .page(
            "EBS encrypts new volumes and snapshots by default, in each region.",
            "A disk that somebody forgot to encrypt is readable from each of its copies.",
            "aws ec2 enable-ebs-encryption-by-default, in each region.",
            "None: old volumes stay as they are.",
        )
        .detectors(&["volume-default-encryption-disabled"])
        .each(|v| {
            v.off(
                "GetEbsEncryptionByDefault.EbsEncryptionByDefault",
                "new volumes are not encrypted by default",
                "new volumes are encrypted by default",
            )
        }),
    check("ec2-snapshot-public-sharing-allowed", "Snapshots of disks can be made public", High, "ec2", "account")
        .fsbp(&["EC2.182"])
        .page(
            "Public sharing of snapshots is blocked in the region.",
            "A disk's copy that is shared with all is found and copied within minutes.",
            "aws ec2 enable-snapshot-block-public-access --state block-all-sharing.",
            "Publishers of public snapshots.",
        )
        .detectors(&["image-or-snapshot-public-access-unblocked", "snapshot-public"])
        .each(|v| {
            v.none_of(
                "GetSnapshotBlockPublicAccessState.State",
                &["block-all-sharing", "block-new-sharing"],
                "public sharing of snapshots is not blocked",
                "public sharing of snapshots is blocked",
            )
        }),
    check("ec2-image-public-sharing-allowed", "Machine images can be made public", Medium, "ec2", "account")
        .page(
            "Public sharing of images is blocked in the region.",
            "An image that is shared with all carries whatever was on the machine, credentials included.",
            "aws ec2 enable-image-block-public-access --image-block-public-access-state block-new-sharing.",
            "Publishers of public images.",
        )
        .detectors(&["image-or-snapshot-public-access-unblocked", "image-public"])
        .each(|v| {
            v.none_of(
                "GetImageBlockPublicAccessState.ImageBlockPublicAccessState",
                &["block-new-sharing"],
                "public sharing of images is not blocked",
                "public sharing of images is blocked",
            )
        }),
    check("ec2-serial-console-enabled", "The serial console of instances is enabled", Low, "ec2", "account")
        .page(
            "Access to serial consoles is off.",
            "It reaches a machine past every security group, for whoever may push a key.",
            "aws ec2 disable-serial-console-access.",
            "While somebody repairs a machine that does not boot.",
        )
        .detectors(&["serial-console-enabled", "serial-console-key-sent"])
        .each(|v| {
            v.on(
                "GetSerialConsoleAccessStatus.SerialConsoleAccessEnabled",
                "serial console access is enabled",
                "serial console access is disabled",
            )
        }),
    check(
        "ec2-imdsv1-allowed-by-default",
        "New instances take the old metadata service by default",
        Medium,
        "ec2",
        "account",
    )
    .page(
        "The account's default for new instances asks for tokens (IMDSv2).",
        "With the old metadata service, a server that fetches an address for its caller hands out its role's keys.",
        "aws ec2 modify-instance-metadata-defaults --http-tokens required, in each region.",
        "Regions in which no instances are launched.",
    )
    .detectors(&["imdsv1-allowed"])
    .each(|v| {
        v.none_of(
            "GetInstanceMetadataDefaults.AccountLevel.HttpTokens",
            &["required"],
            "tokens are not required by default",
            "tokens are required by default",
        )
    }),
    check(
        "ec2-vpc-public-access-not-blocked",
        "Nothing blocks the internet from VPCs as a whole",
        Low,
        "ec2",
        "account",
    )
    .fsbp(&["EC2.172"])
    .page(
        "VPC block public access is on, for ingress at least.",
        "It is the one switch that no route, group or ACL undoes.",
        "aws ec2 modify-vpc-block-public-access-options --internet-gateway-block-mode block-ingress, with exclusions.",
        "Regions that serve the internet.",
    )
    .detectors(&["vpc-public-access-block-removed"])
    .each(|v| {
        let mode =
            v.text("DescribeVpcBlockPublicAccessOptions.VpcBlockPublicAccessOptions.InternetGatewayBlockMode")?;
        Verdict::fail_if(
            !matches!(mode, Some("block-ingress" | "block-bidirectional")),
            "internet gateways are not blocked",
            "internet gateways are blocked",
        )
    }),
];
