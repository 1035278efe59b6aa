//! Scaling groups and launch configurations.

use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::check::{Check, check};
use crate::secrets::found_in;
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check(
        "autoscaling-group-single-zone",
        "A scaling group stands in one zone",
        Medium,
        "autoscaling",
        "auto-scaling-group",
    )
    .fsbp(&["AutoScaling.2"])
    .page(
        "The group has several zones.",
        "The loss of a zone is the loss of the service.",
        "Give it a subnet in another zone.",
        "Groups for tests.",
    )
    .each(|v| {
        Verdict::fail_if(
            v.list("DescribeAutoScalingGroups.AvailabilityZones")?.len() < 2,
            "it has one zone",
            "it has several zones",
        )
    }),
    check(
        "autoscaling-group-health-not-checked",
        "A scaling group does not ask its load balancer",
        Low,
        "autoscaling",
        "auto-scaling-group",
    )
    .fsbp(&["AutoScaling.1"])
    .page(
        "A group behind a load balancer uses its health checks.",
        "Machines that don't serve are kept.",
        "Set the health check type to ELB.",
        "None.",
    )
    .each(|v| {
        if v.list("DescribeAutoScalingGroups.TargetGroupARNs")?.is_empty()
            && v.list("DescribeAutoScalingGroups.LoadBalancerNames")?.is_empty()
        {
            return Ok(Verdict::Skip);
        }
        Verdict::fail_if(
            !v.text("DescribeAutoScalingGroups.HealthCheckType")?.is_some_and(|t| t.contains("ELB")),
            "it does not use the load balancer's health checks",
            "it uses the load balancer's health checks",
        )
    }),
    check(
        "autoscaling-group-without-template",
        "A scaling group uses a launch configuration",
        Medium,
        "autoscaling",
        "auto-scaling-group",
    )
    .fsbp(&["AutoScaling.9"])
    .page(
        "The group uses a launch template.",
        "Launch configurations lack what later instances protect.",
        "Move it to a launch template.",
        "None.",
    )
    .each(|v| {
        let (own, mixed) = (
            v.get("DescribeAutoScalingGroups.LaunchTemplate")?.is_some(),
            v.get("DescribeAutoScalingGroups.MixedInstancesPolicy")?.is_some(),
        );
        Verdict::fail_if(!own && !mixed, "it uses no launch template", "it uses a launch template")
    }),
    check(
        "autoscaling-launch-configuration-imdsv1-allowed",
        "A launch configuration takes the old metadata service",
        High,
        "autoscaling",
        "launch-configuration",
    )
    .fsbp(&["AutoScaling.3"])
    .page(
        "Its instances ask for tokens (IMDSv2).",
        "A server that fetches an address for its caller hands out its role's keys.",
        "Make a launch template with HttpTokens=required.",
        "None.",
    )
    .detectors(&["imdsv1-allowed"])
    .each(|v| {
        v.none_of(
            "DescribeLaunchConfigurations.MetadataOptions.HttpTokens",
            &["required"],
            "its instances do not ask for tokens",
            "its instances ask for tokens",
        )
    }),
    check(
        "autoscaling-launch-configuration-metadata-hops",
        "A launch configuration lets metadata travel",
        High,
        "autoscaling",
        "launch-configuration",
    )
    .fsbp(&["AutoScaling.4"])
    .page(
        "The hop limit of the metadata service is 1.",
        "Containers on the machine get its role's keys.",
        "Make a launch template with a hop limit of 1.",
        "Machines whose containers need the role.",
    )
    .each(|v| {
        Verdict::fail_if(
            v.number("DescribeLaunchConfigurations.MetadataOptions.HttpPutResponseHopLimit")?.unwrap_or(1.0) > 1.0,
            "the hop limit is more than 1",
            "the hop limit is 1",
        )
    }),
    check(
        "autoscaling-launch-configuration-public-address",
        "A launch configuration gives public addresses",
        High,
        "autoscaling",
        "launch-configuration",
    )
    .fsbp(&["AutoScaling.5"])
    .page(
        "Its instances get no public address.",
        "Every machine of it stands on the internet.",
        "Make a launch template without one.",
        "Public servers.",
    )
    .each(|v| {
        v.said(
            "DescribeLaunchConfigurations.AssociatePublicIpAddress",
            "its instances get public addresses",
            "its instances get no public address",
        )
    }),
    check(
        "autoscaling-launch-configuration-secret-in-user-data",
        "A launch configuration's start script holds a secret",
        Critical,
        "autoscaling",
        "launch-configuration",
    )
    .page(
        "The user data holds no keys or passwords.",
        "Everyone who may describe it reads the script.",
        "Fetch the secret at start; rotate it.",
        "A value that merely looks like one.",
    )
    .each(|v| {
        Verdict::fail_with(
            found_in("", v.text("DescribeLaunchConfigurations.UserData")?.unwrap_or_default())
                .map(|k| format!("its user data holds {k}")),
            "its user data holds no secret",
        )
    }),
    check(
        "autoscaling-group-single-type",
        "A scaling group knows one type of instance",
        Medium,
        "autoscaling",
        "auto-scaling-group",
    )
    .fsbp(&["AutoScaling.6"])
    .page(
        "The group may use several types of instances in several zones.",
        "Where AWS has none of the type left, the group does not grow.",
        "Give it a mixed instances policy.",
        "Groups for tests.",
    )
    .each(|v| {
        const OVERRIDES: &str = "DescribeAutoScalingGroups.MixedInstancesPolicy.LaunchTemplate.Overrides";
        let overrides = v.list(OVERRIDES)?;
        let by_need = overrides.iter().any(|o| crate::view::at(o, "InstanceRequirements").is_some());
        let types: std::collections::BTreeSet<_> =
            overrides.iter().filter_map(|o| crate::view::text(o, "InstanceType")).collect();
        let zones = v.list("DescribeAutoScalingGroups.AvailabilityZones")?.len();
        let wrong = if !by_need && types.len() < 2 {
            Some("it knows one type of instance".to_owned())
        } else {
            (zones < 2).then(|| "it has one zone".to_owned())
        };
        Verdict::fail_with(wrong, "it may use several types in several zones")
    }),
];
