"""What the tests of patching share: machines in rings, and the operator's command before a scripted Systems Manager."""

from __future__ import annotations

import json
import os
import subprocess

from command import Command
from deployed import Deployed
from systems_manager import Machine, SystemsManager


def machine(deployed: Deployed, ring: str = "dev", **how) -> Machine:
    """A machine in a ring."""
    tags = [{"Key": "ring", "Value": ring}, {"Key": "Name", "Value": "web"}]
    (instance,) = deployed.emulator.client("ec2").run_instances(
        ImageId="ami-0abcdef1234567890", InstanceType="t3.micro", MinCount=1, MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )["Instances"]
    return Machine(instance["InstanceId"], **how)


def patch(
    deployed: Deployed, manager: SystemsManager, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess:
    """`riposte patch`, which waits for its commands."""
    command = Command(deployed.command.binary, deployed.emulator, manager.url)
    environment = command.environment() | {"HOME": os.devnull} | (environment or {})
    return subprocess.run([str(command.binary), "patch", *arguments], env=environment, capture_output=True, text=True,
                          timeout=300)


def report(deployed: Deployed, manager: SystemsManager, machine: Machine) -> dict:
    """The newest run of a machine, whose record's signature holds."""
    done = patch(deployed, manager, "report", "--format", "jsonl")
    assert done.returncode == 0 and not done.stderr, done.stderr
    return next(run for run in map(json.loads, done.stdout.splitlines()) if run["node"] == machine.id)
