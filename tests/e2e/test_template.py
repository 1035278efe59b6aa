"""Holds infra/template.yaml to what it promises: sound, closed to forged events, and no role wider than stated here.

The permissions below are written out by hand on purpose. The template's own are generated from the actions, so this
table is where a person sees a permission come or go.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import yaml
from botocore.exceptions import ClientError
from deploy import DEMO_SOURCE, FUNCTIONS, TEMPLATE, DeployError, delete, deploy
from emulator import ACCOUNT, REGION, Emulator
from template import Resolver, defaults, load

# One event that each function's rules name; behavior-watch is sent all of them.
EVENTS = {
    "ingress-guard": ("ec2.amazonaws.com", "AuthorizeSecurityGroupIngress"),
    "identity-guard": ("iam.amazonaws.com", "AttachUserPolicy"),
    "data-guard": ("s3.amazonaws.com", "PutBucketPolicy"),
    "trail-guard": ("cloudtrail.amazonaws.com", "StopLogging"),
    "compute-guard": ("ec2.amazonaws.com", "RunInstances"),
    "log-watch": ("logs.amazonaws.com", "CreateLogStream"),
    "account-auditor": ("ec2.amazonaws.com", "CreateVpc"),
}
DETAIL_TYPE = "AWS API Call via CloudTrail"
# EventBridge's quota for one pattern.
LONGEST_PATTERN = 2048

IAM = f"arn:aws:iam::{ACCOUNT}"
EVERY_FUNCTION = {
    "cloudtrail:LookupEvents": {"*"},
    "dynamodb:BatchGetItem": {"LEDGER"},
    "dynamodb:DeleteItem": {"LEDGER"},
    "dynamodb:GetItem": {"LEDGER"},
    "dynamodb:PutItem": {"LEDGER"},
    "dynamodb:UpdateItem": {"LEDGER"},
    "kms:Decrypt": {"KEY"},
    "kms:GenerateDataKey": {"KEY"},
    "logs:CreateLogStream": {"LOGS"},
    "logs:PutLogEvents": {"LOGS"},
    "sns:Publish": {"TOPIC"},
    "sqs:ChangeMessageVisibility": {"QUEUE"},
    "sqs:DeleteMessage": {"QUEUE"},
    "sqs:GetQueueAttributes": {"QUEUE"},
    "sqs:ReceiveMessage": {"QUEUE"},
    "ssm:GetParameter": {"OWN_KEY"},
    "ssm:GetParametersByPath": {
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/riposte",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/riposte/*",
    },
}
OWN = {
    "ingress-guard": {
        "dynamodb:Query": {"LEDGER/index/by-time"},
        "ec2:CreateFlowLogs": {
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-flow-log/*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/*",
        },
        "ec2:DeleteNetworkAclEntry": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-acl/*"},
        "ec2:DescribeFlowLogs": {"*"},
        "ec2:DescribeManagedPrefixLists": {"*"},
        "ec2:DescribeNetworkAcls": {"*"},
        "ec2:DescribeNetworkInterfaces": {"*"},
        "ec2:DescribeSecurityGroupRules": {"*"},
        "ec2:DescribeSecurityGroups": {"*"},
        "ec2:DescribeSubnets": {"*"},
        "ec2:DescribeVpcs": {"*"},
        "ec2:GetManagedPrefixListEntries": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:prefix-list/*"},
        "ec2:ModifyManagedPrefixList": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:prefix-list/*"},
        "ec2:RevokeSecurityGroupIngress": {f"arn:aws:ec2:*:{ACCOUNT}:security-group/*"},
        "iam:PassRole": {f"{IAM}:role/*"},
        "logs:CreateLogDelivery": {"*"},
        "rds:DescribeDBInstances": {f"arn:aws:rds:{REGION}:{ACCOUNT}:db:*"},
        "rds:ListTagsForResource": {f"arn:aws:rds:{REGION}:{ACCOUNT}:db:*"},
        "rds:ModifyDBInstance": {f"arn:aws:rds:{REGION}:{ACCOUNT}:db:*"},
    },
    "identity-guard": {
        "cognito-identity:DescribeIdentityPool": {
            f"arn:aws:cognito-identity:{REGION}:{ACCOUNT}:identitypool/*",
        },
        "cognito-identity:UpdateIdentityPool": {
            f"arn:aws:cognito-identity:{REGION}:{ACCOUNT}:identitypool/*",
        },
        "dynamodb:Query": {"LEDGER/index/by-time"},
        "iam:AttachRolePolicy": {f"{IAM}:role/*"},
        "iam:AttachUserPolicy": {f"{IAM}:user/*"},
        "iam:CreatePolicy": {f"{IAM}:policy/riposte/*"},
        "iam:DeleteGroupPolicy": {f"{IAM}:group/*"},
        "iam:DeleteOpenIDConnectProvider": {f"{IAM}:oidc-provider/*"},
        "iam:DeletePolicy": {f"{IAM}:policy/riposte/*"},
        "iam:DeleteRolePolicy": {f"{IAM}:role/*"},
        "iam:DeleteUserPolicy": {f"{IAM}:user/*"},
        "iam:DetachGroupPolicy": {f"{IAM}:group/*"},
        "iam:DetachRolePolicy": {f"{IAM}:role/*"},
        "iam:DetachUserPolicy": {f"{IAM}:user/*"},
        "iam:GetGroup": {f"{IAM}:group/*"},
        "iam:GetGroupPolicy": {f"{IAM}:group/*"},
        "iam:GetOpenIDConnectProvider": {f"{IAM}:oidc-provider/*"},
        "iam:GetPolicy": {f"{IAM}:policy/*", f"{IAM}:policy/riposte/*"},
        "iam:GetPolicyVersion": {f"{IAM}:policy/*"},
        "iam:GetRole": {f"{IAM}:role/*"},
        "iam:GetRolePolicy": {f"{IAM}:role/*"},
        "iam:GetUser": {f"{IAM}:user/*"},
        "iam:GetUserPolicy": {f"{IAM}:user/*"},
        "iam:ListAccessKeys": {f"{IAM}:user/*"},
        "iam:ListAttachedGroupPolicies": {f"{IAM}:group/*"},
        "iam:ListAttachedRolePolicies": {f"{IAM}:role/*"},
        "iam:ListAttachedUserPolicies": {f"{IAM}:user/*"},
        "iam:ListGroupPolicies": {f"{IAM}:group/*"},
        "iam:ListGroupsForUser": {f"{IAM}:user/*"},
        "iam:ListPolicyVersions": {f"{IAM}:policy/*"},
        "iam:ListRolePolicies": {f"{IAM}:role/*"},
        "iam:ListSSHPublicKeys": {f"{IAM}:user/*"},
        "iam:ListServiceSpecificCredentials": {f"{IAM}:user/*"},
        "iam:ListSigningCertificates": {f"{IAM}:user/*"},
        "iam:ListUserPolicies": {f"{IAM}:user/*"},
        "iam:PutRolePermissionsBoundary": {f"{IAM}:role/*"},
        "iam:PutUserPermissionsBoundary": {f"{IAM}:user/*"},
        "iam:RemoveClientIDFromOpenIDConnectProvider": {f"{IAM}:oidc-provider/*"},
        "iam:RemoveUserFromGroup": {f"{IAM}:group/*"},
        "iam:SetDefaultPolicyVersion": {f"{IAM}:policy/*"},
        "iam:UpdateAccessKey": {f"{IAM}:user/*"},
        "iam:UpdateAssumeRolePolicy": {f"{IAM}:role/*"},
        "iam:UpdateSSHPublicKey": {f"{IAM}:user/*"},
        "iam:UpdateServiceSpecificCredential": {f"{IAM}:user/*"},
        "iam:UpdateSigningCertificate": {f"{IAM}:user/*"},
        "rolesanywhere:DisableProfile": {f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:profile/*"},
        "rolesanywhere:DisableTrustAnchor": {f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:trust-anchor/*"},
        "rolesanywhere:GetProfile": {f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:profile/*"},
        "rolesanywhere:GetTrustAnchor": {f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:trust-anchor/*"},
        "rolesanywhere:ListTagsForResource": {
            f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:profile/*",
            f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:trust-anchor/*",
        },
    },
    "data-guard": {
        "backup:DeleteBackupVaultAccessPolicy": {f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:*"},
        "backup:GetBackupVaultAccessPolicy": {f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:*"},
        "backup:PutBackupVaultAccessPolicy": {f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:*"},
        "cloudtrail:LookupEvents": {"*"},
        "dynamodb:DeleteResourcePolicy": {f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/*"},
        "dynamodb:GetResourcePolicy": {f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/*"},
        "dynamodb:PutResourcePolicy": {f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/*"},
        "dynamodb:Query": {"LEDGER/index/by-time"},
        "ec2:DescribeImageAttribute": {"*"},
        "ec2:DescribeSnapshotAttribute": {"*"},
        "ec2:DescribeTags": {"*"},
        "ec2:EnableImageBlockPublicAccess": {"*"},
        "ec2:EnableSnapshotBlockPublicAccess": {"*"},
        "ec2:GetImageBlockPublicAccessState": {"*"},
        "ec2:GetSnapshotBlockPublicAccessState": {"*"},
        "ec2:ModifyImageAttribute": {
            f"arn:aws:ec2:{REGION}::image/*",
            f"arn:aws:ec2:{REGION}::snapshot/*",
        },
        "ec2:ModifySnapshotAttribute": {
            f"arn:aws:ec2:{REGION}::image/*",
            f"arn:aws:ec2:{REGION}::snapshot/*",
        },
        "ecr:DeleteRepositoryPolicy": {f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"},
        "ecr:GetRepositoryPolicy": {f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"},
        **{
            f"events:{call}": {f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/*"}
            for call in ("DescribeEventBus", "ListTagsForResource", "PutPermission", "RemovePermission")
        },
        **{
            f"kinesis:{call}": {f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/*"}
            for call in ("DeleteResourcePolicy", "GetResourcePolicy", "PutResourcePolicy")
        },
        "ecr:ListTagsForResource": {f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"},
        "ecr:SetRepositoryPolicy": {f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"},
        "elasticfilesystem:DeleteFileSystemPolicy": {
            f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/*",
        },
        "elasticfilesystem:DescribeFileSystemPolicy": {
            f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/*",
        },
        "elasticfilesystem:PutFileSystemPolicy": {
            f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/*",
        },
        "glue:DeleteResourcePolicy": {f"arn:aws:glue:{REGION}:{ACCOUNT}:catalog"},
        "glue:GetResourcePolicy": {f"arn:aws:glue:{REGION}:{ACCOUNT}:catalog"},
        "glue:PutResourcePolicy": {f"arn:aws:glue:{REGION}:{ACCOUNT}:catalog"},
        "iam:AttachRolePolicy": {f"{IAM}:role/*"},
        "iam:AttachUserPolicy": {f"{IAM}:user/*"},
        "iam:CreatePolicy": {f"{IAM}:policy/riposte/*"},
        "iam:DeletePolicy": {f"{IAM}:policy/riposte/*"},
        "iam:DetachRolePolicy": {f"{IAM}:role/*"},
        "iam:DetachUserPolicy": {f"{IAM}:user/*"},
        "iam:GetPolicy": {f"{IAM}:policy/riposte/*"},
        "iam:GetRole": {f"{IAM}:role/*"},
        "iam:GetUser": {f"{IAM}:user/*"},
        "iam:ListAttachedRolePolicies": {f"{IAM}:role/*"},
        "iam:ListAttachedUserPolicies": {f"{IAM}:user/*"},
        "iam:PassRole": {f"{IAM}:role/*"},
        "kms:CancelKeyDeletion": {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"},
        "kms:DescribeKey": {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"},
        "kms:EnableKey": {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"},
        "kms:GetKeyPolicy": {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"},
        "kms:ListGrants": {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"},
        "kms:ListResourceTags": {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"},
        "kms:PutKeyPolicy": {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"},
        "kms:RevokeGrant": {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"},
        "rds:DescribeDBClusterSnapshotAttributes": {f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:*"},
        "rds:DescribeDBSnapshotAttributes": {f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:*"},
        "rds:ListTagsForResource": {
            f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:*",
            f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:*",
        },
        "rds:ModifyDBClusterSnapshotAttribute": {f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:*"},
        "rds:ModifyDBSnapshotAttribute": {f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:*"},
        "s3:DeleteBucketPolicy": {"arn:aws:s3:::*"},
        "s3:GetAccountPublicAccessBlock": {"*"},
        "s3:GetBucketAcl": {"arn:aws:s3:::*"},
        "s3:GetBucketPolicy": {"arn:aws:s3:::*"},
        "s3:GetBucketPublicAccessBlock": {"arn:aws:s3:::*"},
        "s3:GetBucketTagging": {"arn:aws:s3:::*"},
        "s3:GetBucketVersioning": {"arn:aws:s3:::*"},
        "s3:GetLifecycleConfiguration": {"arn:aws:s3:::*"},
        "s3:GetObjectAcl": {"arn:aws:s3:::*/*"},
        "s3:GetReplicationConfiguration": {"arn:aws:s3:::*"},
        "s3:PutAccountPublicAccessBlock": {"*"},
        "s3:PutBucketAcl": {"arn:aws:s3:::*"},
        "s3:PutBucketPolicy": {"arn:aws:s3:::*"},
        "s3:PutBucketPublicAccessBlock": {"arn:aws:s3:::*"},
        "s3:PutBucketVersioning": {"arn:aws:s3:::*"},
        "s3:PutLifecycleConfiguration": {"arn:aws:s3:::*"},
        "s3:PutObjectAcl": {"arn:aws:s3:::*/*"},
        "s3:PutReplicationConfiguration": {"arn:aws:s3:::*"},
        "secretsmanager:DeleteResourcePolicy": {f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:*"},
        "secretsmanager:DescribeSecret": {f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:*"},
        "secretsmanager:GetResourcePolicy": {f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:*"},
        "secretsmanager:PutResourcePolicy": {f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:*"},
        "secretsmanager:RestoreSecret": {f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:*"},
        "sns:GetTopicAttributes": {f"arn:aws:sns:{REGION}:{ACCOUNT}:*"},
        "sns:ListTagsForResource": {f"arn:aws:sns:{REGION}:{ACCOUNT}:*"},
        "sns:SetTopicAttributes": {f"arn:aws:sns:{REGION}:{ACCOUNT}:*"},
        "sqs:GetQueueAttributes": {"QUEUE", f"arn:aws:sqs:{REGION}:{ACCOUNT}:*"},
        "sqs:SetQueueAttributes": {f"arn:aws:sqs:{REGION}:{ACCOUNT}:*"},
        "ssm:DescribeDocumentPermission": {f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/*"},
        "ssm:ListTagsForResource": {f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/*"},
        "ssm:ModifyDocumentPermission": {f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/*"},
    },
    "trail-guard": {
        "cloudtrail:GetEventSelectors": {f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/*"},
        "cloudtrail:GetTrail": {f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/*"},
        "cloudtrail:GetTrailStatus": {f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/*"},
        "cloudtrail:ListTags": {f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/*"},
        "cloudtrail:LookupEvents": {"*"},
        "cloudtrail:PutEventSelectors": {f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/*"},
        "cloudtrail:StartLogging": {f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/*"},
        "cloudtrail:UpdateTrail": {f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/*"},
        "config:DescribeConfigurationRecorderStatus": {"*"},
        "config:DescribeConfigurationRecorders": {"*"},
        "config:PutConfigurationRecorder": {"*"},
        "config:StartConfigurationRecorder": {"*"},
        "dynamodb:Query": {"LEDGER/index/by-time"},
        "events:DescribeRule": {f"arn:aws:events:{REGION}:{ACCOUNT}:rule/*"},
        "events:EnableRule": {f"arn:aws:events:{REGION}:{ACCOUNT}:rule/*"},
        "events:ListTagsForResource": {f"arn:aws:events:{REGION}:{ACCOUNT}:rule/*"},
        "guardduty:GetDetector": {f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/*"},
        "guardduty:ListTagsForResource": {f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/*"},
        "guardduty:UpdateDetector": {f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/*"},
        "iam:PassRole": {f"{IAM}:role/*"},
        "securityhub:DescribeHub": {f"arn:aws:securityhub:{REGION}:{ACCOUNT}:hub/default"},
        "securityhub:EnableSecurityHub": {f"arn:aws:securityhub:{REGION}:{ACCOUNT}:hub/default"},
    },
    "compute-guard": {
        "autoscaling:DescribeAutoScalingInstances": {"*"},
        "autoscaling:EnterStandby": {f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/*"},
        "dynamodb:Query": {"LEDGER/index/by-time"},
        "ec2:CreateSnapshots": {
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/*",
            f"arn:aws:ec2:{REGION}::snapshot/*",
        },
        "ec2:CreateTags": {f"arn:aws:ec2:{REGION}::snapshot/*"},
        "ec2:DescribeIamInstanceProfileAssociations": {"*"},
        "ec2:DescribeImageAttribute": {"*"},
        "ec2:DescribeImages": {"*"},
        "ec2:DescribeInstances": {"*"},
        "ec2:DescribeSecurityGroups": {"*"},
        "ec2:DescribeSnapshotAttribute": {"*"},
        "ec2:DescribeSnapshots": {"*"},
        "ec2:DescribeTags": {"*"},
        "ec2:DisableSerialConsoleAccess": {"*"},
        "ec2:DisassociateIamInstanceProfile": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*"},
        "ec2:GetSerialConsoleAccessStatus": {"*"},
        "ec2:ModifyImageAttribute": {
            f"arn:aws:ec2:{REGION}::image/*",
            f"arn:aws:ec2:{REGION}::snapshot/*",
        },
        "ec2:ModifyInstanceMetadataOptions": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*"},
        "ec2:ModifyNetworkInterfaceAttribute": {
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*",
        },
        "ec2:ModifySnapshotAttribute": {
            f"arn:aws:ec2:{REGION}::image/*",
            f"arn:aws:ec2:{REGION}::snapshot/*",
        },
        "ec2:StartInstances": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*"},
        "ec2:StopInstances": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*"},
        "eks:DisassociateAccessPolicy": {f"arn:aws:eks:{REGION}:{ACCOUNT}:access-entry/*"},
        "eks:ListAssociatedAccessPolicies": {f"arn:aws:eks:{REGION}:{ACCOUNT}:access-entry/*"},
        "eks:ListTagsForResource": {f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/*"},
        "iam:AttachRolePolicy": {f"{IAM}:role/*"},
        "iam:AttachUserPolicy": {f"{IAM}:user/*"},
        "iam:CreatePolicy": {f"{IAM}:policy/riposte/*"},
        "iam:DeletePolicy": {f"{IAM}:policy/riposte/*"},
        "iam:DetachRolePolicy": {f"{IAM}:role/*"},
        "iam:DetachUserPolicy": {f"{IAM}:user/*"},
        "iam:GetPolicy": {f"{IAM}:policy/riposte/*"},
        "iam:GetRole": {f"{IAM}:role/*"},
        "iam:GetUser": {f"{IAM}:user/*"},
        "iam:ListAttachedRolePolicies": {f"{IAM}:role/*"},
        "iam:ListAttachedUserPolicies": {f"{IAM}:user/*"},
        "lambda:DeleteFunctionConcurrency": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"},
        "lambda:GetFunctionConcurrency": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"},
        "lambda:GetFunctionUrlConfig": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"},
        "lambda:GetLayerVersionPolicy": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:*:*"},
        "lambda:GetPolicy": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"},
        "lambda:ListTags": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"},
        "lambda:PutFunctionConcurrency": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"},
        "lambda:RemoveLayerVersionPermission": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:*:*"},
        "lambda:RemovePermission": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"},
        "lambda:UpdateFunctionUrlConfig": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"},
        "rds:DescribeDBClusterSnapshotAttributes": {f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:*"},
        "rds:DescribeDBSnapshotAttributes": {f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:*"},
        "rds:ListTagsForResource": {
            f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:*",
            f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:*",
        },
        "rds:ModifyDBClusterSnapshotAttribute": {f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:*"},
        "rds:ModifyDBSnapshotAttribute": {f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:*"},
        "ssm:DescribeDocumentPermission": {f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/*"},
        "ssm:ListTagsForResource": {f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/*"},
        "ssm:ModifyDocumentPermission": {f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/*"},
    },
    "log-watch": {
        "dynamodb:Query": {"LEDGER/index/by-time"},
        "ec2:CreateNetworkAclEntry": {f"arn:aws:ec2:*:{ACCOUNT}:network-acl/*"},
        "ec2:DeleteNetworkAclEntry": {f"arn:aws:ec2:*:{ACCOUNT}:network-acl/*"},
        "ec2:DescribeInstances": {"*"},
        "ec2:DescribeNetworkAcls": {"*"},
        "lambda:InvokeFunction": {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:riposte-*"},
        "logs:DescribeLogStreams": {f"arn:aws:logs:*:{ACCOUNT}:log-group:*"},
        "logs:GetLogEvents": {f"arn:aws:logs:*:{ACCOUNT}:log-group:*"},
        "sqs:SendMessage": {"DEAD_LETTERS"},
    },
    "patcher": {
        "autoscaling:DescribeAutoScalingGroups": {"*"},
        "autoscaling:DescribeAutoScalingInstances": {"*"},
        "autoscaling:DescribeLaunchConfigurations": {"*"},
        "autoscaling:TerminateInstanceInAutoScalingGroup": {
            f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/*",
        },
        "cloudwatch:DescribeAlarms": {"*"},
        "dynamodb:Query": {f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/riposte-ledger/index/by-time"},
        "ec2:AuthorizeSecurityGroupEgress": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*"},
        "ec2:AuthorizeSecurityGroupIngress": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*"},
        "ec2:CreateSecurityGroup": {
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/*",
        },
        "ec2:CreateSnapshot": {
            f"arn:aws:ec2:{REGION}::snapshot/*",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/*",
        },
        "ec2:CreateTags": {
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*",
            f"arn:aws:ec2:{REGION}::snapshot/*",
        },
        "ec2:DescribeImages": {"*"},
        "ec2:DescribeInstanceStatus": {"*"},
        "ec2:DescribeInstances": {"*"},
        "ec2:DescribeLaunchTemplateVersions": {"*"},
        "ec2:DescribeSecurityGroupRules": {"*"},
        "ec2:DescribeSecurityGroups": {"*"},
        "ec2:DescribeSnapshots": {"*"},
        "ec2:DescribeVpcs": {"*"},
        "ec2:RevokeSecurityGroupEgress": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*"},
        "ec2:RevokeSecurityGroupIngress": {f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/*"},
        "eks:DescribeCluster": {"*"},
        "eks:DescribeClusterVersions": {"*"},
        "eks:DescribeNodegroup": {"*"},
        "eks:ListClusters": {"*"},
        "eks:ListNodegroups": {"*"},
        "elasticache:DescribeCacheClusters": {"*"},
        "elasticache:DescribeUpdateActions": {"*"},
        "health:DescribeServiceLifecycle": {"*"},
        "inspector2:ListFindings": {"*"},
        "lambda:ListFunctions": {"*"},
        "rds:DescribeDBInstances": {"*"},
        "rds:DescribeDBMajorEngineVersions": {"*"},
        "rds:DescribePendingMaintenanceActions": {"*"},
        "s3:GetObject": {f"arn:aws:s3:::riposte-patch-{ACCOUNT}*/*"},
        "s3:PutObject": {f"arn:aws:s3:::riposte-patch-{ACCOUNT}*/*"},
        "ssm:CancelCommand": {"*"},
        "ssm:DescribeInstanceAssociationsStatus": {"*"},
        "ssm:DescribeInstanceInformation": {"*"},
        "ssm:DescribeInstancePatchStates": {"*"},
        "ssm:DescribeInstancePatches": {"*"},
        "ssm:DescribeMaintenanceWindowTargets": {"*"},
        "ssm:DescribeMaintenanceWindowTasks": {"*"},
        "ssm:DescribeMaintenanceWindows": {"*"},
        "ssm:GetCommandInvocation": {"*"},
        "ssm:GetMaintenanceWindow": {"*"},
        "ssm:GetParameter": {
            "OWN_KEY",
            f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/riposte/patch/groups/*",
            f"arn:aws:ssm:{REGION}::parameter/aws/service/eks/optimized-ami/*",
        },
        "ssm:ListAssociations": {"*"},
        "ssm:ListCommands": {"*"},
        "ssm:ListResourceComplianceSummaries": {"*"},
        "ssm:ListTagsForResource": {"*"},
        "ssm:SendCommand": {
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*",
            f"arn:aws:ssm:{REGION}::document/AWS-ConfigureAWSPackage",
            f"arn:aws:ssm:{REGION}::document/AWS-RunPatchBaseline",
            f"arn:aws:ssm:{REGION}::document/AWS-RunPowerShellScript",
            f"arn:aws:ssm:{REGION}::document/AWS-RunShellScript",
            f"arn:aws:ssm:{REGION}:{ACCOUNT}:managed-instance/*",
        },
    },
}
# Every action that changes a role; identity-guard is denied all of them on our own.
# The functions whose actions change IAM are denied their own and each other's roles.
CHANGES_IAM = {"ingress-guard", "identity-guard", "data-guard", "trail-guard", "compute-guard"}
DENIED = {
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
}


@pytest.fixture(scope="module")
def zips(tmp_path_factory) -> dict[str, Path]:
    """Functions that fail at once: a message that reached a queue stays there and can be counted."""
    package = tmp_path_factory.mktemp("zips") / "bootstrap.zip"
    with zipfile.ZipFile(package, "w") as archive:
        bootstrap = zipfile.ZipInfo("bootstrap")
        bootstrap.external_attr = 0o755 << 16
        archive.writestr(bootstrap, "#!/bin/sh\nexit 1\n")
    return dict.fromkeys(FUNCTIONS, package)


@pytest.fixture(scope="module")
def template() -> dict:
    return load()


@pytest.fixture
def default_stack(emulator, zips):
    """The stack with every default, also without an endpoint, so as AWS would make it."""
    yield deploy(emulator, zips, AwsEndpointUrl="")
    delete(emulator)


@pytest.fixture
def demo_stack(emulator, zips):
    """The stack that admits the demo's own events."""
    yield deploy(emulator, zips, DemoEventSource=DEMO_SOURCE, LogGroups="/var/log/secure")
    delete(emulator)


