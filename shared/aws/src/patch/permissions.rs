//! What the patching function's role needs.

use crate::actions::{Permission, When};

/// The permissions: what is read, and the few calls that change something.
///
/// A command goes to no instance that has the exempt tag at all: that bound holds even where the function is wrong.
pub const PERMISSIONS: [Permission; 11] = [
    Permission::anywhere(&[
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "cloudwatch:DescribeAlarms",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstances",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeSnapshots",
        "eks:DescribeCluster",
        "eks:DescribeClusterVersions",
        "eks:DescribeNodegroup",
        "eks:ListClusters",
        "eks:ListNodegroups",
        "elasticache:DescribeCacheClusters",
        "elasticache:DescribeUpdateActions",
        "health:DescribeServiceLifecycle",
        "inspector2:ListFindings",
        "lambda:ListFunctions",
        "rds:DescribeDBInstances",
        "rds:DescribeDBMajorEngineVersions",
        "rds:DescribePendingMaintenanceActions",
        "ssm:CancelCommand",
        "ssm:DescribeInstanceAssociationsStatus",
        "ssm:DescribeInstanceInformation",
        "ssm:DescribeInstancePatchStates",
        "ssm:DescribeInstancePatches",
        "ssm:DescribeMaintenanceWindowTargets",
        "ssm:DescribeMaintenanceWindowTasks",
        "ssm:DescribeMaintenanceWindows",
        "ssm:GetCommandInvocation",
        "ssm:GetMaintenanceWindow",
        "ssm:ListAssociations",
        "ssm:ListCommands",
        "ssm:ListResourceComplianceSummaries",
        "ssm:ListTagsForResource",
    ]),
    Permission::on(
        &[
            "arn:${AWS::Partition}:ssm:${AWS::Region}::document/AWS-ConfigureAWSPackage",
            "arn:${AWS::Partition}:ssm:${AWS::Region}::document/AWS-RunPatchBaseline",
            "arn:${AWS::Partition}:ssm:${AWS::Region}::document/AWS-RunPowerShellScript",
            "arn:${AWS::Partition}:ssm:${AWS::Region}::document/AWS-RunShellScript",
        ],
        &["ssm:SendCommand"],
    ),
    Permission {
        calls: &["ssm:SendCommand"],
        resources: &[
            "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*",
            "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:managed-instance/*",
        ],
        when: &[When { test: "Null", key: "ssm:resourceTag/riposte:exempt", values: &["true"] }],
    },
    Permission::on(&["arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:volume/*"], &["ec2:CreateSnapshot"]),
    Permission {
        calls: &["ec2:CreateSnapshot"],
        resources: &["arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*"],
        when: &[When { test: "Null", key: "aws:RequestTag/riposte:patch", values: &["false"] }],
    },
    Permission {
        calls: &["ec2:CreateTags"],
        resources: &["arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*"],
        when: &[When { test: "StringEquals", key: "ec2:CreateAction", values: &["CreateSnapshot"] }],
    },
    // A member of an Auto Scaling group that is replaced rather than patched.
    Permission {
        calls: &["autoscaling:TerminateInstanceInAutoScalingGroup"],
        resources: &[
            "arn:${AWS::Partition}:autoscaling:${AWS::Region}:${AWS::AccountId}:autoScalingGroup:*:autoScalingGroupName/*",
        ],
        when: &[When { test: "Null", key: "aws:ResourceTag/riposte:exempt", values: &["true"] }],
    },
    // AWS's own public parameters: the recommended images of EKS's nodes.
    Permission::on(
        &["arn:${AWS::Partition}:ssm:${AWS::Region}::parameter/aws/service/eks/optimized-ami/*"],
        &["ssm:GetParameter"],
    ),
    // The list of runs.
    Permission::on(
        &["arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/riposte-ledger/index/by-time"],
        &["dynamodb:Query"],
    ),
    // Declared security groups.
    Permission::on(
        &["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/riposte/patch/groups/*"],
        &["ssm:GetParameter"],
    ),
    // CISA's list, declared groups and baseline overrides, in a bucket that is named so.
    Permission::on(
        &["arn:${AWS::Partition}:s3:::riposte-patch-${AWS::AccountId}*/*"],
        &["s3:GetObject", "s3:PutObject"],
    ),
];
