"""Deploys the real template with the real zip files, as an operator would, and explains a failure.

CloudFormation's own answer to a failed deployment is "ROLLBACK_COMPLETE"; the reason stands in the stack's events. They
are part of the error here, so that a broken template can be repaired from the message alone.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from emulator import Emulator

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "template.yaml"
# The functions, as the template names their zip files.
FUNCTIONS = tuple(re.findall(r"Key: !Sub \$\{CodePrefix\}/(.+)\.zip", TEMPLATE.read_text()))
# Deployed where a parameter asks for it: it has no queue, and is in no list of the functions.
DASHBOARD = "dashboard"
BUCKET = "riposte-code"
DEMO_SOURCE = "riposte.demo"


class DeployError(RuntimeError):
    """The stack could not be created or deleted; the message holds the stack's events."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its name and its outputs."""

    name: str
    outputs: dict[str, str]

    def __getitem__(self, output: str) -> str:
        return self.outputs[output]

    def of(self, function: str, what: str) -> str:
        """An output of one function: `of("log-watch", "QueueUrl")`."""
        return self.outputs["".join(part.title() for part in function.split("-")) + what]


def find_zips(directory: Path) -> dict[str, Path]:
    """The zip files as `cargo lambda build --output-format zip` lays them out below its target directory."""
    zips = {name: directory / name / "bootstrap.zip" for name in FUNCTIONS}
    missing = [str(path) for path in zips.values() if not path.is_file()]
    if missing:
        raise DeployError("not built: " + ", ".join(missing))
    return zips


def with_dashboard(zips: dict[str, Path]) -> dict[str, Path]:
    """The same with the dashboard's, which stands beside them."""
    path = next(iter(zips.values())).parents[1] / DASHBOARD / "bootstrap.zip"
    if not path.is_file():
        raise DeployError(f"not built: {path}")
    return zips | {DASHBOARD: path}


def upload(emulator: Emulator, zips: dict[str, Path], prefix: str) -> None:
    """Puts the zip files where the template looks for them, and the template, which is too long for a request."""
    s3 = emulator.client("s3")
    if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
    for name, path in zips.items():
        s3.put_object(Bucket=BUCKET, Key=f"{prefix}/{name}.zip", Body=path.read_bytes())
    s3.put_object(Bucket=BUCKET, Key=f"{prefix}/template.yaml", Body=_for_the_emulator(TEMPLATE.read_text()).encode())


def _for_the_emulator(template: str) -> str:
    """The template without its alarms of metric math, which the emulator refuses even where it is to be taken for AWS."""
    resources = re.split(r"(?m)^(?=  \w+:\n)", template)
    return "".join(resource for resource in resources if "\n      Metrics:\n" not in resource)


def deploy(
    emulator: Emulator,
    zips: dict[str, Path],
    name: str = "riposte",
    timeout: float = 120.0,
    **parameters: str,
) -> Stack:
    """Uploads the functions and creates the stack; `parameters` are the template's own.

    Given are only those that an emulator cannot do without. Above all `DemoEventSource` is not: a test that wants its
    own events admitted says so.
    """
    prefix = f"{name}-{time.time_ns()}"
    upload(emulator, zips, prefix)
    values = {
        "CodeBucket": BUCKET,
        "CodePrefix": prefix,
        "Architecture": "x86_64",
        "AwsEndpointUrl": emulator.url,
    } | parameters
    cloudformation = emulator.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=f"{emulator.url}/{BUCKET}/{prefix}/template.yaml",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        # One policy has a fixed name, below a path of its own.
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stack = _wait(cloudformation, name, "CREATE", timeout)
    return Stack(name, {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])})


def delete(emulator: Emulator, name: str = "riposte", timeout: float = 120.0) -> None:
    """Deletes the stack and waits until it is gone."""
    cloudformation = emulator.client("cloudformation")
    # Deleted stacks are found by their id only.
    identity = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name)
    _wait(cloudformation, identity, "DELETE", timeout)


def _wait(cloudformation, name: str, verb: str, timeout: float) -> dict:
    deadline = time.monotonic() + timeout
    while True:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        status = stack["StackStatus"]
        if status == f"{verb}_COMPLETE":
            return stack
        if not status.endswith("_IN_PROGRESS") or "ROLLBACK" in status:
            raise DeployError(f"stack `{name}` is {status}\n{_failures(cloudformation, name)}")
        if time.monotonic() > deadline:
            raise DeployError(
                f"stack `{name}` is still {status} after {timeout:g} s\n{_failures(cloudformation, name)}"
            )
        time.sleep(0.1)


def _failures(cloudformation, name: str) -> str:
    """What failed, the first cause first; without a failure all events, for the last of them is what hangs."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
    events = [event for page in pages for event in page["StackEvents"]][::-1]
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    return "\n".join(
        f"  {event['ResourceStatus']:<20} {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in failed or events
    )