# ------------------------------------------------------------------------------------------------------------- the text


# Actions that AWS's service models have and the linter's list lacks.
NEWER_THAN_LINTER = ("'describeservicelifecycle' ",)


@pytest.mark.parametrize("regions", [[], ["--regions", "ALL_REGIONS"]], ids=["default", "all-regions"])
def test_cfn_lint_has_nothing_to_say(regions):
    command = Path(sys.executable).with_name("cfn-lint")
    arguments = [*regions, "--format", "json", "--template", TEMPLATE]
    run = subprocess.run([command, *arguments], capture_output=True, text=True)
    said = [
        (one["Rule"]["Id"], one["Message"])
        for one in json.loads(run.stdout)
        if not (one["Rule"]["Id"] == "W3037" and one["Message"].startswith(NEWER_THAN_LINTER))
    ]
    assert (said, run.stderr) == ([], "")


BLOCKS = {
    "role-arns": (1, list),
    "roles": (3, list),
    "queue-arns": (2, list),
    "dead-letter-arns": (2, list),
    "functions": (1, dict),
    "outputs": (1, dict),
    "operator-outputs": (1, dict),
    "operator-policies": (1, dict),
    "runtime": (1, dict),
    "shared-alarms": (1, dict),
    "variables": (1, dict),
}


