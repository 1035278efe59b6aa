#!/usr/bin/env bash
# moto 5.2.5: ModifyInstanceAttribute with Groups replaces the groups of the instance, but only adds to those of its
# primary network interface. On AWS the call is defined as a change of that interface, so both read alike.
# A quarantine that is verified on the interface looks incomplete; one that is verified on the instance looks done.
# Seen: instance ['quarantine'], interface ['web', 'quarantine'].
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
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    web, quarantine = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("web", "quarantine")
    )
    image = ec2.describe_images()["Images"][0]["ImageId"]
    launched = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[web])
    instance = launched["Instances"][0]["InstanceId"]
    ec2.modify_instance_attribute(InstanceId=instance, Groups=[quarantine])
    (seen,) = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"]
    on_instance = [group["GroupName"] for group in seen["SecurityGroups"]]
    on_interface = [group["GroupName"] for group in seen["NetworkInterfaces"][0]["Groups"]]
    print("instance", on_instance, "interface", on_interface)
    assert on_instance == ["quarantine"] and sorted(on_interface) == ["quarantine", "web"]
PYTHON
