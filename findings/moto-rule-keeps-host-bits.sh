#!/usr/bin/env bash
# moto 5.2.5: a security group rule for 203.0.113.9/24 is kept as it was written. EC2 stores and answers the network,
# 203.0.113.0/24. Whoever looks for the rule that was just authorized by comparing text finds it here and not on AWS:
# ranges must be compared as networks.
# Seen: 203.0.113.9/24.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2]==5.2.5' boto3==1.43.106
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import boto3
from moto import mock_aws

with mock_aws():
    ec2 = boto3.client("ec2", "us-east-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    entry = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "203.0.113.9/24"}]}
    (rule,) = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[entry])["SecurityGroupRules"]
    print(rule["CidrIpv4"])
    assert rule["CidrIpv4"] == "203.0.113.9/24"
PYTHON
