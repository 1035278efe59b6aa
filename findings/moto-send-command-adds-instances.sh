#!/usr/bin/env bash
# moto 5.2.5: SendCommand to one named instance answers that it was sent to every running instance besides. On AWS
# InstanceIds of the answer are those of the request. A patcher that takes its nodes from the answer waits for, and
# reports on, machines that nobody asked it to touch.
# Seen: asked for 1, answered with 2.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2,ssm]==5.2.5' boto3==1.43.106
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import boto3
from moto import mock_aws

with mock_aws():
    ec2, ssm = boto3.client("ec2", "us-east-1"), boto3.client("ssm", "us-east-1")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    launched = ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2)["Instances"]
    asked, other = (instance["InstanceId"] for instance in launched)
    command = ssm.send_command(InstanceIds=[asked], DocumentName="AWS-RunShellScript")["Command"]
    print("asked for", 1, "answered with", len(set(command["InstanceIds"])))
    assert set(command["InstanceIds"]) == {asked, other}
PYTHON