@pytest.mark.parametrize("what", BLOCKS)
def test_generated_blocks_stand_by_themselves(what):
    """The generator replaces whole blocks, so each is one YAML value at one indentation."""
    text, (count, shape) = TEMPLATE.read_text(), BLOCKS[what]
    marker = f"GENERATED {what}"
    assert text.count(f"# BEGIN {marker}\n") == text.count(f"# END {marker}\n") == count
    blocks = re.findall(rf"^( *)# BEGIN {marker}\n(.*?)^ *# END {marker}$", text, re.M | re.S)
    assert len(blocks) == count
    for indent, block in blocks:
        assert all(line.startswith(indent) for line in block.splitlines() if line)
        value = yaml.load(block, _AnyTag)
        assert isinstance(value, shape) and value


class _AnyTag(yaml.SafeLoader):
    """Reads a block without CloudFormation's meaning for `!Sub` and its like."""


_AnyTag.add_multi_constructor("!", lambda loader, suffix, node: suffix)


def test_every_queue_is_encrypted_and_has_a_way_out(template):
    queues = _resources(template, "AWS::SQS::Queue")
    assert len(queues) == 2 * len(FUNCTIONS)
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True, name
        if name.endswith("DeadLetters"):
            assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        else:
            target = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
            assert target == [name.removesuffix("Queue") + "DeadLetters", "Arn"]
            # After 2, 4, 8 … 512 seconds: a quarter of an hour of AWS's bad days.
            assert queue["RedrivePolicy"]["maxReceiveCount"] == 10


