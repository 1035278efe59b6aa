"""The stack of `infra/hunt.yaml` on an emulated account, and a bucket of logs for it."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import dataclass
from pathlib import Path

from command import Command
from deploy import BUCKET as CODE
from deploy import DeployError
from emulator import Emulator

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "hunt.yaml"
TRAIL = "trail-of-the-account"
PREFIX = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/"


@dataclass(frozen=True)
class Hunting:
    """A deployed hunt: its outputs, and the command."""

    emulator: Emulator
    outputs: dict[str, str]
    command: Command

    @property
    def results(self) -> tuple[str, str]:
        """The bucket and the prefix of the results."""
        bucket, _, prefix = self.outputs["Output"].removeprefix("s3://").partition("/")
        return bucket, prefix

    def keys(self, part: str = "") -> list[str]:
        """The keys below the results that hold a text."""
        bucket, prefix = self.results
        pages = self.emulator.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", []) if part in entry["Key"]]

    def executions(self) -> list[dict]:
        client = self.emulator.client("stepfunctions")
        return client.list_executions(stateMachineArn=self.outputs["StateMachine"])["executions"]


def deploy_hunt(emulator: Emulator, zips: Path, binary: Path, **parameters: str) -> Hunting:
    """Uploads the function and creates the stack."""
    s3, prefix = emulator.client("s3"), f"hunt-{time.time_ns()}"
    if CODE not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=CODE)
    s3.put_object(Bucket=CODE, Key=f"{prefix}/hunter.zip", Body=(zips / "hunter" / "bootstrap.zip").read_bytes())
    values = {
        "CodeBucket": CODE,
        "CodePrefix": prefix,
        "Architecture": "x86_64",
        "InputBucket": TRAIL,
        "InputPrefix": "AWSLogs/",
        "AwsEndpointUrl": emulator.url,
    } | parameters
    cloudformation = emulator.client("cloudformation")
    cloudformation.create_stack(
        StackName="riposte-hunt",
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    deadline = time.monotonic() + 60
    while True:
        stack = cloudformation.describe_stacks(StackName="riposte-hunt")["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            break
        if "ROLLBACK" in stack["StackStatus"] or "FAILED" in stack["StackStatus"] or time.monotonic() > deadline:
            events = cloudformation.describe_stack_events(StackName="riposte-hunt")["StackEvents"]
            raise DeployError("\n".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', '')}" for e in events))
        time.sleep(0.1)
    outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in stack["Outputs"]}
    return Hunting(emulator, outputs, Command(binary, emulator))


def record(number: int, name: str, source: str, request: dict | None) -> dict:
    return {
        "eventVersion": "1.11",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "eventName": name,
        "eventSource": source,
        "eventTime": f"2026-03-02T08:{number // 60 % 60:02}:{number % 60:02}Z",
        "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
        "sourceIPAddress": "203.0.113.17",
        "userAgent": "aws-cli/2.17.5",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/kim", "userName": "kim"},
        "requestParameters": request,
        "responseElements": None,
        "eventType": "AwsApiCall",
    }


def calls(number: int) -> dict:
    """A call: most are nothing, some a finding, some count towards a burst, some are told of as informational."""
    match number % 10:
        case 0:
            url = f"https://sqs.us-east-1.amazonaws.com/111122223333/q{number}"
            return record(number, "PurgeQueue", "sqs.amazonaws.com", {"queueUrl": url})
        case 1 | 2:
            return record(number, "GetSecretValue", "secretsmanager.amazonaws.com", {"secretId": f"secret-{number}"})
        case 3:
            return record(number, "CreateUser", "iam.amazonaws.com", {"userName": f"user-{number}"})
    return record(number, "DescribeInstances", "ec2.amazonaws.com", None)


def lay_out_trail(emulator: Emulator, objects: int = 60) -> dict[str, bytes]:
    """A bucket as a trail writes it, ten records an object, a minute apart."""
    laid = {}
    for number in range(objects):
        records = {"Records": [calls(number * 10 + offset) for offset in range(10)]}
        stamp = f"20260302T{8 + number // 60:02}{number % 60:02}Z"
        key = f"{PREFIX}02/111122223333_CloudTrail_us-east-1_{stamp}_{number:04}.json.gz"
        laid[key] = gzip.compress(json.dumps(records).encode())
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=TRAIL)
    for key, content in laid.items():
        s3.put_object(Bucket=TRAIL, Key=key, Body=content)
    return laid