def test_the_default_retry_delay_is_six_times_the_timeout(template):
    default = Resolver(template, defaults(template))
    for name in FUNCTIONS:
        function = _resources(template, "AWS::Lambda::Function")[_logical(name) + "Function"]
        queue = _resources(template, "AWS::SQS::Queue")[_logical(name) + "Queue"]
        assert int(default.resolve(queue["VisibilityTimeout"])) == 6 * function["Timeout"], name


def test_the_template_is_plain(template):
    """StackSets with service-managed permissions, and Terraform, take no transform; AWS takes half a megabyte a request, a
    whole one from a bucket, and 500 resources and 200 outputs."""
    assert "Transform" not in template and "Globals" not in template
    assert len(template["Resources"]) <= 500 and len(template["Outputs"]) <= 200
    assert TEMPLATE.stat().st_size <= 1_000_000
    kinds = {entry["Type"] for entry in template["Resources"].values()}
    assert not [kind for kind in kinds if kind.startswith(("AWS::Serverless", "Custom::"))]
    assert "AWS::CloudFormation::CustomResource" not in kinds


def test_every_function_takes_its_queue_and_no_other(template):
    mappings = _resources(template, "AWS::Lambda::EventSourceMapping")
    assert len(mappings) == len(FUNCTIONS)
    for name in FUNCTIONS:
        mapping = mappings[_logical(name) + "FunctionQueue"]
        assert mapping["FunctionName"] == {"Ref": _logical(name) + "Function"}
        assert mapping["EventSourceArn"] == {"Fn::GetAtt": [_logical(name) + "Queue", "Arn"]}
        # Without it, one item that fails brings its whole batch back.
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": 10}
        # Who acts waits for nothing.
        window = Resolver(template, defaults(template)).resolve(mapping.get("MaximumBatchingWindowInSeconds", 0))
        assert window == (60 if name == "behavior-watch" else 0), name


def test_costly_deliveries_are_asked_for(template):
    """By default no rule takes what a busy account does all day, nor data events."""
    by_default, asked = [
        {
            name
            for name, rule in _resources(template, "AWS::Events::Rule").items()
            if Resolver(template, defaults(template) | more).resolve(rule.get("State", "ENABLED")) != "DISABLED"
        }
        for more in ({}, {"DeliverFrequent": "true", "DeliverData": "true"})
    ]
    costly = asked - by_default
    assert costly
    # What is needed of the frequent calls comes with all of them.
    assert all("Needed" in name for name in by_default - asked)
    assert all(re.search("Frequent|Data(Attempts)?|NetworkActivity", name) for name in costly), costly
    assert not [name for name in by_default if re.search(r"Frequent|Guard(Data(Attempts)?|NetworkActivity)", name)]


# Whose findings reach which function.
GUARDDUTY = ["aws.guardduty", "GuardDuty Finding"]
FINDINGS = {
    "PatcherFindings": ["aws.inspector2", "Inspector2 Finding"],
    "IdentityGuardFindings": GUARDDUTY,
    "ComputeGuardFindings": GUARDDUTY,
}


def test_the_default_rules_admit_only_what_aws_itself_sent(template):
    """Nobody but AWS can put an event whose source begins with `aws.`."""
    rules = {name: rule for name, rule in _resources(template, "AWS::Events::Rule").items() if "EventPattern" in rule}
    assert len(rules) > len(FUNCTIONS)
    aws = {"prefix": "aws."}
    for name, rule in rules.items():
        resolved = Resolver(template, defaults(template)).resolve(rule["EventPattern"])
        if name in FINDINGS:
            assert ([*resolved["source"], *resolved["detail-type"]]) == FINDINGS[name]
            continue
        assert resolved["source"] == [aws], name
        assert all(kind.endswith("via CloudTrail") for kind in resolved["detail-type"]), name
        # Where it is asked for it is admitted: the test above can fail.
        asked = Resolver(template, defaults(template) | {"DemoEventSource": "x.y"}).resolve(rule["EventPattern"])
        assert asked["source"] == [aws, "x.y"]
        assert len(json.dumps(asked, separators=(",", ":"))) <= LONGEST_PATTERN, name


def test_streams_are_read_where_groups_are_named(template):
    (name,) = [
        name
        for name, rule in _resources(template, "AWS::Events::Rule").items()
        if rule.get("EventPattern", {}).get("detail", {}).get("eventName") == ["CreateLogStream"]
    ]
    state = template["Resources"][name]["Properties"]["State"]
    named = defaults(template) | {"LogGroups": "/var/log/secure"}
    assert Resolver(template, defaults(template)).resolve(state) == "DISABLED"
    assert Resolver(template, named).resolve(state) == "ENABLED"


def test_rules_over_reading_calls_ask_for_them(template):
    """EventBridge leaves read-only management events out of a rule that does not ask for them."""
    for name, rule in _resources(template, "AWS::Events::Rule").items():
        names = rule.get("EventPattern", {}).get("detail", {}).get("eventName", [])
        # What is needed of them is delivered while they are not delivered whole.
        whole = "false" if "Needed" in name else "true"
        asked = defaults(template) | {"DeliverFrequent": whole}
        state = Resolver(template, asked).resolve(rule.get("State", "ENABLED"))
        # Data events are no management events.
        of_data = re.search(r"(Guard|Watch)Data(Attempts)?\w*Rule[01]*$", name)
        if not of_data and any(isinstance(event, str) and re.match("Get|List|Describe", event) for event in names):
            assert state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", name


def test_aws_gets_nothing_that_is_meant_for_an_emulator(template):
    default = Resolver(template, defaults(template))
    emulated = Resolver(template, defaults(template) | {"AwsEndpointUrl": "http://127.0.0.1:1", "Dashboard": "true"})
    names = [name for name in template["Resources"] if name.startswith("Emulator")]
    assert names
    for name in names:
        condition = template["Resources"][name]["Condition"]
        assert not default.holds(condition) and emulated.holds(condition)
    functions = _resources(template, "AWS::Lambda::Function")
    assert len(functions) == len(FUNCTIONS) + 1
    for name, function in functions.items():
        variables = function["Environment"]["Variables"]
        own = {"RUST_LOG", "RIPOSTE_VERSION", "RIPOSTE_ACCOUNT_ID", "RIPOSTE_TOPIC_ARN", "RIPOSTE_LEDGER_TABLE"}
        # The dashboard has no queue.
        own |= set() if name == "DashboardFunction" else {"RIPOSTE_QUEUE_URL"}
        assert set(default.resolve(variables)) == own, name
        assert emulated.resolve(variables)["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_every_function_is_watched(template):
    alarms = _resources(template, "AWS::CloudWatch::Alarm")
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Ref": "Notices"}], name
        # Too little is wrong of events alone.
        least = "LessThanThreshold" if name == "NoEventsAlarm" else "GreaterThanThreshold"
        assert alarm["ComparisonOperator"] == least, name
    watched = {
        json.dumps([alarm["Namespace"], alarm["MetricName"], alarm.get("Dimensions")]): alarm["Threshold"]
        for alarm in alarms.values()
        if "MetricName" in alarm
    }
    for name in FUNCTIONS:
        queue = {"Fn::GetAtt": [_logical(name) + "Queue", "QueueName"]}
        dead = {"Fn::GetAtt": [_logical(name) + "DeadLetters", "QueueName"]}
        function = {"Ref": _logical(name) + "Function"}
        for namespace, metric, dimension, value in [
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", dead),
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue),
            ("AWS/Lambda", "Errors", "FunctionName", function),
            ("AWS/Lambda", "Throttles", "FunctionName", function),
        ]:
            threshold = watched[json.dumps([namespace, metric, [{"Name": dimension, "Value": value}]])]
            assert (threshold == 0) == (metric != "ApproximateAgeOfOldestMessage"), metric
    # What the functions count themselves is read in one.
    for metric in (
        "ParseFailures", "ActionFailures", "NoticeFailures", "DetectorFailures", "SettingFailures", "PatchFailures", "Retries",
    ):
        # One event that comes again is everyday.
        assert (watched[json.dumps(["Riposte", metric, None])] == 0) == (metric != "Retries"), metric


def test_an_hour_without_any_event_fires_an_alarm(template):
    alarm = template["Resources"]["NoEventsAlarm"]
    properties = alarm["Properties"]
    assert properties["Period"] * properties["EvaluationPeriods"] == 3600
    assert (properties["Threshold"], properties["Statistic"]) == (1, "Sum")
    (dimension,) = properties["Dimensions"]
    assert dimension["Value"] == {"Fn::GetAtt": ["DataGuardQueue", "QueueName"]}
    # What makes a quiet account heard: the functions' own reads of their settings, which this queue is sent.
    heard = [
        name
        for name, rule in _resources(template, "AWS::Events::Rule").items()
        if "GetParametersByPath" in rule.get("EventPattern", {}).get("detail", {}).get("eventName", [])
        and rule["Targets"][0]["Arn"] == {"Fn::GetAtt": ["DataGuardQueue", "Arn"]}
    ]
    default = Resolver(template, defaults(template))
    state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    assert [default.resolve(template["Resources"][name]["Properties"]["State"]) for name in heard] == [state]
    silent = Resolver(template, defaults(template) | {"DeliverReads": "false"})
    assert default.holds(alarm["Condition"]) and not silent.holds(alarm["Condition"])


def test_the_metrics_that_are_watched_are_written(template):
    """A misspelled metric makes an alarm that never fires; so does one of other dimensions."""
    source = (TEMPLATE.parents[1] / "shared" / "aws" / "src" / "metrics.rs").read_text()
    (watched,) = re.findall(r"match self \{([^{}]*?)=> json!\(\[\[\"Function\"\], \[\]\]\)", source)
    assert "Self::ParseFailures" in watched
    for name, alarm in _resources(template, "AWS::CloudWatch::Alarm").items():
        if alarm.get("Namespace") == "Riposte":
            assert f'=> "{alarm["MetricName"]}"' in source, name
            assert f"Self::{alarm['MetricName']}" in watched, name


def test_every_new_dead_letter_fires_an_alarm(template):
    """An alarm that is on notifies of nothing more, so there is one on the rise besides."""
    for name in FUNCTIONS:
        alarm = _resources(template, "AWS::CloudWatch::Alarm")[_logical(name) + "NewDeadLetterAlarm"]
        rise, waiting = alarm["Metrics"]
        assert rise["Expression"] == "DIFF(FILL(waiting, 0))" and waiting["ReturnData"] is False
        assert waiting["MetricStat"]["Metric"]["MetricName"] == "ApproximateNumberOfMessagesVisible"
        assert alarm["Threshold"] == 0


# SQS refuses longer ones.
LONGEST_QUEUE_POLICY = 8192


def test_queue_policies_stay_below_the_quota(template):
    for name, policy in _resources(template, "AWS::SQS::QueuePolicy").items():
        text = json.dumps(policy["PolicyDocument"], separators=(",", ":"))
        # As long as they can become: a rule is named after the stack, its logical id and twelve characters more.
        rules = text.count('"Fn::GetAtt"')
        arn = len(f"arn:aws:events:ap-southeast-1:{ACCOUNT}:rule/" + 64 * "x")
        filled = len(re.sub(r'\{"Fn::GetAtt":\[[^]]*\]\}', '""', text)) + rules * arn
        assert filled <= LONGEST_QUEUE_POLICY, (name, filled)


# ------------------------------------------------------------------------------------------------------------- deployed


def test_roles_hold_exactly_what_is_stated_here(emulator, default_stack):
    roles = {name: default_stack.of(name, "RoleArn") for name in FUNCTIONS}
    for name in FUNCTIONS:
        allowed, denied = _grants(emulator, roles[name])
        # The items of the ledger that another function keeps for itself.
        for write in ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"):
            assert denied.pop(write) == allowed[write], name
        assert allowed == _expected(emulator, default_stack, name)
        if name in CHANGES_IAM:
            assert denied == {action: set(roles.values()) for action in DENIED}
        else:
            assert denied == {}


def test_what_an_emulator_alone_is_allowed_is_nothing_more_and_stays_off_aws(template):
    for endpoint in ("", "http://127.0.0.1:4566"):
        resolver = Resolver(template, defaults(template) | {"AwsEndpointUrl": endpoint})
        for name, role in _resources(template, "AWS::IAM::Role").items():
            policies = {one["PolicyName"]: one["PolicyDocument"] for one in resolver.resolve(role.get("Policies", []))}
            loose = policies.pop("on-an-emulator", None)
            assert endpoint or loose is None, name
            if loose is not None:
                held = {action for one in policies["actions"]["Statement"] for action in _list(one["Action"])}
                # Where it takes a call for another one of the same service.
                taken_for = {"lambda:CreateFunctionUrlConfig", "lambda:ListLayers"}
                assert set(loose["Statement"][0]["Action"]) <= held | taken_for, name


def test_only_lambda_may_take_the_roles(emulator, default_stack):
    for name in FUNCTIONS:
        role = emulator.client("iam").get_role(RoleName=_role_name(default_stack.of(name, "RoleArn")))["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_the_default_stack_lets_no_forged_event_through(emulator, default_stack):
    _put_one_event_for_each(emulator, DEMO_SOURCE)
    assert {name: _depth(emulator, default_stack, name) for name in FUNCTIONS} == dict.fromkeys(FUNCTIONS, 0)
    for source in ("aws.ec2", "aws.iam"):
        with pytest.raises(AssertionError, match="NotAuthorizedForSource"):
            _put_one_event_for_each(emulator, source)


def test_the_demo_stack_takes_the_demos_events(emulator, demo_stack):
    """The other side of the test above: the same events do arrive where they are asked for."""
    _put_one_event_for_each(emulator, DEMO_SOURCE)
    # The patcher hears of Inspector's findings alone.
    assert {name for name in FUNCTIONS if _depth(emulator, demo_stack, name) == 0} == {"patcher"}


def test_not_even_root_may_send_to_the_queues(emulator, default_stack):
    for name in FUNCTIONS:
        for queue in ("QueueUrl", "DeadLettersUrl"):
            with pytest.raises(ClientError, match="AccessDenied"):
                emulator.client("sqs").send_message(QueueUrl=default_stack.of(name, queue), MessageBody="forged")


def test_the_redrive_role_moves_dead_letters_and_no_more(emulator, default_stack):
    allowed, denied = _grants(emulator, default_stack["RedriveRoleArn"])
    dead = {_queue_arn(emulator, default_stack.of(name, "DeadLettersUrl")) for name in FUNCTIONS}
    queues = {_queue_arn(emulator, default_stack.of(name, "QueueUrl")) for name in FUNCTIONS}
    assert denied == {} and allowed.pop("sqs:SendMessage") == queues
    assert set(allowed) == {
        "sqs:CancelMessageMoveTask",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ListMessageMoveTasks",
        "sqs:ReceiveMessage",
        "sqs:StartMessageMoveTask",
    }
    assert all(resources == dead for resources in allowed.values())
    # The emulator does not know `aws:PrincipalArn`, so that whom the queues let send is read and not tried.
    for name in FUNCTIONS:
        for url, senders in (("QueueUrl", [default_stack["RedriveRoleArn"]]), ("DeadLettersUrl", None)):
            attributes = emulator.client("sqs").get_queue_attributes(
                QueueUrl=default_stack.of(name, url), AttributeNames=["Policy"]
            )["Attributes"]
            (deny,) = [s for s in json.loads(attributes["Policy"])["Statement"] if s["Effect"] == "Deny"]
            if name == "log-watch" and senders is None:
                # Lambda hands on what was pushed and could not be handled, with the function's role.
                senders = default_stack.of(name, "RoleArn")
            assert deny["Condition"].get("ArnNotLike", {}).get("aws:PrincipalArn") == senders, (name, url)


def test_the_settings_stand_below_riposte(emulator, zips):
    stack = deploy(emulator, zips, LogGroups="/var/log/secure", Mode="live")
    try:
        found = emulator.client("ssm").get_parameters_by_path(Path="/riposte", Recursive=True)["Parameters"]
        assert {entry["Name"].removeprefix("/riposte/"): entry["Value"] for entry in found} == {
            "ledger-table": "riposte-ledger",
            "log-watch/groups": "/var/log/secure",
            "mode": "live",
            "own-roles": ",".join(stack.of(name, "RoleArn") for name in FUNCTIONS),
            "topic-arn": stack["TopicArn"],
        }
    finally:
        delete(emulator)


def test_a_deleted_stack_can_be_deployed_again(emulator, zips):
    for _ in range(2):
        deploy(emulator, zips)
        delete(emulator)
    assert emulator.client("ssm").get_parameters_by_path(Path="/riposte", Recursive=True)["Parameters"] == []


def test_a_second_stack_is_refused_by_the_name_of_a_setting(emulator, default_stack, zips):
    """Two stacks in one region would share the settings. An operator reads only this message."""
    with pytest.raises(DeployError, match=r"(?s)^stack `second` is ROLLBACK.*CREATE_FAILED +\w+Setting: .*exists"):
        deploy(emulator, zips, name="second")
    delete(emulator, "second")


# -------------------------------------------------------------------------------------------------------------- helpers


def _logical(function: str) -> str:
    return "".join(part.title() for part in function.split("-"))


def _resources(template: dict, kind: str) -> dict[str, dict]:
    return {name: entry["Properties"] for name, entry in template["Resources"].items() if entry["Type"] == kind}


def _role_name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _grants(emulator: Emulator, role_arn: str) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """What a role's policies allow and deny: action → resources."""
    iam = emulator.client("iam")
    name = _role_name(role_arn)
    attached = [policy["PolicyName"] for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]]
    # What reads the whole account, and no more, AWS keeps up to date itself.
    assert sorted(attached) == (["SecurityAudit", "ViewOnlyAccess"] if "AccountAuditor" in name else [])
    grants = {"Allow": {}, "Deny": {}}
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        # What the emulator cannot bound: see below for what it is on AWS.
        if policy == "on-an-emulator":
            continue
        for statement in iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]["Statement"]:
            assert not {"NotAction", "NotResource", "Principal"} & set(statement)
            for action in _list(statement["Action"]):
                grants[statement["Effect"]].setdefault(action, set()).update(_list(statement["Resource"]))
    return grants["Allow"], grants["Deny"]


def _list(value):
    return value if isinstance(value, list) else [value]


def _expected(emulator: Emulator, stack, name: str) -> dict[str, set[str]]:
    """The table above with this stack's names filled in."""
    ledger = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{stack['LedgerTable']}"
    resource = emulator.client("cloudformation").describe_stack_resource(
        StackName=stack.name, LogicalResourceId="NoticeKey"
    )
    key_id = resource["StackResourceDetail"]["PhysicalResourceId"]
    key = emulator.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    names = {
        "DEAD_LETTERS": _queue_arn(emulator, stack.of(name, "DeadLettersUrl")),
        "KEY": key,
        "LEDGER": ledger,
        "LEDGER/index/by-time": f"{ledger}/index/by-time",
        "OWN_KEY": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/riposte-keys/{name}",
        "LOGS": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{stack.of(name, 'LogGroup')}:*",
        "QUEUE": _queue_arn(emulator, stack.of(name, "QueueUrl")),
        "TOPIC": stack["TopicArn"],
    }
    table = EVERY_FUNCTION | OWN.get(name, {})
    return {action: {names.get(resource, resource) for resource in table[action]} for action in table}


def _queue_arn(emulator: Emulator, url: str) -> str:
    attributes = emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return attributes["Attributes"]["QueueArn"]


def _put_one_event_for_each(emulator: Emulator, source: str) -> None:
    """Puts one event that each rule's pattern names, and returns once the bus has handed them on."""
    sqs, events = emulator.client("sqs"), emulator.client("events")
    witness = sqs.create_queue(QueueName=f"witness-{time.time_ns()}")["QueueUrl"]
    rule = f"witness-{time.time_ns()}"
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "witness", "Arn": _queue_arn(emulator, witness)}])
    try:
        answer = events.put_events(
            Entries=[
                {
                    "Source": source,
                    "DetailType": DETAIL_TYPE,
                    "Detail": json.dumps(
                        {"eventSource": service, "eventName": name, "userIdentity": {"type": "IAMUser"}}
                    ),
                }
                for service, name in EVENTS.values()
            ]
        )
        assert answer["FailedEntryCount"] == 0, answer["Entries"]
        # What this queue holds, the bus has judged by every rule.
        deadline = time.monotonic() + 10
        while _waiting(emulator, witness) < len(EVENTS):
            assert time.monotonic() < deadline, "EventBridge did not deliver to the witness"
            time.sleep(0.02)
    finally:
        events.remove_targets(Rule=rule, Ids=["witness"])
        events.delete_rule(Name=rule)
        sqs.delete_queue(QueueUrl=witness)


def _depth(emulator: Emulator, stack, name: str) -> int:
    return _waiting(emulator, stack.of(name, "QueueUrl"))


def _waiting(emulator: Emulator, url: str) -> int:
    """Messages in a queue, also those that a function was handed and has not finished."""
    attributes = emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])
